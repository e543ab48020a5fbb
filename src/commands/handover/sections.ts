import type { Alert, Outsider, Person } from '../../core/alert.ts';
import type { PceDesk } from '../../core/command.ts';
import { DECISIONS } from '../../core/flow.ts';
import { matcherText } from '../../core/matcher.ts';
import { PceError } from '../../core/ports.ts';
import type { Response } from '../../core/response.ts';
import { ruleLogs } from '../../core/rule-log.ts';
import { SEVERITIES, severityWords } from '../../core/severity.ts';
import { isActive, type Silence } from '../../core/silence.ts';
import { counted, grouped, listed, span } from '../../core/text.ts';
import type { PanelSection } from '../../views/panel.ts';

const DAY_MS = 86_400_000;

const ago = (at: number, now: number): string => `${span(now - at)}`;
const nameOf = (by: Person | Outsider): string => ('via' in by ? by.name : by.user);

/** Gravest first; of one severity the one that has waited longest. */
const graver = (a: Alert, b: Alert): number =>
  SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.firstAt - b.firstAt;

/** What fires and nobody has taken. */
export const openSection = (firing: readonly Alert[], now: number): PanelSection => {
  const open = firing.filter(({ acknowledged }) => acknowledged === undefined).toSorted(graver);
  return {
    title: `Open: ${grouped(open.length)}`,
    says: open.length === 0 ? 'nothing waits for an answer' : listed(severityWords(open)),
    columns: ['What', 'Rule', 'For'],
    rows: open.map(({ subject, rule, firstAt }) => [subject.name, rule, ago(firstAt, now)]),
  };
};

/** What somebody has taken and still fires. */
export const acknowledgedSection = (
  firing: readonly Alert[],
  now: number,
  names: ReadonlyMap<string, string>,
): PanelSection => {
  const taken = firing.filter(({ acknowledged }) => acknowledged !== undefined).toSorted(graver);
  return {
    title: `Acknowledged: ${grouped(taken.length)}`,
    columns: ['What', 'By', 'For'],
    rows: taken.map(({ rule, subject, acknowledged, firstAt, assigned }) => {
      const by = assigned?.to ?? (acknowledged === undefined ? '' : nameOf(acknowledged.by));
      return [`${subject.name} ${rule}`, names.get(by) ?? by, ago(firstAt, now)];
    }),
  };
};

/** Who is isolated by us, first those whose time ends first. */
export const containedSection = (quarantines: readonly Response[], now: number): PanelSection => {
  const end = ({ until, kept }: Response): number | undefined => (kept === undefined ? until : undefined);
  const rows = quarantines.toSorted((a, b) => (end(a) ?? Infinity) - (end(b) ?? Infinity));
  const soon = rows.filter((one) => (end(one) ?? Infinity) - now < DAY_MS).length;
  return {
    title: `In quarantine: ${grouped(rows.length)}`,
    ...(soon === 0 ? {} : { says: `${soon} to review within 24 h` }),
    columns: ['Host', 'Policy', 'Review'],
    rows: rows.map((one) => {
      const until = end(one);
      const left = until === undefined ? 'kept' : until <= now ? 'overdue' : `in ${span(until - now)}`;
      return [one.target.name, one.policy?.appliedAt === undefined ? 'not yet' : 'applied', left];
    }),
  };
};

/** What is hidden, and for how long. */
export const silencesSection = (silences: readonly Silence[], now: number): PanelSection => {
  const active = silences.filter((one) => isActive(one, now)).toSorted((a, b) => a.until - b.until);
  return {
    title: `Silences: ${grouped(active.length)}`,
    columns: ['Hides', 'By', 'For another'],
    rows: active.map((one) => [matcherText(one.matcher), one.byName, span(one.until - now)]),
  };
};

/** How often each rule spoke: the loudest first. */
export const noiseSection = (alerts: readonly Alert[], hours: number): PanelSection => {
  const logOf = ruleLogs(alerts);
  const rows = [...new Set(alerts.map(({ rule }) => rule))]
    .map((rule) => ({ rule, ...logOf(rule) }))
    .sort((a, b) => b.fired - a.fired || (a.rule < b.rule ? -1 : 1));
  return {
    title: `Noise of each rule, last ${hours} h`,
    ...(rows.length === 0 ? { says: 'no rule fired' } : {}),
    columns: ['Rule', 'Fired', 'On'],
    rows: rows.map(({ rule, fired, subjects }) => [rule, grouped(fired), counted(subjects, 'subject')]),
    right: [1],
  };
};

/** Hosts that nothing protects or reports on: idle, only visible, or without a VEN and yet in the traffic of the last 24 h. */
export const blindSection = async ({ pce, inventory }: PceDesk, now: number): Promise<PanelSection> => {
  const title = `Blind spots · ${pce.name}`;
  if (inventory.readAt === undefined) return { title, says: 'The workloads are still being read.' };
  const managed = [...inventory.workloads()].filter((host) => host.managed);
  const inMode = (mode: string): number => managed.filter((host) => host.mode === mode).length;
  const rows = [
    ['Idle', grouped(inMode('idle'))],
    ['Visibility only', grouped(inMode('visibility_only'))],
  ];
  const talking = await unmanagedTalking({ pce, inventory }, now);
  const shown = typeof talking === 'string' ? 'not known' : grouped(talking.length);
  return {
    title,
    says:
      typeof talking === 'string'
        ? `The traffic could not be read: ${talking}`
        : talking.length === 0
          ? `of ${counted(managed.length, 'managed host')}`
          : `without a VEN and yet talking: ${listed(talking, 3)}`,
    columns: ['', 'Hosts'],
    rows: [...rows, ['Unmanaged but talking', shown]],
    right: [1],
  };
};

const unmanagedTalking = async ({ pce, inventory }: PceDesk, now: number): Promise<string[] | string> => {
  const names = new Map<string, string>();
  try {
    await pce.flows(
      { from: now - DAY_MS, to: now, labels: [], decisions: DECISIONS },
      ({ source, destination }) => {
        for (const { href } of [source, destination]) {
          const host = href === undefined ? undefined : inventory.workload(href);
          if (host !== undefined && !host.managed) names.set(host.href, host.name);
        }
      },
    );
    return [...names.values()].sort();
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return error.message;
  }
};

import { type BlockedResult, blockedAnalysis } from '../../analytics/blocked.ts';
import { gatherTraffic } from '../../analytics/traffic.ts';
import type { Alert } from '../../core/alert.ts';
import type { PceDesk } from '../../core/command.ts';
import { matchesLabels } from '../../core/label-query.ts';
import { PceError } from '../../core/ports.ts';
import { changeText } from '../../core/series/change.ts';
import { SEVERITIES, severityWords } from '../../core/severity.ts';
import { whenHeld, withPauses } from '../../core/steps.ts';
import { counted, grouped, listed } from '../../core/text.ts';
import type { PanelSection } from '../../views/panel.ts';
import { labelHrefs } from '../label-hrefs.ts';
import type { Board, BoardDeps, BoardQuestion } from './board.ts';
import { twoDaysOf } from './day-events.ts';

const DAY_MS = 86_400_000;
const MOST = 5;
const SCANS = ['port-scan', 'sweep', 'slow-scan'];

/** What is open, who scans, whose firewall was touched, and what was blocked most: of all hosts, or of those with some labels. */
export const security: Board = {
  id: 'security',
  title: 'Security operations',
  action: 'board security',
  async of(question, deps) {
    const parts = await Promise.all(question.desks.map((desk) => sectionsOf(desk, question, deps)));
    return parts.flat();
  },
};

const sectionsOf = async (
  desk: PceDesk,
  question: BoardQuestion,
  deps: BoardDeps,
): Promise<PanelSection[]> => {
  const { name } = desk.pce;
  const mine = (alert: Alert): boolean => concerns(alert, desk, question.labels);
  const open = (await deps.store.firing(name)).filter(mine);
  const recent = (await deps.store.alertsSince(deps.clock.now() - DAY_MS)).filter(
    (alert) => alert.pce === name && mine(alert),
  );
  return [
    openSection(name, open),
    await signsSection(desk, recent, question, deps),
    ...(question.traffic ? await blockedSections(desk, question, deps) : []),
  ];
};

/** An alert about no host is about the PCE: it belongs to the whole estate alone. */
const concerns = ({ workloads }: Alert, { inventory }: PceDesk, labels: BoardQuestion['labels']): boolean =>
  labels.length === 0 ||
  workloads.some((href) => {
    const host = inventory.workload(href);
    return host !== undefined && matchesLabels(labels, host.labels);
  });

const openSection = (name: string, open: readonly Alert[]): PanelSection => {
  const newest = open.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || b.lastAt - a.lastAt,
  );
  const acknowledged = open.filter((alert) => alert.acknowledged !== undefined).length;
  return {
    title: `Open alerts · ${name}`,
    says:
      open.length === 0
        ? 'None.'
        : `${listed(severityWords(open))}${acknowledged === 0 ? '' : `; ${grouped(acknowledged)} acknowledged`}`,
    columns: ['Rule', 'Severity'],
    rows: byRule(newest.slice(0, MOST)),
  };
};

/** A rule with its severity, and below it what it is about: side by side they would not fit a phone. */
const byRule = (alerts: readonly Alert[]): string[][] => {
  const groups = new Map<string, string[][]>();
  for (const { rule, severity, subject } of alerts) {
    const group = groups.get(`${rule}|${severity}`) ?? [[rule, severity]];
    group.push([`  ${subject.name}`, '']);
    groups.set(`${rule}|${severity}`, group);
  }
  return [...groups.values()].flat();
};

const signsSection = async (
  { pce: { name } }: PceDesk,
  recent: readonly Alert[],
  { labels }: BoardQuestion,
  deps: BoardDeps,
): Promise<PanelSection> => {
  const { now, before, holes } = await twoDaysOf(name, deps);
  const hostsOf = (rules: readonly string[]): string[] => [
    ...new Set(recent.filter(({ rule }) => rules.includes(rule)).map(({ subject }) => subject.name)),
  ];
  const scanning = hostsOf(SCANS);
  const tampered = hostsOf(['firewall-tampering']);
  const events = (type: string): [number | undefined, number | undefined] => [
    now.hours === 0 ? undefined : (now.figures[type] ?? 0),
    before.hours === 0 ? undefined : (before.figures[type] ?? 0),
  ];
  const [tampering, tamperingBefore] = events('agent.tampering');
  return {
    title: `Scans and tampering · ${name}`,
    says: `last 24 h${holes === undefined || labels.length > 0 ? '' : `, ${holes}`}`,
    columns: ['', 'Last 24 h', 'Change'],
    rows: [
      ['Sources that scan', grouped(scanning.length), '–'],
      ['Hosts tampered with', grouped(tampered.length), '–'],
      // Events are counted of the whole estate.
      ...(labels.length > 0
        ? []
        : [
            [
              'Tampering events',
              tampering === undefined ? 'not sampled' : grouped(tampering),
              changeText(tampering, tamperingBefore),
            ],
          ]),
      ...[...scanning, ...tampered].slice(0, MOST).map((host) => [`  ${host}`, '', '']),
    ],
    right: [1, 2],
  };
};

const blockedSections = async (
  { pce: { name, flows }, inventory }: PceDesk,
  { labels: query }: BoardQuestion,
  { clock }: BoardDeps,
): Promise<PanelSection[]> => {
  const title = `Blocked · ${name}`;
  const labels = labelHrefs(query, inventory.labels(), '/illumio board security env=prod');
  if ('kind' in labels) return [{ title, says: labels.text }];
  const to = clock.now();
  const traffic = gatherTraffic();
  try {
    const { truncated } = await flows(
      { from: to - DAY_MS, to, labels, decisions: ['blocked', 'potentially_blocked'] },
      traffic.add,
    );
    const result = await withPauses(
      blockedAnalysis.of(traffic, { most: MOST }),
      whenHeld(clock.mono, () => clock.sleep(0)),
    );
    return blockedTables(name, result, truncated);
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return [{ title, says: `The traffic could not be read: ${error.message}` }];
  }
};

const blockedTables = (
  name: string,
  { hosts, services, total }: BlockedResult,
  truncated: boolean,
): PanelSection[] => [
  {
    title: `Blocked hosts · ${name}`,
    says:
      total.hosts === 0
        ? 'Nothing was blocked or would be in the last 24 h.'
        : `${counted(total.blocked, 'connection')} blocked, ${grouped(total.potentially_blocked)} potentially, to ${counted(total.hosts, 'host')} in 24 h${truncated ? ', truncated: the PCE has more' : ''}`,
    columns: ['Host', 'Blocked', 'Potentially'],
    rows: hosts.map((row) => [row.name, grouped(row.blocked), grouped(row.potentially_blocked)]),
    right: [1, 2],
  },
  ...(services.length === 0
    ? []
    : [
        {
          title: `Blocked services · ${name}`,
          columns: ['Service', 'Blocked', 'Potentially'],
          rows: services.map((row) => [row.name, grouped(row.blocked), grouped(row.potentially_blocked)]),
          right: [1, 2],
        },
      ]),
];

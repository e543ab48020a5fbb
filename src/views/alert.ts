import type { KnownBlock } from '@slack/types';
import {
  type Alert,
  fitOneLine,
  type Incident,
  NAMED_IN_ROOT,
  type Person,
  type Reason,
} from '../core/alert.ts';
import { type Label, labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import type { PolicyFacts } from '../core/response.ts';
import { graver, type Severity } from '../core/severity.ts';
import { clockUtc, counted, span } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import {
  actions,
  bold,
  bullets,
  button,
  clip,
  context,
  type Inline,
  joined,
  type Markup,
  md,
  mention,
  message,
  overflow,
  richText,
  section,
  time,
} from './parts.ts';

/** One alert with what a reader wants to know of its host now. */
export interface ShownAlert {
  readonly alert: Alert;
  readonly workload: Workload | undefined;
  /** Our quarantine of the host, when there is one. */
  readonly quarantine: { readonly by: Person; readonly at: number; readonly policy: PolicyFacts } | undefined;
  /** Page of the host in the PCE's console. */
  readonly link: string | undefined;
}

/** An incident as its root message shows it. */
export interface ShownIncident {
  readonly incident: Incident;
  readonly alerts: readonly ShownAlert[];
  /** The rule's one-line description and what to do, from the registry. */
  readonly about: string;
  readonly todo: string;
}

const MARKS: Readonly<Record<Severity, string>> = { info: '🔵', warning: '🟡', error: '🟠', critical: '🔴' };
const WORDS: Readonly<Record<Severity, string>> = {
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  critical: 'Critical',
};

/** Hosts a message lists with their own line: exactly those that its delivery counts as said. */
const LISTED = NAMED_IN_ROOT;
/** Characters of names that go into one section; of JSON that all of them may take, beside which the rest of a message fits. */
const NAMES = { section: 2_800, json: 10_000 } as const;
/** Characters of a name, of a label set and of a fact where several stand in one message. */
const SHORT = { name: 100, labels: 400, fact: 100 } as const;

const REASONS: Readonly<Record<Reason, string>> = {
  first: 'first',
  more: 'one more',
  repeat: 'still firing after its quiet period',
  escalated: 'it became worse',
  resolved: 'resolved',
  late: 'recorded late by the PCE',
  digest: 'digest',
};

/** The root message of an incident in its newest state (messages.md "Alert"). @param notify a group or person of the configuration */
export const alertRoot = (shown: ShownIncident, notify?: string): Message => {
  const { incident, alerts, todo } = shown;
  const firing = alerts.filter(({ alert }) => alert.state !== 'resolved');
  const worst = worstOf(firing.length > 0 ? firing : alerts);
  const over = firing.length === 0;
  const only = alerts.length === 1 ? alerts[0] : undefined;
  const title = titleOf(shown);
  return message(push(worst, title, alerts, over), [
    section(
      over
        ? md`✓ ${bold('Resolved')} ${title}`
        : md`${MARKS[worst]} ${bold(WORDS[worst])}${counter(alerts)} ${bold(title)}${notify === undefined ? md`` : md` ${mention(notify)}`}`,
    ),
    ...(only === undefined ? hostList(alerts) : hostDetail(only)),
    ...status(alerts),
    ...(over ? [] : [section(md`${bold('What to do:')} ${todo}`), buttons(incident, firing)]),
    footer(incident, alerts, 'first', incident.repeated),
  ]);
};

const REPEAT = 'possible repeat: Slack did not say whether this was posted before';

/** A line in the thread: which alerts, why it is said, and buttons of its own for one host. */
export const alertLine = (
  shown: ShownIncident,
  reason: Reason,
  notify?: string,
  repeated = false,
): Message => {
  const { incident, alerts } = shown;
  const worst = worstOf(alerts);
  const only = alerts.length === 1 ? alerts[0] : undefined;
  if (reason === 'resolved') {
    const why = [...new Set(alerts.flatMap(({ alert }) => alert.resolved?.why ?? []))].join(', ');
    const title = titleOf(shown);
    return message(`Resolved: ${title}`, [
      section(md`✓ ${bold('Resolved')} ${title}${why === '' ? '' : ` — ${why}`}`),
      ...(fitOneLine(alerts.map(({ alert }) => alert))
        ? names(alerts)
        : [context(md`all ${alerts.length} are named in this thread`)]),
      ...(repeated ? [context(md`${REPEAT}`)] : []),
    ]);
  }
  const title = titleOf(shown);
  return message(push(worst, title, alerts, false), [
    section(
      md`${MARKS[worst]} ${bold(WORDS[worst])}${counter(alerts)} ${bold(title)}${notify === undefined ? md`` : md` ${mention(notify)}`}`,
    ),
    ...(only === undefined ? (alerts.length > LISTED ? names(alerts) : hostList(alerts)) : hostDetail(only)),
    ...(only === undefined || only.alert.state === 'resolved' ? [] : [buttons(incident, alerts)]),
    footer(incident, alerts, reason, repeated),
  ]);
};

const worstOf = (alerts: readonly ShownAlert[]): Severity =>
  alerts.reduce<Severity>((worst, { alert }) => graver(worst, alert.severity), 'info');

const titleOf = ({ alerts, about, incident }: ShownIncident): string =>
  alerts.length === 1 && alerts[0] !== undefined
    ? alerts[0].alert.title
    : `${about}: ${counted(alerts.length, thing(alerts))} on ${incident.pce}`;

const thing = (alerts: readonly ShownAlert[]): string =>
  alerts.every(({ alert }) => alert.subject.kind === 'workload' || alert.subject.kind === 'ven')
    ? 'host'
    : 'alert';

const counter = (alerts: readonly ShownAlert[]): Markup => {
  const count = alerts.reduce((sum, { alert }) => sum + alert.count, 0);
  const since = Math.min(...alerts.map(({ alert }) => alert.firstAt));
  return count > alerts.length ? md` ×${count} since ${time(since)}` : md``;
};

/** What the phone shows: severity, what, which app and environment, when. */
const push = (worst: Severity, title: string, alerts: readonly ShownAlert[], over: boolean): string => {
  const [only] = alerts;
  const value = (key: string): string | undefined =>
    only?.workload?.labels.find((label) => label.key === key)?.value;
  const where = [value('app'), value('env')].filter((one) => one !== undefined).join('/');
  const since = Math.min(...alerts.map(({ alert }) => alert.firstAt));
  return `${over ? 'Resolved' : WORDS[worst]}: ${title}${alerts.length === 1 && where !== '' ? ` (${where})` : ''} ${clockUtc(since)} UTC`;
};

const MODES: Readonly<Record<string, string>> = {
  full: 'full enforcement',
  selective: 'selective enforcement',
  visibility_only: 'visibility only',
  idle: 'idle',
};

const hostDetail = ({ alert, workload }: ShownAlert): KnownBlock[] => {
  const facts: string[] =
    workload === undefined
      ? alert.subject.kind === 'workload' || alert.subject.kind === 'ven'
        ? ['labels unknown']
        : []
      : [
          labels(workload.labels),
          ...(workload.os === undefined ? [] : [clip(workload.os, SHORT.fact)]),
          MODES[workload.mode ?? ''] ?? 'enforcement unknown',
        ];
  return [
    ...(facts.length === 0
      ? []
      : [context(joined([clip(alert.subject.name, SHORT.name), ...facts].map((fact) => md`${fact}`)))]),
    richText(alert.story as readonly Inline[]),
  ];
};

const labels = (set: readonly Label[]): string => clip(labelText(set), SHORT.labels);

const hostList = (alerts: readonly ShownAlert[]): KnownBlock[] => {
  const rest = alerts.length - LISTED;
  return [
    bullets(
      ...alerts
        .slice(0, LISTED)
        .map(({ alert, workload }): Inline[] => [
          { bold: clip(alert.subject.name, SHORT.name) },
          ...(workload === undefined ? [] : [` ${labels(workload.labels)}`]),
          alert.count > 1 ? ` ×${alert.count} since ` : ' since ',
          { time: alert.firstAt },
          ...(alert.state === 'resolved' ? [` — ${alert.resolved?.why ?? 'over'}`] : []),
        ]),
    ),
    ...(rest > 0 ? [context(md`and ${rest} more; all ${alerts.length} are named in the thread`)] : []),
  ];
};

/** Every name, in as many sections as it takes: nothing is said only by a number. */
const names = (alerts: readonly ShownAlert[]): KnownBlock[] => {
  if (alerts.length < 2) return [];
  const pages: string[] = [];
  for (const name of fitting(alerts.map(({ alert }) => alert.subject.name))) {
    const page = pages[pages.length - 1];
    if (page === undefined || page.length + name.length + 2 > NAMES.section) pages.push(name);
    else pages[pages.length - 1] = `${page}, ${name}`;
  }
  return pages.map((page) => richText([page]));
};

/** The names so cut that all of them fit a message: the longest give first, so that names of an ordinary length stay whole. */
const fitting = (names: readonly string[]): string[] => {
  const cut = (most: number): string[] => names.map((name) => clip(name, most));
  const size = (some: readonly string[]): number =>
    some.reduce((sum, name) => sum + JSON.stringify(name).length, 0);
  let most: number = NAMES.section;
  while (most > 1 && size(cut(most)) > NAMES.json) most = Math.floor(most * 0.8);
  return cut(most);
};

/** What people and the bot have done about it, newest last. */
const status = (alerts: readonly ShownAlert[]): KnownBlock[] => {
  const lines: Markup[] = [];
  const acknowledged = alerts.flatMap(({ alert }) => alert.acknowledged ?? []);
  const [first] = acknowledged;
  if (first !== undefined)
    lines.push(
      md`✓ Acknowledged by ${mention(first.by.user)} ${time(first.at)}${acknowledged.length < alerts.length ? ` (${acknowledged.length} of ${alerts.length})` : ''}`,
    );
  for (const { alert, quarantine } of alerts.slice(0, LISTED))
    if (quarantine !== undefined)
      lines.push(
        md`■ ${clip(alert.subject.name, SHORT.name)} labelled for quarantine by ${mention(quarantine.by.user)} ${time(quarantine.at)}, ${policyWords(quarantine.policy)}`,
      );
  const snoozed = alerts.flatMap(({ alert }) => alert.snoozed ?? []).at(-1);
  if (snoozed !== undefined)
    lines.push(md`Snoozed by ${mention(snoozed.by.user)} until ${time(snoozed.until)}`);
  const ends = alerts.flatMap(({ alert }) => alert.resolved ?? []);
  const [end] = ends;
  if (end !== undefined && alerts.length === 1) lines.push(md`✓ Resolved ${time(end.at)} — ${end.why}`);
  return lines.length === 0 ? [] : [section(joined(lines, '\n'))];
};

/** What is known of the policy since the labels were read back; never that the host is contained (definitions §7.7). */
const policyWords = ({ receivedAt, appliedAt, overdue }: PolicyFacts): Markup => {
  if (receivedAt !== undefined && appliedAt !== undefined)
    return md`policy received ${time(receivedAt)}, applied ${time(appliedAt)}`;
  if (receivedAt !== undefined) return md`policy received ${time(receivedAt)}, not applied yet`;
  return overdue === true
    ? md`🔴 no new policy reached it in 10 min: does a provisioned rule name the label?`
    : md`waiting for policy`;
};

/** Buttons that still apply. Values are ids that are looked up again: an alert, or the incident when there are several. */
const buttons = (incident: Incident, alerts: readonly ShownAlert[]): KnownBlock => {
  const [first] = alerts;
  const value = alerts.length === 1 && first !== undefined ? first.alert.id : `incident:${incident.id}`;
  const suggests = alerts.some(
    ({ alert, quarantine }) => alert.suggests.includes('quarantine') && quarantine === undefined,
  );
  const release = alerts.some(({ quarantine }) => quarantine !== undefined);
  const open = alerts.some(({ alert }) => alert.acknowledged === undefined);
  return actions(
    ...(suggests ? [button({ action: 'quarantine', value, text: 'Quarantine…', style: 'danger' })] : []),
    ...(release ? [button({ action: 'release', value, text: 'Release…' })] : []),
    ...(open ? [button({ action: 'acknowledge', value, text: 'Acknowledge' })] : []),
    overflow('more', [
      { text: 'Investigate', value: `investigate:${value}` },
      { text: 'Snooze 1 h', value: `snooze:${value}` },
      { text: 'Why this message', value: `why:${value}` },
    ]),
  );
};

const footer = (
  incident: Incident,
  alerts: readonly ShownAlert[],
  reason: Reason,
  repeated = false,
): KnownBlock => {
  const since = Math.min(...alerts.map(({ alert }) => alert.firstAt));
  const last = Math.max(...alerts.map(({ alert }) => alert.lastAt));
  const [only] = alerts;
  const link = alerts.length === 1 ? only?.link : undefined;
  return context(
    joined([
      md`PCE ${incident.pce}`,
      md`first seen ${time(since, '{time_secs}')} (${new Date(since).toISOString().slice(11, 19)}Z)`,
      ...(last - since >= 60_000 ? [md`over ${span(last - since)}`] : []),
      md`sent because: ${REASONS[reason]}`,
      ...(repeated ? [md`${REPEAT}`] : []),
      ...(link === undefined ? [] : [pageLink(link)]),
    ]),
  );
};

const pageLink = (url: string): Markup => {
  const safe = URL.canParse(url) ? new URL(url) : undefined;
  if (safe === undefined || !/^https?:$/.test(safe.protocol)) return md``;
  return {
    mrkdwn: `<${safe.href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C')}|open in PCE>`,
  };
};

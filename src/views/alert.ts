import type { KnownBlock } from '@slack/types';
import { fitOneLine, type Incident, type Reason } from '../core/alert.ts';
import { containmentOf } from '../core/containment.ts';
import type { Message } from '../core/ports.ts';
import { graver, type Severity } from '../core/severity.ts';
import { listed, span } from '../core/text.ts';
import { careLines, historyLines } from './alert-care.ts';
import { hostDetail, hostList, inFile, LISTED, ledBy, names } from './alert-hosts.ts';
import { MARKS, push, type ShownAlert, type ShownIncident, titleOf, WORDS } from './alert-title.ts';
import { answerer } from './answerer.ts';
import { containmentLine } from './containment.ts';
import {
  actions,
  bold,
  button,
  clip,
  context,
  joined,
  type Markup,
  md,
  mention,
  message,
  overflow,
  section,
  time,
} from './parts.ts';

export type { ShownAlert, ShownIncident } from './alert-title.ts';

/** Characters of foreign words, so that a message fits whatever they are. */
const SHORT = { why: 300, name: 100 } as const;
/** Hosts that a message about many names as still open. */
const LEFT = 5;

export const REASONS: Readonly<Record<Reason, string>> = {
  first: 'first',
  more: 'one more',
  repeat: 'still firing after its quiet period',
  escalated: 'it became worse',
  unanswered: 'nobody has acknowledged it',
  resolved: 'resolved',
  late: 'recorded late by the PCE',
  digest: 'digest',
};

/** The root message of an incident in its newest state (messages.md "Alert"). @param notify a group or person of the configuration */
export const alertRoot = (shown: ShownIncident, notify?: string): Message => {
  const { incident, alerts, todo, runbook } = shown;
  const firing = alerts.filter(({ alert }) => alert.state !== 'resolved');
  const only = alerts.length === 1 ? alerts[0] : undefined;
  const body = [
    ...(only === undefined ? [...ledBy(alerts), ...hostList(alerts)] : hostDetail(only)),
    ...status(alerts),
  ];
  const repeated = incident.repeated === true;
  if (firing.length === 0)
    return message(push('Resolved', titleOf(shown), alerts, endOf(alerts)), [
      resolvedHead(shown),
      ...body,
      ...judged(incident, alerts),
      footer(incident, alerts, [md`lasted ${span(endOf(alerts) - beginOf(alerts))}`], repeated),
    ]);
  const worst = worstOf(firing);
  return message(push(WORDS[worst], titleOf(shown), alerts, beginOf(alerts)), [
    firingHead(shown, worst, notify),
    ...body,
    section(
      md`${bold('What to do:')} ${nextStep(firing, todo)}${runbook === undefined ? md`` : md` ${linkTo(runbook, 'Runbook')}`}`,
    ),
    buttons(incident, firing),
    footer(incident, alerts, sentBecause(alerts, 'first'), repeated),
  ]);
};

const REPEAT = 'possible repeat: Slack did not say whether this was posted before';

/** A line in the thread: which alerts, why it is said, and buttons of its own for one host. */
export const alertLine = (
  shown: ShownIncident,
  reason: Reason,
  notify?: string,
  repeated = false,
  filed = false,
): Message => {
  const { incident, alerts } = shown;
  if (reason === 'resolved')
    return message(push('Resolved', titleOf(shown), alerts, endOf(alerts)), [
      resolvedHead(shown),
      ...(fitOneLine(alerts.map(({ alert }) => alert))
        ? names(alerts)
        : [context(md`all ${alerts.length} are named in this thread`)]),
      ...(repeated ? [context(md`${REPEAT}`)] : []),
    ]);
  const worst = worstOf(alerts);
  const only = alerts.length === 1 ? alerts[0] : undefined;
  return message(push(WORDS[worst], titleOf(shown), alerts, beginOf(alerts)), [
    firingHead(shown, worst, notify),
    ...(only === undefined
      ? alerts.length > LISTED
        ? filed
          ? inFile(alerts)
          : names(alerts)
        : hostList(alerts)
      : hostDetail(only)),
    ...(only === undefined || only.alert.state === 'resolved' ? [] : [buttons(incident, alerts)]),
    footer(incident, alerts, sentBecause(alerts, reason), repeated),
  ]);
};

/** `🟠 Error ×7 since 10:02 · Firewall tampering on web-01`. */
const firingHead = (shown: ShownIncident, worst: Severity, notify: string | undefined): KnownBlock => {
  const whom = notify === undefined ? md`` : md` ${mention(notify)}`;
  return section(
    md`${MARKS[worst]} ${bold(WORDS[worst])}${counter(shown.alerts)} · ${bold(titleOf(shown))}${whom}`,
  );
};

/** `✓ Resolved 14:06 · Firewall tampering on web-01 — no tampering for 4 h`; hosts that ended differently say so in their lines. */
const resolvedHead = (shown: ShownIncident): KnownBlock => {
  const whys = new Set(shown.alerts.flatMap(({ alert }) => alert.resolved?.why ?? []));
  const [why = ''] = whys.size === 1 ? whys : [];
  return section(
    md`✓ ${bold('Resolved')} ${time(endOf(shown.alerts))} · ${bold(titleOf(shown))}${why === '' ? '' : ` — ${clip(why, SHORT.why)}`}`,
  );
};

const beginOf = (alerts: readonly ShownAlert[]): number =>
  Math.min(...alerts.map(({ alert }) => alert.firstAt));

/** When the last of them was over. */
const endOf = (alerts: readonly ShownAlert[]): number =>
  Math.max(...alerts.map(({ alert }) => alert.resolved?.at ?? alert.lastAt));

/** The rule's advice, until every host that may be quarantined is: then what is next. */
const nextStep = (firing: readonly ShownAlert[], todo: string): string => {
  const held = firing
    .filter(({ alert }) => alert.suggests.includes('quarantine'))
    .map(({ quarantine }) => quarantine?.policy);
  if (held.length === 0 || held.includes(undefined)) return todo;
  const states = held.map((policy) => containmentOf(policy ?? {}));
  const kinds = states.map(({ kind }) => kind);
  if (kinds.every((kind) => kind === 'contained'))
    return 'Find out what happened; release when it is explained.';
  if (states.some((one) => one.kind === 'applied' && one.effect !== undefined))
    return 'Look what still passes and close it by hand if it must not; release when it is explained.';
  if (kinds.includes('staged'))
    return 'Apply the staged policy in the PCE: until then nothing holds the host.';
  return kinds.includes('overdue')
    ? 'Look whether a provisioned rule names the quarantine label; until then nothing may hold the host.'
    : 'Wait for the policy to be applied; release when it is explained.';
};

const worstOf = (alerts: readonly ShownAlert[]): Severity =>
  alerts.reduce<Severity>((worst, { alert }) => graver(worst, alert.severity), 'info');

const counter = (alerts: readonly ShownAlert[]): Markup => {
  const count = alerts.reduce((sum, { alert }) => sum + alert.count, 0);
  return count > alerts.length ? md` ×${count} since ${time(beginOf(alerts))}` : md``;
};

/** One tap says what it was, once it is over or somebody has taken a fact on (definitions: alert life cycle). */
const judged = (incident: Incident, alerts: readonly ShownAlert[]): KnownBlock[] =>
  alerts.some(({ alert }) => alert.closed !== undefined)
    ? []
    : [actions(...closing(refOf(incident, alerts)))];

const closing = (value: string) => [
  button({ action: 'close-real', value, text: 'Real', label: 'Close: it was real' }),
  button({ action: 'close-expected', value, text: 'Expected', label: 'Close: it was expected' }),
  button({ action: 'close-false', value, text: 'False', label: 'Close: it was a false alarm' }),
];

/** A button's value is an id that is looked up again: of the alert, or of the incident when there are several. */
const refOf = (incident: Incident, alerts: readonly ShownAlert[]): string => {
  const [first] = alerts;
  return alerts.length === 1 && first !== undefined ? first.alert.id : `incident:${incident.id}`;
};

/** What people and the bot have done about it, newest last. */
const status = (alerts: readonly ShownAlert[]): KnownBlock[] => {
  const lines: Markup[] = [...historyLines(alerts)];
  const acknowledged = alerts.flatMap(({ alert }) => alert.acknowledged ?? []);
  const [first] = acknowledged;
  if (first !== undefined)
    lines.push(
      md`✓ Acknowledged by ${answerer(first.by)} ${time(first.at)}${acknowledged.length < alerts.length ? ` (${acknowledged.length} of ${alerts.length})` : ''}`,
    );
  for (const { alert, quarantine } of alerts.slice(0, LISTED))
    if (quarantine !== undefined)
      lines.push(
        md`■ ${containmentLine(
          { ...quarantine, by: mention(quarantine.by.user) },
          alerts.length === 1 ? undefined : clip(alert.subject.name, SHORT.name),
        )}`,
      );
  lines.push(...careLines(alerts));
  const snoozed = alerts.flatMap(({ alert }) => alert.snoozed ?? []).at(-1);
  if (snoozed !== undefined)
    lines.push(md`Snoozed by ${mention(snoozed.by.user)} until ${time(snoozed.until)}`);
  const open = alerts.filter(({ alert }) => alert.state !== 'resolved');
  if (open.length > 0 && open.length < alerts.length) {
    const left = listed(
      open.map(({ alert }) => clip(alert.subject.name, SHORT.name)),
      LEFT,
    );
    lines.push(md`✓ ${alerts.length - open.length} of ${alerts.length} are over; still open: ${left}`);
  }
  return lines.length === 0 ? [] : [section(joined(lines, '\n'))];
};

/** Buttons that still apply. Values are ids that are looked up again: an alert, or the incident when there are several. */
const buttons = (incident: Incident, alerts: readonly ShownAlert[]): KnownBlock => {
  const value = refOf(incident, alerts);
  const suggests = alerts.some(
    ({ alert, quarantine }) => alert.suggests.includes('quarantine') && quarantine === undefined,
  );
  const release = alerts.some(({ quarantine }) => quarantine !== undefined);
  const open = alerts.some(({ alert }) => alert.acknowledged === undefined);
  // A fact never ends by itself: who has taken it on says what it was.
  const facts = alerts.every(({ alert }) => alert.state === 'told' && alert.closed === undefined);
  return actions(
    ...(suggests ? [button({ action: 'quarantine', value, text: 'Quarantine…', style: 'danger' })] : []),
    ...(release && !suggests ? [button({ action: 'release', value, text: 'Release…' })] : []),
    ...(alerts.some(({ alert }) => alert.suggests.includes('node-removed'))
      ? [button({ action: 'node-removed', value, text: 'It was removed' })]
      : []),
    ...(open ? [button({ action: 'acknowledge', value, text: 'Acknowledge' })] : facts ? closing(value) : []),
    overflow('more', [
      // Two buttons fit a phone's line.
      ...(release && suggests ? [{ text: 'Release…', value: `release:${value}` }] : []),
      { text: 'Investigate', value: `investigate:${value}` },
      { text: 'Snooze 1 h', value: `snooze:${value}` },
      { text: 'Assign to me', value: `assign:${value}` },
      ...(alerts.length === 1 ? [{ text: 'Silence…', value: `silence:${value}` }] : []),
      { text: 'Why this message', value: `why:${value}` },
    ]),
  );
};

const sentBecause = (alerts: readonly ShownAlert[], reason: Reason): Markup[] => {
  const spread = Math.max(...alerts.map(({ alert }) => alert.lastAt)) - beginOf(alerts);
  return [...(spread >= 60_000 ? [md`over ${span(spread)}`] : []), md`sent because: ${REASONS[reason]}`];
};

const footer = (
  incident: Incident,
  alerts: readonly ShownAlert[],
  facts: readonly Markup[],
  repeated: boolean,
): KnownBlock => {
  const since = beginOf(alerts);
  const [only] = alerts;
  const link = alerts.length === 1 ? only?.link : undefined;
  return context(
    joined([
      md`PCE ${incident.pce}`,
      md`first seen ${time(since, '{time_secs}')} (${new Date(since).toISOString().slice(11, 19)}Z)`,
      ...facts,
      ...(repeated ? [md`${REPEAT}`] : []),
      ...(link === undefined ? [] : [linkTo(link, 'open in PCE')]),
    ]),
  );
};

/** A link as it stands in the configuration or is made by us; anything else is no link. */
const linkTo = (url: string, text: string): Markup => {
  const safe = URL.canParse(url) ? new URL(url) : undefined;
  if (safe === undefined || !/^https?:$/.test(safe.protocol)) return md``;
  return {
    mrkdwn: `<${safe.href.replaceAll('|', '%7C').replaceAll('>', '%3E').replaceAll('<', '%3C')}|${text}>`,
  };
};

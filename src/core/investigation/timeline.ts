import type { Alert } from '../alert.ts';
import { changesText } from '../changes-text.ts';
import type { PceEvent } from '../event.ts';
import { isChatter } from '../event-rate.ts';
import { aboutText, byText } from '../event-words.ts';
import { commitMessageOf, isProvisioning, versionOf } from '../policy-changes.ts';
import type { Response } from '../response.ts';
import { grouped } from '../text.ts';
import { isGoodNotice } from '../ven-problems.ts';
import type { Case, Entry, PeerFlow } from './case.ts';
import { type Touch, touchesOf } from './touches.ts';

/** An own event stands at most this far from the write it is of (definitions §7 "Own event"). */
const OWN_EVENT_MS = 15 * 60_000;

/**
 * Everything that happened to the hosts, in one order: audit events that touch them, their policy, what was blocked, alerts and
 * responses of this bot. Pure: what was read is in the case, and nothing else counts.
 */
export const timelineOf = (read: Case): readonly Entry[] => {
  const hrefs = new Set(read.hosts.map(({ href }) => href));
  const touches = touchesOf(read.hosts, read.policy, read.estate, read.events);
  const entries = [
    ...read.events.flatMap((event) => touches(event).map((touch) => ofEvent(event, touch, read))),
    ...read.peers.flatMap((flow) => ofFlow(flow)),
    ...read.alerts.flatMap((alert) =>
      alert.workloads.filter((href) => hrefs.has(href)).flatMap((href) => ofAlert(alert, href)),
    ),
    ...read.responses.flatMap(ofResponse),
  ];
  return entries
    .filter(({ at }) => at >= read.from && at <= read.to)
    .sort((a, b) => a.at - b.at || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.ref < b.ref ? -1 : 1));
};

/** At one moment the cause comes before what followed from it. */
const ORDER: readonly Entry['kind'][] = [
  'event',
  'labels',
  'draft',
  'provisioned',
  'flow',
  'alert',
  'response',
];

const ofEvent = (event: PceEvent, { host, kind, why }: Touch, read: Case): Entry => {
  const failed = event.status === 'failure' ? ' failed' : '';
  return {
    at: event.at,
    host,
    kind,
    who: whoOf(event, host, read),
    text: `${event.type}${failed}${aboutWords(event, kind, read)}${why === '' ? '' : ` (${why})`}`,
    ref: event.href,
    routine:
      kind === 'event' && isChatter(event) && event.status !== 'failure' && event.notices.every(isGoodNotice),
  };
};

const aboutWords = (event: PceEvent, kind: Entry['kind'], { estate }: Case): string => {
  if (isProvisioning(event)) {
    const message = commitMessageOf(event);
    return `: version ${versionOf(event) ?? 'unknown'}${message === undefined ? '' : `, "${message}"`}`;
  }
  const how = changesText(event, estate.label);
  const about = kind === 'draft' ? aboutText(event, estate) : '';
  const notices = event.notices.map(({ type }) => type);
  const said = [about, how, ...notices].filter((part) => part !== '');
  return said.length === 0 ? '' : `: ${said.join(', ')}`;
};

/** What our own key wrote to a host's labels was asked for by somebody; others may use the same key. */
const whoOf = (event: PceEvent, host: string, { isOurs, responses }: Case): string => {
  if (!isOurs(event)) return byText(event);
  const asked = responses.find(
    ({ target, writtenAt }) =>
      target.href === host && writtenAt !== undefined && Math.abs(writtenAt - event.at) <= OWN_EVENT_MS,
  );
  const relabelled = event.resources.some(({ changes }) => 'labels' in changes);
  return asked !== undefined && relabelled
    ? `this bot for ${asked.byName}`
    : `${byText(event)}, a key of this bot`;
};

/** What was or would be stopped; allowed traffic stands in the list of peers. */
const ofFlow = ({
  host,
  direction,
  peer,
  service,
  decision,
  connections,
  firstAt,
  exact,
}: PeerFlow): Entry[] => {
  if (decision !== 'blocked' && decision !== 'potentially_blocked') return [];
  const way = direction === 'in' ? `from ${peer.name}` : `to ${peer.name}`;
  return [
    {
      at: firstAt,
      host,
      kind: 'flow',
      who: direction === 'in' ? peer.name : '',
      text: `${decision.replace('_', ' ')} ${way} ${service}, ${grouped(connections)} connections${exact ? '' : ' (some time that day)'}`,
      ref: '',
      routine: false,
    },
  ];
};

const ofAlert = (alert: Alert, host: string): Entry[] => {
  const entry = (at: number, text: string, who = 'this bot'): Entry => ({
    at,
    host,
    kind: 'alert',
    who,
    text,
    ref: alert.id,
    routine: false,
  });
  const { title, severity, firstAt, count, past = [], acknowledged, resolved, closed, notes = [] } = alert;
  return [
    ...past.flatMap(({ from, to }) => [entry(from, `alert: ${title}`), entry(to, `alert ended: ${title}`)]),
    entry(firstAt, `alert, ${severity}: ${title}${count > 1 ? ` (${grouped(count)} times)` : ''}`),
    ...(acknowledged === undefined
      ? []
      : [
          entry(
            acknowledged.at,
            `acknowledged: ${title}`,
            'via' in acknowledged.by ? acknowledged.by.name : acknowledged.by.user,
          ),
        ]),
    ...notes.map(({ at, by, text }) => entry(at, `note: ${text}`, by.user)),
    ...(closed === undefined ? [] : [entry(closed.at, `closed as ${closed.as}: ${title}`, closed.by.user)]),
    ...(resolved === undefined ? [] : [entry(resolved.at, `resolved: ${title}, ${resolved.why}`)]),
  ];
};

const ofResponse = (response: Response): Entry[] => {
  const {
    id,
    action,
    target,
    byName,
    reason,
    requestedAt,
    endedAt,
    state,
    outcome,
    policy,
    votes = [],
  } = response;
  const entry = (at: number, text: string, who = 'this bot'): Entry => ({
    at,
    host: target.href,
    kind: 'response',
    who,
    text,
    ref: id,
    routine: false,
  });
  return [
    entry(requestedAt, `${action} asked for: ${reason}`, byName),
    ...votes.map(({ at, name }) => entry(at, `${action} agreed to`, name)),
    ...(endedAt === undefined
      ? []
      : [
          entry(
            endedAt,
            `${action} ${state}${outcome === undefined ? ', labels read back as intended' : `: ${outcome}`}`,
          ),
        ]),
    ...(policy?.receivedAt === undefined
      ? []
      : [entry(policy.receivedAt, `${action}: the VEN received the new policy`)]),
    ...(policy?.appliedAt === undefined ? [] : [entry(policy.appliedAt, `${action}: policy applied`)]),
  ];
};

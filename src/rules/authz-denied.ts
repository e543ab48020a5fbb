import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { actorSubject, findingOf, whoDid } from '../core/finding.ts';
import { dict, text } from '../core/foreign.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isAutomation, isOurs } from '../core/rule-context.ts';
import { subjectKey } from '../core/subject.ts';
import { Tallied, type Tally, tallyOf } from '../core/tally.ts';
import { counted, span, type Text } from '../core/text.ts';

const MINUTE_MS = 60_000;
/** How late an event may be recorded (definitions §1). */
const LATENESS_MS = 20 * MINUTE_MS;

const DENIED = 'request.authorization_failed';
/** What a denied write to is told at once: policy, users, keys, labels and settings. */
const GUARDED =
  /sec_polic|rule_set|sec_rule|deny_rule|enforcement_boundar|firewall_settings|ip_list|services?\b|user|principal|permission|role|api_key|service_account|label|setting/;

const Options = z
  .strictObject({
    denied: z.int().min(2).max(100).default(5).describe('Denied requests of one actor before it is told …'),
    minutes: z.int().min(1).max(120).default(10).describe('… within so many minutes.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** Somebody asks the PCE for what he may not have: again and again, or a person who tries to change what protects. */
export const authzDenied = defineRule({
  id: 'authz-denied',
  title: 'Access denied',
  about: 'Requests were denied for want of rights, or a person tried a change he may not make',
  severity: 'warning',
  life: { kind: 'burst', quietMs: 30 * MINUTE_MS, over: 'no denied request to tell' },
  on: { types: [DENIED], notices: [DENIED] },
  options: Options,
  memory: Tallied,
  todo: 'Ask the person, or the owner of the key, what it was for. Give the right if it is needed; else find out who used the account.',
  detect(observation, memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const tally = tallyOf(memory);
    const findings = observation.events
      .filter((event) => !isOurs(event, context))
      .flatMap((event) => judge(event, tally, options, context));
    return { findings, memory: tally.kept(observation.now - options.minutes * MINUTE_MS - LATENESS_MS) };
  },
});

const judge = (event: PceEvent, tally: Tally, options: Options, context: RuleContext): Finding[] => {
  const request = requestOf(event);
  const subject = actorSubject(event, request.address);
  tally.add(subjectKey(subject), event);
  const { count, first, last } = tally.fullest(subjectKey(subject), event.at, options.minutes * MINUTE_MS);
  const write = isGuardedWrite(event, request) && !isAutomation(event, context);
  if (!write && count < options.denied) return [];
  const story: Text = [
    `${whoDid(event)} was denied ${request.words} at `,
    { time: event.at },
    count < 2 ? '.' : `; ${counted(count, 'denied request')} in ${span(last - first)}.`,
    request.address === undefined ? '' : ` It came from ${request.address}.`,
  ];
  const title = `${write ? 'Change' : 'Requests'} denied to ${subject.name}`;
  return [findingOf(event, subject, { severity: 'warning', title, story })];
};

interface Request {
  readonly method: string | undefined;
  readonly endpoint: string | undefined;
  readonly address: string | undefined;
  /** `PUT /api/v2/orgs/1/labels/5`, or the event's type where the PCE hides it. */
  readonly words: string;
}

/** Refused reads stand in the notification, denied writes in the action (facts §2.3). */
const requestOf = ({ action, notices, type }: PceEvent): Request => {
  const info = dict(notices.find((notice) => notice.type === DENIED)?.info);
  const method = action.method ?? text(info['api_method']);
  const endpoint = action.endpoint ?? text(info['api_endpoint']);
  const words = [method, endpoint].filter((word) => word !== undefined).join(' ');
  const address = action.address ?? text(info['src_ip']);
  return { method, endpoint, address, words: words === '' ? type : words };
};

/** A person, not a key: a key that lacks a right is a matter of its configuration. */
const isGuardedWrite = ({ actor, action, type }: PceEvent, { method, endpoint }: Request): boolean =>
  actor.kind === 'user' &&
  action.apiKeyId === undefined &&
  method !== undefined &&
  method !== 'GET' &&
  (action.status === 403 || action.status === undefined) &&
  GUARDED.test(type === DENIED ? (endpoint ?? '') : `${type} ${endpoint ?? ''}`);

import { z } from 'zod';
import type { PceEvent } from '../core/event.ts';
import { actorSubject, findingOf } from '../core/finding.ts';
import { dict, text } from '../core/foreign.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import type { Subject } from '../core/subject.ts';

/** Today's notification, and its name in older releases (facts §2.3). */
const NAMES = ['user.csrf_validation_failed', 'authz_csrf_validation_failure'];

/** A request that somebody's browser sent without him: each user told by himself, every time. */
export const csrf = defineRule({
  id: 'csrf',
  title: 'Forged request',
  about: 'The PCE refused a request that failed its check against forgery (CSRF)',
  severity: 'critical',
  life: { kind: 'burst', quietMs: 30 * 60_000, over: 'no forged request' },
  neverQuiet: true,
  on: { types: NAMES, notices: NAMES },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Ask the user what he had open in his browser, end his sessions in the PCE, and look at what he changed since.',
  detect: (observation) => ({
    findings: observation.kind === 'events' ? observation.events.map(finding) : [],
  }),
});

const finding = (event: PceEvent): Finding => {
  const info = dict(event.notices.find(({ type }) => NAMES.includes(type))?.info);
  const address = event.action.address ?? text(info['src_ip']);
  const subject = victim(event, info, address);
  const endpoint = event.action.endpoint ?? text(info['api_endpoint']);
  return findingOf(event, subject, {
    severity: 'critical',
    title: `Forged request in the name of ${subject.name}`,
    story: [
      'The PCE refused a request at ',
      { time: event.at },
      ` because its token against forgery was missing or wrong: another page may have sent it from the browser of ${subject.name}.`,
      endpoint === undefined ? '' : ` It was meant for ${endpoint}.`,
      address === undefined ? '' : ` It came from ${address}.`,
    ],
  });
};

const victim = (event: PceEvent, info: ReturnType<typeof dict>, address: string | undefined): Subject => {
  const user = dict(info['user']);
  const name = text(user['username']);
  if (event.actor.name !== undefined || name === undefined) return actorSubject(event, address);
  return { kind: 'user', href: text(user['href']) ?? null, name };
};

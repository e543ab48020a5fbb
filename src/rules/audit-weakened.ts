import { z } from 'zod';
import { changesText } from '../core/changes-text.ts';
import type { PceEvent } from '../core/event.ts';
import { findingOf, whoDid } from '../core/finding.ts';
import { text } from '../core/foreign.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import type { Subject } from '../core/subject.ts';

/** What the PCE records, to whom it tells it, and how people prove who they are: told whatever changes. */
const WATCHED = [
  'event_settings.update',
  'syslog_destination.update',
  'syslog_destination.delete',
  'access_restriction.update',
  'access_restriction.delete',
  'trusted_proxy_ips.update',
  'authentication_settings.update',
  'password_policy.update',
  'password_policy.delete',
  'saml_*',
  ...['ldap_config', 'radius_config'].flatMap((config) =>
    ['create', 'update', 'delete'].map((verb) => `${config}.${verb}`),
  ),
  'traffic_collector_setting.*',
  'settings.update',
  'org.update',
];

/** Settings that record, tell or authenticate were changed: what an intruder does first. */
export const auditWeakened = defineRule({
  id: 'audit-weakened',
  title: 'Audit or sign-in settings changed',
  about: 'Settings of event logging, syslog, access or sign-in were changed or removed',
  severity: 'error',
  life: { kind: 'once' },
  on: { types: WATCHED },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Ask who made the change whether it was planned. If not, set it back in the PCE console and look at what else he did.',
  detect(observation, _memory, _options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    return {
      findings: observation.events
        .filter((event) => event.status !== 'failure' && !isOurs(event, context))
        .map(finding),
    };
  },
});

const VERBS: Readonly<Record<string, string>> = { create: 'created', delete: 'deleted', update: 'changed' };

const finding = (event: PceEvent): Finding => {
  const [family = '', verb = ''] = event.type.split('.');
  const resource = Object.values(event.resources[0]?.resource ?? {})[0];
  const name = text(resource?.['name']);
  const kind = family.replaceAll('_', ' ');
  const subject: Subject = {
    kind: 'pce',
    href: text(resource?.['href']) ?? null,
    name: name === undefined ? kind : `${kind} ${name}`,
  };
  const done = VERBS[verb] ?? 'changed';
  const changes = changesText(event);
  return findingOf(event, subject, {
    severity: 'error',
    title: `${subject.name}: ${done}`,
    story: [
      `${whoDid(event)} ${done} ${subject.name} at `,
      { time: event.at },
      changes === '' ? '; the event does not say what changed.' : `: ${changes}.`,
    ],
  });
};

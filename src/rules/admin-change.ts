import { z } from 'zod';
import { changesText } from '../core/changes-text.ts';
import type { PceEvent } from '../core/event.ts';
import { findingOf, whoDid } from '../core/finding.ts';
import { text } from '../core/foreign.ts';
import { defineRule, type Finding } from '../core/rule.ts';
import { isOurs } from '../core/rule-context.ts';
import type { Subject } from '../core/subject.ts';

/** Owner and Administrator, by the ends of the roles' hrefs; by name only where a role is named. */
const HREF = /\/roles\/(?:owner|admin)$/i;
const NAME = /^(?:Global )?(?:Organization )?(?:Owner|Administrator)$/i;

/** Who may do what on the PCE was changed. Somebody made Owner or Administrator is an error. */
export const adminChange = defineRule({
  id: 'admin-change',
  title: 'Administration changed',
  about: 'Users, roles, service accounts, keys, groups, domains or the licence were changed',
  severity: 'info',
  life: { kind: 'once' },
  on: {
    types: [
      'user.create',
      'user.update',
      'user.delete',
      'user.invite',
      'user.reset_password',
      'user_local_profile.*',
      'service_account.*',
      'api_key.*',
      'permission.*',
      'auth_security_principal.*',
      'security_principal.*',
      'security_principals.*',
      'group.*',
      'domain.*',
      'license.*',
      'cluster.*',
      'pairing_profile.create_pairing_key',
      'pairing_profile.delete_all_pairing_keys',
    ],
  },
  options: z.strictObject({}).default({}),
  memory: z.null().default(null),
  todo: 'Check that somebody asked for it. A new Owner or Administrator that nobody expects: remove it, and look at what its maker did.',
  detect(observation, _memory, _options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    return {
      findings: observation.events
        .filter((event) => event.status !== 'failure' && !isOurs(event, context))
        .map(finding),
    };
  },
});

const VERBS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  invite: 'invited',
  reinvite: 'invited again',
  reset_password: 'password reset',
  update_password: 'password changed',
  bulk_create: 'created in bulk',
  create_pairing_key: 'pairing key created',
  delete_all_pairing_keys: 'all pairing keys deleted',
};

const finding = (event: PceEvent): Finding => {
  const [, verb = ''] = event.type.split('.');
  const subject = subjectOf(event);
  const granted = grants(event);
  const done = VERBS[verb] ?? verb.replaceAll('_', ' ');
  const changes = changesText(event);
  return findingOf(event, subject, {
    severity: granted === undefined ? 'info' : 'error',
    title: granted === undefined ? `${subject.name}: ${done}` : `${granted} granted: ${subject.name}`,
    story: [
      `${whoDid(event)}: ${subject.name}, ${done} at `,
      { time: event.at },
      changes === '' ? '.' : `: ${changes}.`,
      granted === undefined ? '' : ` The role ${granted} may change everything on this PCE.`,
    ],
  });
};

const KINDS: Readonly<Record<string, Subject['kind']>> = { api_key: 'key', pairing_profile: 'key' };

/** What was changed, by what people call it; a pairing key's profile stands only in the endpoint (facts §2.3). */
const subjectOf = ({ type, resources, action }: PceEvent): Subject => {
  const [family = ''] = type.split('.');
  const [kind, resource] = Object.entries(resources[0]?.resource ?? {})[0] ?? [family, {}];
  const href = text(resource['href']) ?? profileIn(action.endpoint);
  const name = text(resource['username']) ?? text(resource['name']) ?? text(resource['full_name']) ?? href;
  return {
    kind: KINDS[kind] ?? (/user|principal|service_account|permission/.test(kind) ? 'user' : 'pce'),
    href: href ?? null,
    name: `${kind.replaceAll('_', ' ')} ${name ?? ''}`.trim(),
  };
};

const profileIn = (endpoint: string | undefined): string | undefined =>
  /\/orgs\/\d+\/pairing_profiles\/\d+/.exec(endpoint ?? '')?.[0];

/** The powerful role that the event gives away: among new values only, never among those before. */
const grants = ({ resources, type }: PceEvent): string | undefined => {
  if (type.endsWith('.delete')) return undefined;
  const given = resources.flatMap(({ resource, changes, changeType }) => [
    ...Object.values(changes).flatMap((change) => [change['after'], change['created'], change['updated']]),
    ...(changeType === 'create' ? [resource] : []),
  ]);
  const role = given.map((value) => powerIn(value)).find((found) => found !== undefined);
  return role === undefined ? undefined : /owner/i.test(role) ? 'Owner' : 'Administrator';
};

/** The first powerful role in a value, however deep; what was before is left out. */
const powerIn = (value: unknown, key = ''): string | undefined => {
  if (typeof value === 'string')
    return HREF.test(value) || (key === 'role' && NAME.test(value)) ? value : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'before' || name === 'deleted') continue;
    // A role says its name in an attribute of its own.
    const found = powerIn(inner, key === 'role' && name === 'name' ? 'role' : name);
    if (found !== undefined) return found;
  }
  return undefined;
};

import { z } from 'zod';
import { verifyChain } from '../core/audit.ts';
import { ACTION_ROLES } from '../core/authorise.ts';
import { instant } from '../core/foreign.ts';
import { isLabelTerm, parseLabelQuery } from '../core/label-query.ts';
import { nearest } from '../core/nearest.ts';
import type { Roles } from '../core/settings.ts';
import { type RightsThen, rightsAt, type WhoCould, whoCould } from '../core/who-could.ts';
import { auditLines } from './audit-lines.ts';
import { atCwd, loadConfig, sha256 } from './load-config.ts';
import { type Edge, EXIT, UsageError } from './verb.ts';

const Person = z.object({ team: z.string(), user: z.string() });
const Grant = z
  .object({
    members: z.array(z.union([Person, z.object({ group: z.string() })])),
    labels: z.string().optional(),
    channels: z.array(z.string()).optional(),
    actions: z.array(z.string()).optional(),
  })
  .transform(({ members, labels, channels, actions }) => ({ members, labels, channels, actions }));
const RolesThen = z
  .object({
    viewer: z.array(Grant).optional(),
    analyst: z.array(Grant),
    responder: z.array(Grant),
    approver: z.array(Person),
    admin: z.array(Person),
  })
  .transform(({ viewer, ...others }): Roles => ({ viewer, ...others }));
const Kept = z.object({
  time: z.string(),
  action: z.string(),
  config: z.string(),
  roles: RolesThen.optional(),
  groups: z.record(z.string(), z.record(z.string(), z.string().nullable())).optional(),
  target: z.object({ name: z.string() }).optional(),
  before: z.string().optional(),
});
type Kept = z.infer<typeof Kept>;

interface Asked {
  readonly action: string;
  /** A host's name, or labels a host had. */
  readonly about: readonly string[];
  readonly at: string | undefined;
  readonly data: string;
  readonly config: string;
  readonly json: boolean;
}

/** What is known, or why nothing is: a whole sentence. */
type Found =
  | { readonly ok: true; readonly who: WhoCould; readonly then: RightsThen; readonly about: string }
  | { readonly ok: false; readonly why: string };

/** `audit who-could`: who could do something then, out of the audit log and, for records without roles, the configuration. */
export const answerWhoCould = (asked: Asked, edge: Edge): number => {
  const { action } = asked;
  if (!Object.hasOwn(ACTION_ROLES, action)) {
    const near = nearest(action, Object.keys(ACTION_ROLES));
    throw new UsageError(
      `${action === '' ? 'Name an action' : `There is no action "${action}"`}: audit who-could ${near[0] ?? 'quarantine'} --at 2026-07-01.`,
    );
  }
  const at = momentOf(asked.at);
  const found = find(asked, at, edge);
  if (asked.json) edge.out(JSON.stringify(documentOf(asked, at, found)));
  else for (const line of linesOf(asked, at, found)) edge.out(line);
  return found.ok && found.who.unknown.length === 0 ? EXIT.done : EXIT.failed;
};

/** A day alone means its beginning. */
const momentOf = (at: string | undefined): number => {
  const ms = instant(/^\d{4}-\d\d-\d\d$/.test(at ?? '') ? `${at}T00:00:00Z` : at);
  if (ms === undefined)
    throw new UsageError('--at takes a time with a zone such as 2026-07-01T10:00:00Z, or a day: 2026-07-01.');
  if (ms > Date.now()) throw new UsageError(`--at ${at} lies in the future.`);
  return ms;
};

const find = (asked: Asked, at: number, edge: Edge): Found => {
  const read = auditLines(atCwd(edge, asked.data));
  if (!read.ok) return read;
  const chain = verifyChain(read.lines, sha256);
  if (!chain.ok)
    return {
      ok: false,
      why: `The audit log is broken at ${read.at(chain.firstBad.line).file} line ${read.at(chain.firstBad.line).line} (${chain.firstBad.why}): it proves nothing. See audit verify.`,
    };
  const records = read.lines.map((line) => Kept.parse(JSON.parse(line)));
  const then = rightsAt(records, at);
  if (then.start === undefined)
    return {
      ok: false,
      why: `The record does not reach back to ${utc(at)}: ${records[0] === undefined ? 'it is empty' : `it begins ${records[0].time}`}.`,
    };
  const roles = rolesOf(then.start, asked, edge);
  if ('why' in roles) return { ok: false, ...roles };
  const host = hostOf(asked.about, records, at);
  if ('why' in host) return { ok: false, ...host };
  return {
    ok: true,
    then,
    about: host.about,
    who: whoCould(then, roles, { action: asked.action, at, labels: host.labels }),
  };
};

/** The roles of a start; a record of before they were kept has only the hash of its configuration, which proves a file. */
const rolesOf = (
  {
    roles,
    config,
    time,
  }: { readonly roles?: Roles | undefined; readonly config: string; readonly time: string },
  asked: Asked,
  edge: Edge,
): Roles | { readonly why: string } => {
  if (roles !== undefined) return roles;
  const loaded = loadConfig(edge, asked.config);
  if (loaded.ok && loaded.hash === config) return loaded.settings.roles;
  return {
    why: `The start of ${time} does not hold its roles, only the hash of its configuration, ${config}; ${asked.config} is ${loaded.ok ? `another (${loaded.hash})` : 'not readable'}. Name the file of that time: --config F.`,
  };
};

type Host =
  | { readonly about: string; readonly labels: readonly { key: string; value: string }[] | 'later' }
  | { readonly why: string };

/** The labels that were named, or those the record has of a host at that time. */
const hostOf = (about: readonly string[], records: readonly Kept[], at: number): Host => {
  const [name] = about;
  if (name === undefined) return { about: 'any host in scope', labels: 'later' };
  if (about.every(isLabelTerm)) {
    const parsed = parseLabelQuery(about);
    if (!parsed.ok) throw new UsageError(parsed.problem);
    return { about: `a host with ${about.join(' ')}`, labels: labelsIn(about.join(' ')) };
  }
  if (about.length > 1) throw new UsageError('Name one host, or the labels it had: env=prod app=shop.');
  const seen = records.findLast(
    ({ time, target, before = '' }) =>
      Date.parse(time) <= at && target?.name.toLowerCase() === name.toLowerCase() && before.includes('='),
  );
  if (seen?.before === undefined)
    return {
      why: `The record does not say which labels ${name} had at ${utc(at)}: nobody acted on it before. Name its labels instead: audit who-could quarantine --at … env=prod app=shop.`,
    };
  return { about: `${name} (${seen.before}, as seen ${seen.time})`, labels: labelsIn(seen.before) };
};

const labelsIn = (text: string): { key: string; value: string }[] =>
  text.split(/\s+(?=[^\s=]+=)/).flatMap((one) => {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(one) ?? [];
    return key === undefined || value === undefined ? [] : [{ key, value }];
  });

const utc = (ms: number): string => new Date(ms).toISOString();

const documentOf = ({ action }: Asked, at: number, found: Found) =>
  found.ok
    ? {
        ok: found.who.unknown.length === 0,
        at: utc(at),
        action,
        about: found.about,
        start: found.then.start?.time,
        config: found.then.start?.config,
        everyone: found.who.everyone,
        could: found.who.could,
        held: found.who.held,
        unknownGroups: found.who.unknown,
      }
    : { ok: false, at: utc(at), action, why: found.why };

const linesOf = ({ action }: Asked, at: number, found: Found): string[] => {
  if (!found.ok) return [found.why];
  const { who, about, then } = found;
  return [
    `${action} of ${about} at ${utc(at)}, by the configuration of the start of ${then.start?.time}:`,
    ...(who.everyone ? ['  every full member of the workspace'] : []),
    ...who.could.map(({ user, role, how }) => `  ${user}  ${role}, ${how}`),
    ...(who.could.length === 0 && !who.everyone ? ['  nobody that is known'] : []),
    'Roles then:',
    ...who.held.map(
      ({ role, user, how, from }) =>
        `  ${role}  ${user}  ${how}${from === undefined ? '' : `, only from ${from} on`}`,
    ),
    ...(who.held.length === 0 ? ['  nobody'] : []),
    ...who.unknown.map(
      (group) => `Not known: who was in user group ${group}. The record does not reach so far back for it.`,
    ),
    'Not in the record: whether Slack answered then, and whether an account was a guest or deleted.',
  ];
};

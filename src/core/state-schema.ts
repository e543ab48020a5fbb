import { z } from 'zod';
import type { Alert, Delivery, Incident, Told } from './alert.ts';
import { REASONS, VERDICTS } from './alert.ts';
import type { Brake } from './brake.ts';
import type { Dispute } from './dispute.ts';
import { EFFECT_VERDICTS } from './effect.ts';
import { dict } from './foreign.ts';
import type { GroupRow } from './group.ts';
import { NOTICE_KINDS } from './output/notice.ts';
import type { OutputRow } from './output/owed.ts';
import type { Override } from './override.ts';
import type { Response } from './response.ts';
import { ENDINGS, RESPONSE_STATES } from './response.ts';
import { SEVERITIES } from './severity.ts';
import type { Silence } from './silence.ts';
import type { Card, Restore, SeenEvents, State, Task, Transition } from './state.ts';
import type { Text } from './text.ts';
import { MODES } from './workload.ts';

/**
 * The version of everything below, as it stands on the disk. Raise it whenever what an older release would read wrongly or throw
 * away is added (a transition type too), and add the step from the old form to the store's migrations.
 */
export const STATE_VERSION = 1;

// Objects are loose: a field this release does not know is carried along, never dropped by reading and writing.
const row = z.looseObject;
const id = z.string();
const time = z.number();
const ids = z.array(id);
const severity = z.enum(SEVERITIES);
const reason = z.enum(REASONS);
const place = z.enum(['root', 'thread', 'broadcast', 'file']);
const person = row({ team: z.string(), user: z.string() });
/** Of Slack, or known to another product alone. */
const answerer = z.union([person, row({ name: z.string(), via: z.string() })]);
const label = row({ href: id, key: z.string(), value: z.string() });
const root = row({ channel: id, ts: id });
const quiet = row({ until: time, stepMs: z.number() });
const change = row({ replaced: z.array(label), added: z.array(label) });
const responseState = z.enum(RESPONSE_STATES);
const text: z.ZodType<Text> = z.array(
  z.union([z.string(), row({ time }), row({ bold: z.string() })]),
) as z.ZodType<Text>;

const escalation = row({ since: time, step: z.number() });
const closing = row({ as: z.enum(VERDICTS), by: person, at: time });
const alert: z.ZodType<Alert> = row({
  id,
  fingerprint: id,
  pce: id,
  rule: id,
  life: z.enum(['state', 'burst', 'once']),
  subject: row({
    kind: z.enum(['workload', 'ven', 'user', 'ip', 'pce', 'node', 'policy', 'label', 'key', 'value']),
    href: id.nullable(),
    name: z.string(),
    aspect: z.string().exactOptional(),
  }),
  state: z.enum(['firing', 'resolved', 'told']),
  severity,
  title: z.string(),
  story: text,
  workloads: ids,
  suggests: ids,
  event: id.nullable(),
  count: z.number(),
  firstAt: time,
  lastAt: time,
  begunAt: time.default(0),
  highValue: z.boolean(),
  quiet,
  acknowledged: row({ by: answerer, at: time }).exactOptional(),
  snoozed: row({ by: person, until: time }).exactOptional(),
  resolved: row({ at: time, why: z.string() }).exactOptional(),
  said: id.exactOptional(),
  hushed: z.boolean().exactOptional(),
  held: row({ kind: z.enum(['inhibited', 'silenced']), by: id, at: time }).exactOptional(),
  escalation: escalation.exactOptional(),
  changes: z.array(time).exactOptional(),
  assigned: row({ to: id, by: person, at: time }).exactOptional(),
  notes: z.array(row({ by: person, at: time, text: z.string() })).exactOptional(),
  closed: closing.exactOptional(),
  past: z.array(row({ from: time, to: time, severity, closed: closing.exactOptional() })).exactOptional(),
});

const noticeKind = z.enum(NOTICE_KINDS);
const outputRow: z.ZodType<OutputRow> = row({
  output: id,
  fingerprint: id,
  episode: time,
  told: row({ kind: noticeKind, severity, at: time }).exactOptional(),
  notBefore: time.exactOptional(),
  attempts: z.number().exactOptional(),
  trouble: z.string().exactOptional(),
  dead: z.literal(true).exactOptional(),
});
const silence: z.ZodType<Silence> = row({
  id,
  matcher: row({
    rules: ids,
    severities: z.array(severity),
    pce: id.exactOptional(),
    labels: z.string().exactOptional(),
    host: z.string().exactOptional(),
    subject: z.string().exactOptional(),
  }),
  by: person.nullable(),
  byName: z.string(),
  reason: z.string(),
  at: time,
  until: time,
  state: z.enum(['asked', 'active', 'ended']),
  needs: z.string().exactOptional(),
  approvedBy: person.exactOptional(),
  endedAt: time.exactOptional(),
  endedBy: person.exactOptional(),
  hid: z.record(id, row({ name: z.string(), count: z.number() })),
  more: z.number(),
  passedOn: z.string().exactOptional(),
  told: z.boolean().exactOptional(),
});

const incident: z.ZodType<Incident> = row({
  id,
  key: id,
  channel: id,
  pce: id,
  rule: id,
  alerts: ids,
  openedAt: time,
  joinedAt: time,
  open: z.boolean(),
  said: z.number(),
  root: root.exactOptional(),
  revision: z.number(),
  shown: z.number(),
  repeated: z.boolean().exactOptional(),
  severity,
  groups: z.array(z.string()),
});

const delivery: z.ZodType<Delivery> = row({
  key: id,
  incident: id,
  reason,
  channel: id,
  place,
  alerts: ids,
  queuedAt: time,
  state: z.enum(['queued', 'intent', 'dead']),
  intentAt: time.exactOptional(),
  thread: id.exactOptional(),
  file: id.exactOptional(),
  tries: z.number(),
  notBefore: time,
  trouble: z.string().exactOptional(),
  resent: z.boolean().exactOptional(),
  repeated: z.boolean().exactOptional(),
  plain: z.boolean().exactOptional(),
  unfiled: z.boolean().exactOptional(),
  alarmed: z.boolean().exactOptional(),
});

const told: z.ZodType<Told> = row({
  key: id,
  incident: id,
  reason,
  channel: id,
  ts: id,
  at: time,
  alerts: ids,
  thread: id.exactOptional(),
  file: id.exactOptional(),
  lookAt: time.exactOptional(),
});

const policy = row({
  receivedAt: time.exactOptional(),
  appliedAt: time.exactOptional(),
  staged: z.boolean().exactOptional(),
  heartbeatAt: time.exactOptional(),
  silent: z.boolean().exactOptional(),
  effect: row({ verdict: z.enum(EFFECT_VERDICTS), at: time }).exactOptional(),
  flows: row({
    reports: z.number(),
    at: time,
    passed: z.number(),
    examples: z.array(z.string()),
  }).exactOptional(),
  overdue: z.boolean().exactOptional(),
  settled: z.boolean().exactOptional(),
});

const needs = row({ votes: z.number(), why: z.array(z.string()) });
const ending = z.enum(ENDINGS);
const vote = row({ by: person, name: z.string(), at: time });

const response = row({
  id,
  action: id,
  pce: id,
  // JSON leaves an unknown mode out.
  target: row({
    href: id,
    name: z.string(),
    labels: z.array(label),
    mode: z.enum(MODES).optional(),
    addresses: z.array(z.string()).exactOptional(),
  }),
  by: person,
  byName: z.string(),
  reason: z.string(),
  ticket: z.string().exactOptional(),
  channel: id.nullable(),
  alert: id.nullable(),
  requestedAt: time,
  state: responseState,
  change: change.exactOptional(),
  mode: row({ before: z.enum(MODES), after: z.enum(MODES) }).exactOptional(),
  intended: z.array(label).exactOptional(),
  endedAt: time.exactOptional(),
  outcome: z.string().exactOptional(),
  untold: z.literal(true).exactOptional(),
  releases: id.nullable(),
  releasedBy: id.exactOptional(),
  repairs: id.exactOptional(),
  needs: needs.exactOptional(),
  votes: z.array(vote).exactOptional(),
  lapsesAt: time.exactOptional(),
  blockedAt: time.exactOptional(),
  writtenAt: time.exactOptional(),
  batch: id.exactOptional(),
  review: row({ afterMs: z.number(), ending }).exactOptional(),
  until: time.exactOptional(),
  reminded: z.number().exactOptional(),
  kept: row({ by: person, at: time }).exactOptional(),
  alone: row({ at: time, reason: z.string(), reviewed: vote.exactOptional() }).exactOptional(),
  policy: policy.exactOptional(),
}) as z.ZodType<unknown> as z.ZodType<Response>;

/** A predicate, which copies nothing: a thousand commands in the same instant are made durable before any is acknowledged. */
const isTask = (value: unknown): value is Task => {
  const { id, at, inbound } = dict(value);
  const { kind, person } = dict(inbound);
  const { team, user } = dict(person);
  const texts = [id, team, user].every((one) => typeof one === 'string');
  return texts && Number.isFinite(at) && (kind === 'command' || kind === 'click');
};
const task = z.custom<Task>(isTask);

const brake: z.ZodType<Brake> = row({
  by: person,
  byName: z.string(),
  at: time,
  until: time.nullable(),
  why: z.string(),
});

const override: z.ZodType<Override> = row({
  id,
  rule: id,
  set: row({
    enabled: z.boolean().exactOptional(),
    severity: severity.nullable().exactOptional(),
    options: z.record(id, z.unknown()).exactOptional(),
    channel: id.exactOptional(),
    source: z.string().exactOptional(),
  }),
  by: person,
  byName: z.string(),
  at: time,
  state: z.enum(['asked', 'active', 'ended']),
  needs: z.string().exactOptional(),
  approvedBy: person.exactOptional(),
  endedAt: time.exactOptional(),
});

const card: z.ZodType<Card> = row({
  key: id,
  channel: id,
  ts: id.exactOptional(),
  at: time,
  face: z.string(),
});

const group: z.ZodType<GroupRow> = row({
  group: id,
  members: z.record(id, row({ since: time.nullable(), letIn: vote.exactOptional() })),
});

const disputes: z.ZodType<readonly Dispute[]> = z.array(
  row({
    pce: id,
    href: id,
    name: z.string(),
    kind: z.enum(['lost', 'stray']),
    ours: z.string(),
    theirs: z.string(),
    kept: row({ byName: z.string(), at: time }).exactOptional(),
  }),
);
const restore: z.ZodType<Restore> = row({
  at: time,
  checkedAt: time.exactOptional(),
  disputes: disputes.exactOptional(),
});

type Of<T extends Transition['type']> = Extract<Transition, { type: T }>;

const isTaskAccepted = (value: unknown): value is Of<'task-accepted'> => isTask(dict(value)['task']);

/** One schema per transition but the one above; the type holds the list complete. `type` itself is what chose the schema. */
const transitions: {
  readonly [T in Exclude<Transition['type'], 'task-accepted'>]: z.ZodType<Omit<Of<T>, 'type'>>;
} = {
  polled: row({
    pce: id,
    stream: id,
    cursor: time.exactOptional(),
    at: time.exactOptional(),
    seen: z.array(z.tuple([id, time])),
    memories: z.record(id, z.unknown()),
    wakes: z.record(id, time.nullable()),
  }),
  'alert-fired': row({ alert }),
  'alert-repeated': row({
    fingerprint: id,
    at: time,
    event: id.nullable(),
    severity,
    title: z.string(),
    story: text,
    quiet,
    suggests: ids.exactOptional(),
    escalation: escalation.exactOptional(),
    begunAt: time.exactOptional(),
  }),
  'alert-resolved': row({ fingerprint: id, at: time, why: z.string() }),
  'alert-acknowledged': row({ fingerprint: id, by: answerer, at: time }),
  'alert-snoozed': row({ fingerprint: id, by: person, until: time }),
  'alert-released': row({ fingerprint: id, quiet, escalation }),
  'alert-escalated': row({ fingerprint: id, step: z.number() }),
  'alert-assigned': row({ fingerprint: id, to: id, by: person, at: time }),
  'alert-noted': row({ fingerprint: id, by: person, at: time, text: z.string() }),
  'alert-closed': row({ fingerprint: id, as: z.enum(VERDICTS), by: person, at: time }),
  'intake-taken': row({ key: id, at: time }),
  'silence-set': row({ silence }),
  'silence-approved': row({ id, by: person, until: time }),
  'silence-ended': row({ id, at: time, by: person.nullable() }),
  'silence-hid': row({ id, fingerprint: id, name: z.string() }),
  'silence-passed': row({ id, day: z.string() }),
  'silence-told': row({ id }),
  'override-set': row({ override }),
  'override-approved': row({ id, by: person.nullable(), at: time }),
  'override-ended': row({ id, at: time }),
  'output-told': row({ output: id, fingerprint: id, episode: time, kind: noticeKind, severity, at: time }),
  'output-failed': row({
    output: id,
    fingerprint: id,
    episode: time,
    notBefore: time,
    trouble: z.string(),
    dead: z.boolean(),
  }),
  'incident-opened': row({ incident }),
  'incident-joined': row({ id, alerts: ids, at: time, severity, groups: z.array(z.string()) }),
  'incident-touched': row({ id }),
  'incident-shown': row({ id, revision: z.number() }),
  'incident-unlinked': row({ id }),
  'incident-linked': row({ id, channel: id, ts: id }),
  'incidents-folded': row({ into: id, from: ids }),
  'incident-closed': row({ id }),
  'delivery-queued': row({ delivery }),
  'delivery-joined': row({ key: id, alerts: ids, place, mention: id.exactOptional() }),
  'delivery-intent': row({
    key: id,
    at: time,
    channel: id,
    thread: id.exactOptional(),
    file: id.exactOptional(),
  }),
  'deliveries-replaced': row({ keys: ids, by: z.array(delivery) }),
  'delivery-sent': row({ key: id, channel: id, ts: id, at: time, revision: z.number().exactOptional() }),
  'told-looked': row({ key: id, lookAt: time.nullable() }),
  'delivery-failed': row({
    key: id,
    notBefore: time,
    trouble: z.string(),
    channel: id.exactOptional(),
    resent: z.boolean().exactOptional(),
    repeated: z.boolean().exactOptional(),
    plain: z.boolean().exactOptional(),
    fileGone: z.boolean().exactOptional(),
  }),
  'delivery-dead': row({ key: id, trouble: z.string() }),
  'deliveries-alarmed': row({ keys: ids }),
  'response-requested': row({ response }),
  'response-moved': row({
    id,
    from: responseState,
    to: responseState,
    at: time,
    change: change.exactOptional(),
    intended: z.array(label).exactOptional(),
    releases: id.exactOptional(),
    outcome: z.string().exactOptional(),
    needs: needs.exactOptional(),
    lapsesAt: time.exactOptional(),
  }),
  'response-told': row({ id }),
  'response-voted': row({ id, vote }),
  'response-extended': row({ id, until: time, ending }),
  'response-kept': row({ id, by: person, at: time }),
  'response-reminded': row({ id, reminders: z.number() }),
  'response-alone': row({ id, at: time, reason: z.string() }),
  'response-reviewed': row({ id, vote }),
  'group-read': row({ group: id, users: ids, at: time }),
  'group-let-in': row({ group: id, user: id, vote }),
  disarmed: row({ brake }),
  rearmed: row({}),
  'card-shown': row({ card }),
  'response-released': row({ id, by: id }),
  'response-corrected': row({ id, change }),
  'response-observed': row({ id, policy }),
  'task-done': row({ id }),
  restored: row({ at: time }),
  'restore-checked': row({ at: time, disputes: disputes.exactOptional() }),
  'dispute-kept': row({ pce: id, href: id, byName: z.string(), at: time }),
  pruned: row({ at: time }),
};

/** A transition as a journal line holds it; undefined when it is none of ours. */
export const readTransition = (value: unknown): Transition | undefined => {
  const { type } = dict(value);
  if (type === 'task-accepted') return isTaskAccepted(value) ? value : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(transitions, type)) return undefined;
  const read = transitions[type as keyof typeof transitions].safeParse(value);
  return read.success ? (read.data as Transition) : undefined;
};

const table = <V>(value: z.ZodType<V>) =>
  z.array(z.tuple([id, value])).transform((rows): ReadonlyMap<string, V> => new Map(rows));

/** Older states hold the href alone. */
const seenEvent = z.union([
  z.tuple([id, z.number().nullable()]),
  id.transform((href): [string, null] => [href, null]),
]);

const minutes = z
  .array(z.tuple([z.number(), z.array(seenEvent)]))
  .transform(
    (rows): ReadonlyMap<number, SeenEvents> =>
      new Map(rows.map(([minute, events]) => [minute, new Map(events)])),
  );

/** The state as a checkpoint holds it: every table a list of [key, row] in its order, every set a list. */
export const PersistedState: z.ZodType<State> = z.object({
  cursors: table(time),
  seen: table(minutes),
  memories: table(z.unknown()),
  wakes: table(time),
  alerts: table(alert),
  incidents: table(incident),
  deliveries: table(delivery),
  told: table(told),
  responses: table(response),
  tasks: table(task).default(new Map()),
  silences: table(silence).default(new Map()),
  outputs: table(outputRow).default(new Map()),
  brakes: table(brake).default(new Map()),
  cards: table(card).default(new Map()),
  restores: table(restore).default(new Map()),
  overrides: table(override).default(new Map()),
  intakes: table(time).default(new Map()),
  groups: table(group).default(new Map()),
});

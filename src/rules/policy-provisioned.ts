import { z } from 'zod';
import { AFTERMATH_MS, followed, troubleOf, Watch } from '../core/draft/aftermath.ts';
import { questionKey } from '../core/draft/change.ts';
import { appended, wentLiveFinding } from '../core/draft/live-words.ts';
import { putsLive } from '../core/draft/open.ts';
import { populationOf } from '../core/draft/population.ts';
import { Provisioning, provisioningOf, questionsOf } from '../core/draft/provisioning.ts';
import { type Touches, touchesOf, UNREAD } from '../core/draft/touches.ts';
import { whoDid } from '../core/finding.ts';
import { PRESENCE } from '../core/presence.ts';
import { defineRule, type Finding, type Observation, type RuleContext } from '../core/rule.ts';
import { isAutomation } from '../core/rule-context.ts';
import type { Severity } from '../core/severity.ts';
import { DEPLOY_FAILED } from '../core/ven-problems.ts';

/** A provisioning is told at the latest so long after it was seen, whether or not the policy could be read. */
const PATIENCE_MS = 60_000;

const percent = z.number().min(0).max(100);

const Options = z
  .strictObject({
    hosts: z.int().min(1).default(50).describe('Fires when so many workloads are affected.'),
    percent: percent.default(20).describe('Or when this part of all managed workloads is affected …'),
    percent_hosts: z.int().min(0).default(10).describe('… and at least so many.'),
    error_percent: percent.default(50).describe('From this part on it is an error.'),
    error_hosts: z
      .int()
      .min(0)
      .default(5)
      .describe('Policy errors on more hosts in the next 30 min are an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

const Memory = z
  .object({
    /** Seen, and to be told when the policy before and after it was read. */
    held: z.array(z.object({ what: Provisioning, until: z.number() })).default([]),
    watched: z.array(Watch).default([]),
  })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/** Policy went live on many hosts, changed what denies, quarantines or guards high-value hosts, settled a told draft, or was restored. */
export const policyProvisioned = defineRule({
  id: 'policy-provisioned',
  title: 'Policy provisioned',
  about: 'Policy was provisioned to many workloads or what matters, or restored',
  severity: 'warning',
  life: { kind: 'once' },
  on: {
    types: ['sec_policy.create', 'sec_policy.restore', ...PRESENCE.types],
    notices: ['sec_policy.restore', DEPLOY_FAILED, ...PRESENCE.notices],
    readings: ['policy', 'wake'],
  },
  options: Options,
  memory: Memory,
  todo: 'Check that the provisioning was planned. If not, restore the version before it in the PCE console.',
  asks: ({ held }) => held.flatMap(({ what }) => questionsOf(what)).slice(0, MOST_ASKED),
  detect(observation, memory, options, context) {
    const result = step(observation, memory, options, context);
    return { ...result, wakeAt: nextWake(result.memory) };
  },
});

const MOST_ASKED = 10;

interface Result {
  readonly findings: readonly Finding[];
  readonly memory: Memory;
}

const step = (observation: Observation, memory: Memory, options: Options, context: RuleContext): Result => {
  switch (observation.kind) {
    case 'events':
      return heard(observation, memory, options, context);
    case 'policy':
      return read(observation, memory, options, context);
    case 'wake':
      return woken(observation, memory, options);
    default:
      return { findings: [], memory };
  }
};

const nextWake = ({ held, watched }: Memory): number | undefined => {
  const times = [...held.map(({ until }) => until), ...watched.map(({ what }) => what.at + AFTERMATH_MS)];
  return times.length === 0 ? undefined : Math.min(...times);
};

/** Takes provisionings in, and what follows those of the last half hour. */
const heard = (
  { events, estate, now, answering, drafts = [] }: Extract<Observation, { kind: 'events' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
): Result => {
  const fresh = events
    .filter((event) => event.status !== 'failure' && isProvisioning(event))
    .map((event) =>
      provisioningOf(event, { by: whoDid(event), automated: isAutomation(event, context) }, drafts),
    );
  const waits = (what: Provisioning): boolean => answering === true && questionsOf(what).length > 0;
  const told = fresh
    .filter((what) => !waits(what))
    .map((what) => tell(what, UNREAD, estate.managed, options));
  // In a replay nobody waits for what follows: it is told by the rules about hosts.
  const watched = answering === true ? told.map(({ watch }) => watch) : [];
  const after = followed([...memory.watched, ...watched], events, estate);
  const alarmed = alarms(memory.watched, after, options);
  return {
    findings: [
      ...told.flatMap(({ findings }) => findings),
      ...alarmed.map((watch) => appended(watch, options.error_hosts)),
    ],
    memory: {
      held: [...memory.held, ...fresh.filter(waits).map((what) => ({ what, until: now + PATIENCE_MS }))],
      watched: after.map((watch) =>
        alarmed.includes(watch) ? { ...watch, told: true, said: troubleOf(watch) } : watch,
      ),
    },
  };
};

const isProvisioning = (event: Parameters<typeof putsLive>[0]): boolean =>
  putsLive(event) || event.notices.some(({ type }) => type === 'sec_policy.restore');

/** What the PCE says of the versions before and after. */
const read = (
  { answers, estate, now }: Extract<Observation, { kind: 'policy' }>,
  memory: Memory,
  options: Options,
  context: RuleContext,
): Result => {
  const look = { population: populationOf(estate), label: estate.label, workload: estate.workload, context };
  const ready = memory.held.filter(({ what, until }) => {
    const given = questionsOf(what).map((question) => answers.get(questionKey(question)));
    return given.every((answer) => answer !== undefined && (answer !== 'failed' || now >= until));
  });
  const told = ready.map(({ what }) => {
    const changes = questionsOf(what).flatMap((question) => {
      const answer = answers.get(questionKey(question));
      return answer === undefined || typeof answer === 'string' ? [] : [answer];
    });
    return tell(what, touchesOf(changes, look), estate.managed, options);
  });
  return {
    findings: told.flatMap(({ findings }) => findings),
    memory: {
      held: memory.held.filter((one) => !ready.includes(one)),
      watched: [...memory.watched, ...told.map(({ watch }) => watch)],
    },
  };
};

/** Tells what nobody could read in time, and what followed in half an hour. */
const woken = (
  { estate, now }: Extract<Observation, { kind: 'wake' }>,
  { held, watched }: Memory,
  options: Options,
): Result => {
  const late = held
    .filter(({ until }) => until <= now)
    .map(({ what }) => tell(what, UNREAD, estate.managed, options));
  const over = watched.filter(({ what }) => what.at + AFTERMATH_MS <= now);
  return {
    findings: [
      ...late.flatMap(({ findings }) => findings),
      ...over
        .filter((watch) => watch.told && troubleOf(watch) > watch.said)
        .map((watch) => appended(watch, options.error_hosts)),
    ],
    memory: {
      held: held.filter(({ until }) => until > now),
      watched: [...watched.filter((one) => !over.includes(one)), ...late.map(({ watch }) => watch)],
    },
  };
};

/** Those whose policy errors pass the limit with these events. */
const alarms = (before: readonly Watch[], after: readonly Watch[], { error_hosts: most }: Options): Watch[] =>
  after.filter(
    (watch, i) =>
      Object.keys(watch.errors).length > most && Object.keys(before[i]?.errors ?? {}).length <= most,
  );

const severityOf = (
  { affected, denies, restored, automated, drafts }: Provisioning,
  touches: Touches,
  managed: number,
  options: Options,
): Severity | undefined => {
  const part = affected !== null && managed > 0 ? (100 * affected) / managed : 0;
  if (part >= options.error_percent && (affected ?? 0) >= options.percent_hosts) return 'error';
  const grave = touches.denies.length + touches.quarantine.length + touches.highValue + drafts.length > 0;
  if (restored || denies || grave) return 'warning';
  if (affected === null) return automated ? undefined : 'info';
  if (part >= options.percent && affected >= options.percent_hosts) return 'warning';
  return affected >= options.hosts && !automated ? 'warning' : undefined;
};

/** What is told of a provisioning, and the watch that begins. */
const tell = (
  what: Provisioning,
  touches: Touches,
  managed: number,
  options: Options,
): { readonly findings: readonly Finding[]; readonly watch: Watch } => {
  const severity = severityOf(what, touches, managed, options);
  const watch: Watch = {
    what,
    told: severity !== undefined,
    kin: touches.kin === null ? null : [...touches.kin],
    offline: {},
    errors: {},
    said: 0,
  };
  return {
    findings: severity === undefined ? [] : [wentLiveFinding(what, severity, touches, managed)],
    watch,
  };
};

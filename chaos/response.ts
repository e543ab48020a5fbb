import { setTimeout as sleep } from 'node:timers/promises';
import { STEPS, type Step } from '../src/core/step.ts';
import { MARK, REVIEW_S } from './config.ts';
import type { Options } from './options.ts';
import { createRandom, type Random } from './random.ts';
import { type Asked, judgeResponses, type Kind, type ResponseVerdict } from './response-judge.ts';
import { createPeople, type People, until } from './response-people.ts';
import { look, rootsIn, type Seen } from './response-seen.ts';
import { type Say, warmUp } from './run.ts';
import { type Host, hostsOf, tampering } from './subjects.ts';
import type { ChaosWorld } from './world.ts';

/** What a run of responses prints; what is counted is said in response-judge.ts. */
export interface ResponseResult {
  /** Quarantines and releases that were acknowledged. */
  readonly responses: number;
  readonly doublePuts: number;
  readonly lostReleases: number;
  readonly falseClaims: number;
  readonly repairs: number;
  readonly kills: number;
  readonly seconds: number;
  readonly seed: number;
}

/** How long the harness waits for the last response before it kills the bot while that is taken up. */
const REST_MS = 8_000;
/** How long a bot may take to reach the step at which it is to die. */
const STEP_MS = 8_000;
/** A random kill comes so long after the form is sent in, or after an approver pressed his button. */
const LIFE_MS = 150;
/** How long a PUT waits in the simulated PCE while somebody else changes the host. */
const BETWEEN_MS = 150;

/** What may go wrong with a write that the PCE has taken: only reading back can tell. */
const AFTER_PUT = [
  { kind: 'reset', after: 'apply' },
  { kind: 'half', after: 'apply' },
  { kind: 'status', status: 503, after: 'apply' },
] as const;

/** Steps that only a request passes that waits for somebody, and those that only come when somebody else wrote in between. */
const OF_APPROVALS: readonly Step[] = ['waiting durable', 'vote durable'];
const OF_REPAIRS: readonly Step[] = ['own event seen', 'repair durable'];

/**
 * Quarantines and releases host after host through Slack, approves what wants approval, writes labels of its own between the bot's last
 * read and its PUT, and kills the bot in the middle. At the end every quarantine's time has passed.
 */
export const runResponses = async (
  world: ChaosWorld,
  options: Options,
  say: Say,
): Promise<ResponseResult> => {
  const started = Date.now();
  const random = createRandom(options.seed, 'responses');
  const people = createPeople(world, REVIEW_S * 1_000);
  const fleet = enforcing(world, hostsOf(world.pce, options.alerts, random));
  // Without an alert nothing of the host fires, so that it may be released by itself.
  const quiet = fleet.slice(0, Math.ceil(fleet.length / 8));
  // About two of five turns release a host that was quarantined before; some forms never open.
  const loud = fleet.slice(quiet.length, quiet.length + 10 + options.kills);
  const probes = fleet.slice(-3).map(({ href }) => href);
  await warmUp(world);
  await world.start();
  world.pce.control.events(loud.map((host) => tampering(host)));
  const roots = () => rootsIn(world.slack.control.state());
  await until(() => loud.every(({ name }) => roots().has(name)), loud.length * 1_000 + 20_000);
  say(`${loud.length} alerts stand in Slack`);

  const asked: Asked[] = [];
  const foreign = new Map<string, Record<string, string>>();
  const early = new Set<string>();
  const seen = (): Seen => look(world.pce.control, people.seen(), MARK, probes);
  const judge = (of: readonly Asked[], timeIsOver: boolean): ResponseVerdict =>
    judgeResponses(of, seen(), foreign, timeIsOver);
  /** Asked for, and not yet as it should be. */
  const unsettled = (): readonly Asked[] => {
    for (const claim of claimedEarly(asked, seen())) early.add(claim);
    const recent = asked.slice(-12);
    return recent.filter((row) => {
      const rows = asked.filter(({ host }) => host === row.host);
      const { lostReleases, falseClaims } = judge(rows, false);
      return lostReleases.length + falseClaims.length > 0;
    });
  };
  const settle = (ms: number): Promise<boolean> =>
    until(async () => {
      await people.approve();
      return unsettled().length === 0;
    }, ms);

  const work = createWork(loud, quiet, ({ href }) => seen().quarantined(href));
  const steps = new Map<string, { met: number; missed: number }>();
  let kills = 0;
  for (let turn = 0; kills < options.kills && turn < 3 * options.kills; turn += 1) {
    const step = stepOf(turn, options);
    const task = work.next(step, random);
    if (task === undefined) break;
    const { kind, host } = task;
    // Mostly the last one is brought to its end first; else the bot dies once more while it takes it up.
    if (random.chance(0.7)) await settle(REST_MS);
    const recovering = unsettled().length > 0;
    await world.kill();
    await world.start(step === undefined ? undefined : { step, nth: 1 });
    const view = await people.open(kind, host);
    if (view === undefined) {
      const died = await world.diedWithin(0);
      if (died && recovering) kills += 1;
      say(`${kind} ${host.name}: ${died ? 'died before there was a form' : 'no form'}`);
      await world.kill();
      await world.start();
      continue;
    }
    if (step === 'end durable') relabel(world, host, `inc-${turn}`, foreign);
    const between =
      (step !== undefined && OF_REPAIRS.includes(step)) || random.chance(0.25)
        ? writeBetween(world, host, `inc-${turn}`, foreign)
        : undefined;
    if (between === undefined && options.faults.length > 0 && random.chance(0.4))
      world.pce.control.fault({ path: host.href, method: 'PUT', times: 1, ...random.pick(AFTER_PUT) });
    const arrives = people.submit(view, { ending: task.ending });
    await live(world, people, step, random);
    const died = await world.diedWithin(0);
    asked.push({ kind, host, acknowledged: await arrives });
    const open = died || unsettled().length > 0;
    await world.kill();
    if (step !== undefined) {
      const hit = steps.get(step) ?? { met: 0, missed: 0 };
      steps.set(step, died ? { ...hit, met: hit.met + 1 } : { ...hit, missed: hit.missed + 1 });
    }
    if (open) kills += 1;
    if (asked.length % 10 === 0) say(`${kills} kills, ${asked.length} responses asked for`);
    await world.start();
    await between?.stop();
  }

  for (const [step, { met, missed }] of steps)
    say(`step "${step}": ${met} kills, ${missed} times not reached`);
  world.pce.control.clearFaults();
  await world.kill();
  await world.start();
  await settle(options.patienceMs);
  say('no more kills: until the time of every quarantine is over');
  await until(
    async () => {
      await people.approve();
      const { lostReleases, falseClaims } = judge(asked, true);
      return lostReleases.length + falseClaims.length === 0;
    },
    REVIEW_S * 1_000 + options.patienceMs,
  );
  const { doublePuts, lostReleases, falseClaims, repairs } = judge(asked, true);
  for (const line of [...doublePuts, ...lostReleases, ...falseClaims, ...early]) say(line);
  return {
    responses: asked.filter(({ acknowledged }) => acknowledged).length,
    doublePuts: doublePuts.length,
    lostReleases: lostReleases.length,
    falseClaims: falseClaims.length + early.size,
    repairs,
    kills,
    seconds: Math.round((Date.now() - started) / 100) / 10,
    seed: options.seed,
  };
};

/** Hosts whose mode enforces what a quarantine says; the others are refused, and nothing can be killed there. */
const enforcing = (world: ChaosWorld, hosts: readonly Host[]): readonly Host[] => {
  const rows = world.pce.control.state().workloads as Readonly<
    Record<string, { readonly enforcement_mode: string }>
  >;
  return hosts.filter(({ href }) => rows[href]?.enforcement_mode === 'full');
};

/** Named steps in turn, at every one if so asked, else at every other one: the rest dies at random instants. */
const stepOf = (turn: number, { steps }: Options): Step | undefined => {
  if (steps.length > 0) return steps[turn % steps.length];
  return turn % 2 === 0 ? STEPS.response[(turn / 2) % STEPS.response.length] : undefined;
};

interface Task {
  readonly kind: Kind;
  readonly host: Host;
  readonly ending: 'ask' | 'release';
}

/** What is asked for next: quarantines, and releases of what was quarantined before. A release so soon needs an approver. */
const createWork = (
  loud: readonly Host[],
  quiet: readonly Host[],
  /** Only what stands can be released: some quarantines died before they were durable. */
  isHeld: (host: Host) => boolean,
) => {
  const fresh = [...loud];
  const still = [...quiet];
  const held: Host[] = [];
  return {
    next(step: Step | undefined, random: Random): Task | undefined {
      const wantsApproval = step !== undefined && OF_APPROVALS.includes(step);
      const wants = held.length > 2 && (wantsApproval || random.chance(0.4));
      const release = wants ? held.find(isHeld) : undefined;
      if (release !== undefined) held.splice(held.indexOf(release), 1);
      if (release !== undefined) return { kind: 'release', host: release, ending: 'ask' };
      const silent = random.chance(0.15) ? still.shift() : undefined;
      if (silent !== undefined) return { kind: 'quarantine', host: silent, ending: 'release' };
      const host = fresh.shift();
      if (host === undefined) return undefined;
      held.push(host);
      return { kind: 'quarantine', host, ending: 'ask' };
    },
  };
};

/** The bot lives until it reached its step, or until a random moment after the form or after an approval was sent. */
const live = async (
  world: ChaosWorld,
  people: People,
  step: Step | undefined,
  random: Random,
): Promise<void> => {
  if (step !== undefined)
    return void (await until(async () => {
      if (world.running()) await people.approve();
      return !world.running();
    }, STEP_MS));
  if (random.chance(0.5)) await until(async () => (await people.approve()) > 0, 2_000);
  await sleep(random.int(LIFE_MS));
};

/** Somebody else sets a label now: a form that is open is stopped when it is sent in. */
const relabel = (
  { pce }: ChaosWorld,
  { href }: Host,
  ticket: string,
  foreign: Map<string, Record<string, string>>,
): void => {
  const { labels } = pce.control.state().workloads[href] as { readonly labels: Record<string, string> };
  pce.control.labels({ href, labels: { ...labels, ticket } });
  foreign.set(href, { ...foreign.get(href), ticket });
};

/** Somebody else sets a label while a PUT of the bot's is under way: after its last read, before it takes effect. */
const writeBetween = (
  world: ChaosWorld,
  host: Host,
  value: string,
  foreign: Map<string, Record<string, string>>,
): { stop(): Promise<void> } => {
  const { pce } = world;
  const { href } = host;
  const puts = (): number =>
    pce.control.state().requests.filter(({ method, path }) => method === 'PUT' && path.endsWith(href)).length;
  const before = puts();
  const id = pce.control.fault({ path: href, method: 'PUT', kind: 'delay', ms: BETWEEN_MS, times: 1 });
  let over = false;
  const done = (async () => {
    while (!over && puts() === before) await sleep(10);
    pce.control.clearFaults(id);
    if (puts() !== before) relabel(world, host, value, foreign);
  })();
  return {
    async stop() {
      // A bot that was killed before its PUT makes it after the restart.
      await Promise.race([done, sleep(REST_MS)]);
      over = true;
      await done;
    },
  };
};

/** Said before it was so: these would be gone at the end. */
const claimedEarly = (asked: readonly Asked[], seen: Seen): readonly string[] => {
  const roots = rootsIn(seen.slack);
  return asked.flatMap(({ host: { name, href } }) => {
    const root = roots.get(name);
    if (root?.saysQuarantined === true && seen.puts(href).length === 0)
      return [`${name}: called quarantined before it was`];
    if (root?.saysContained === true && seen.quarantined(href) && !seen.isolated(href))
      return [`${name}: called contained while connections pass`];
    return [];
  });
};

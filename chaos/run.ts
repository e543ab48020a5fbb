import { setTimeout as sleep } from 'node:timers/promises';
import { FAULTS } from './faults.ts';
import { judge, type Verdict } from './judge.ts';
import { judgeCopies } from './judge-copies.ts';
import type { Options } from './options.ts';
import { createRandom, type Random } from './random.ts';
import { type Host, hostsOf, tampering } from './subjects.ts';
import type { ChaosWorld, KillPoint } from './world.ts';

/** What a run prints. */
export interface Result {
  readonly alerts: number;
  readonly visible: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly marked: number;
  readonly kills: number;
  readonly restarts: number;
  readonly seconds: number;
  readonly seed: number;
  /** What each receiver of --outputs holds, by its name. */
  readonly outputs?: Readonly<Record<string, OutputResult>>;
}

export interface OutputResult extends Pick<Result, 'visible' | 'lost' | 'duplicated' | 'marked'> {
  /** Calls that a receiver could not believe or read. */
  readonly wrong: number;
}

export type Say = (line: string) => void;

/**
 * A random kill comes so long after the start at most, or, in most lives, after the bot's first call about messages: else a slow
 * machine would kill it in nothing but starting.
 */
const LIFE_MS = { fromStart: 1_500, fromFirstCall: 1_200 } as const;
const FROM_FIRST_CALL = 0.85;
/** How long a bot may take to reach the step at which it is to die. */
const STEP_MS = 7_000;
/** What happens happens in slices: alerts, faults, then the next look. */
const SLICE_MS = 150;
/** Share of the slices in which something goes wrong. */
const FAULTY = 0.12;
/** After the last call about messages: longer than a post may be unclear (its time-out of 1 s and 1 s more). */
const QUIET_MS = 2_300;
/** How often a run that rests is looked at. */
const REST_MS = 100;
/** However it goes on, a run ends: drained at the slowest pace, and this besides. */
const DRAIN_MS = 15 * 60_000;
/** How late an event may be and still lie within the polls' overlap of 2 min, whatever the load of this machine. */
const LATE_MS = 100_000;

const ABOUT_MESSAGES = /^(chat|conversations|files)\./;

/** Injects alerts, lets things go wrong, kills the bot again and again, lets it come to rest, and counts what stands in Slack. */
export const runAlerts = async (world: ChaosWorld, options: Options, say: Say): Promise<Result> => {
  const started = Date.now();
  const work = createWork(world, options);
  await warmUp(world);
  const kills = await killAgainAndAgain(world, work, options, say);
  await rest(world, work, options, say);
  const { visible, duplicated, marked } = work.verdict();
  const lost = work.names().filter((name) => !visible.has(name));
  const { starts, ownEnds } = world.counts();
  if (ownEnds.length > 0) say(`ended without being killed: ${ownEnds.join(', ')}`);
  if (lost.length > 0) say(`lost: ${lost.slice(0, 20).join(' ')}`);
  if (duplicated.size > 0) say(`twice: ${[...duplicated].slice(0, 20).join(' ')}`);
  return {
    alerts: options.alerts,
    visible: visible.size,
    lost: lost.length,
    duplicated: duplicated.size,
    marked,
    kills,
    restarts: starts - 1,
    seconds: Math.round((Date.now() - started) / 100) / 10,
    seed: options.seed,
    ...(world.receivers.length === 0 ? {} : { outputs: work.outputs() }),
  };
};

/** The alerts of a run: which are to come, which were injected, which a person can see. */
const createWork = (world: ChaosWorld, options: Options) => {
  const random = createRandom(options.seed, 'alerts');
  const hosts = hostsOf(world.pce, options.alerts, random);
  const names = new Set(hosts.map(({ name }) => name));
  let injected = 0;

  const verdict = (): Verdict => judge(world.slack.control.state(), names);

  const inject = (host: Host): void => {
    const now = Date.parse(world.pce.control.clock());
    const late = options.faults.includes('late') && random.chance(0.3);
    const more = late
      ? {
          timestamp: new Date(now - random.int(LATE_MS)).toISOString(),
          recorded_at: new Date(now + random.int(2_000)).toISOString(),
        }
      : {};
    world.pce.control.events(tampering(host, more));
  };

  return {
    verdict,
    names: () => hosts.map(({ name }) => name),
    injected: () => injected,
    left: () => hosts.length - injected,
    /** Injects up to so many of what is left. */
    add(count: number): void {
      for (const host of hosts.slice(injected, injected + count)) inject(host);
      injected = Math.min(hosts.length, injected + count);
    },
    /** Something happens again on a host that was told: within its quiet period that is only an edit. */
    again(): void {
      const host = hosts[random.int(Math.max(1, injected))];
      if (injected > 0 && host !== undefined) inject(host);
    },
    /** Injected, and not yet to be seen: queued or in flight, wherever. */
    open(): number {
      const places = [verdict(), ...world.receivers.map(({ copies }) => judgeCopies(copies(), names))];
      return hosts.slice(0, injected).filter(({ name }) => places.some(({ visible }) => !visible.has(name)))
        .length;
    },
    outputs: (): Readonly<Record<string, OutputResult>> =>
      Object.fromEntries(
        world.receivers.map(({ name, copies, wrong }) => {
          const { visible, duplicated, marked } = judgeCopies(copies(), names);
          const lost = hosts.length - visible.size;
          return [name, { visible: visible.size, lost, duplicated: duplicated.size, marked, wrong: wrong() }];
        }),
      ),
  };
};
type Work = ReturnType<typeof createWork>;

/** The first poll of a new bot is history, on which it doesn't alert: only the second shows that the first was stored. */
export const warmUp = async (world: ChaosWorld): Promise<void> => {
  await world.start();
  const polls = (): number =>
    world.pce.control
      .state()
      .requests.filter(({ path, status }) => path.endsWith('/events') && status === 200).length;
  for (const end = Date.now() + 30_000; polls() < 2; await sleep(50))
    if (Date.now() > end || !world.running())
      throw new Error(`the bot does not poll: see ${world.folder}/bot.log`);
  await world.kill();
};

/** A life passes most steps again and again, but posts to one message only every 5 s. */
const pointOf = (step: KillPoint['step'], flow: Options['flow'], random: Random): KillPoint => {
  const nth = 1 + random.int(3);
  return { step, nth: flow === 'files' ? 1 : nth };
};

const killAgainAndAgain = async (
  world: ChaosWorld,
  work: Work,
  { kills: wanted, alerts, steps, seed, faults, flow }: Options,
  say: Say,
): Promise<number> => {
  const random = createRandom(seed, 'kills');
  const trouble = createRandom(seed, 'faults');
  const hits = new Map<string, { met: number; missed: number }>();
  let kills = 0;
  for (let turn = 0; kills < wanted && turn < 2 * wanted; turn += 1) {
    const at: KillPoint | undefined =
      steps.length === 0 ? undefined : pointOf(steps[turn % steps.length] as KillPoint['step'], flow, random);
    const working = at === undefined && random.chance(FROM_FIRST_CALL);
    const lifeMs = at === undefined ? random.int(LIFE_MS[working ? 'fromFirstCall' : 'fromStart']) : STEP_MS;
    // As much as is due by then: the last kill still meets work.
    const due = Math.ceil((alerts * (turn + 1)) / Math.max(wanted, turn + 1)) - work.injected();
    await provoke(at, world, work, random, faults.length > 0);
    await world.start(at);
    // By the dozen: only together they are too many for a line.
    if (flow === 'files') work.add(due);
    const singly = flow === 'files' ? 0 : due;
    await live(world, work, { lifeMs, working, due: singly, random, trouble, faults });
    if (world.running() && work.open() === 0) {
      work.add(1);
      await sleep(random.int(400));
    }
    const busy = work.open() > 0;
    const killed = at === undefined ? await world.kill() : await world.diedWithin(0);
    if (at !== undefined) {
      const hit = hits.get(at.step) ?? { met: 0, missed: 0 };
      hits.set(at.step, killed ? { ...hit, met: hit.met + 1 } : { ...hit, missed: hit.missed + 1 });
    }
    const counts = (killed || (await world.kill())) && busy;
    if (counts) kills += 1;
    if (kills % 10 === 0 && counts)
      say(`${kills} kills, ${work.injected()} alerts injected, ${work.open()} not to be seen yet`);
    if (!counts && work.left() === 0) break;
  }
  for (const [step, { met, missed }] of hits)
    say(`step "${step}": ${met} kills, ${missed} times not reached`);
  return kills;
};

/** Some steps are only passed when something went wrong before, or when something told is told of again. */
const provoke = async (
  at: KillPoint | undefined,
  world: ChaosWorld,
  work: Work,
  random: Random,
  faulty: boolean,
): Promise<void> => {
  if (random.chance(0.3)) await world.slack.control.clearFaults();
  if (at?.step === 'edited' || at?.step === 'shown durable' || random.chance(0.3)) {
    work.again();
    work.again();
    work.again();
  }
  if (!faulty) return;
  if (at?.step === 'refusal durable') await FAULTS['slack-429'](world, random);
  if (at?.step === 'looked up' || at?.step === 'verdict durable')
    for (let n = 0; n < at.nth; n += 1) await FAULTS['slack-reset-after'](world, random);
};

/** A life of the bot: alerts come and things go wrong until its time is up, or it is dead. */
const live = async (
  world: ChaosWorld,
  work: Work,
  {
    lifeMs,
    working,
    due,
    random,
    trouble,
    faults,
  }: {
    readonly lifeMs: number;
    /** Its time counts from its first call about messages on. */
    readonly working: boolean;
    readonly due: number;
    readonly random: Random;
    readonly trouble: Random;
    readonly faults: Options['faults'];
  },
): Promise<void> => {
  const born = Date.now();
  let end = born + lifeMs + (working ? STEP_MS : 0);
  let waits = working;
  let left = Math.max(0, due);
  for (;;) {
    const some = Math.min(left, random.int(1 + Math.ceil(due / 2)));
    work.add(some);
    left -= some;
    if (faults.length > 0 && trouble.chance(FAULTY)) {
      const name = trouble.pick(faults);
      // A burst is re-read by every poll for seconds: one in so many keeps a run from being nothing else.
      if (name !== 'burst' || trouble.chance(0.1)) await FAULTS[name](world, trouble);
    }
    if (waits && lastCallAt(world) > born) {
      waits = false;
      end = Date.now() + lifeMs;
    }
    const rest = end - Date.now();
    if (rest <= 0 || !world.running()) break;
    await sleep(Math.min(SLICE_MS, rest));
  }
  work.add(left);
};

/** No more faults, no more kills: until all can be seen and Slack is left alone, or nothing comes any more. */
const rest = async (world: ChaosWorld, work: Work, { patienceMs }: Options, say: Say): Promise<void> => {
  await world.slack.control.clearFaults();
  world.pce.control.clearFaults();
  work.add(work.left());
  const begun = Date.now();
  await world.start();
  say(`no more kills: ${work.open()} alerts not to be seen yet`);
  for (let look = 1; Date.now() - begun < DRAIN_MS; look += 1) {
    await sleep(REST_MS);
    if (!world.running()) await world.start();
    const quietMs = Date.now() - Math.max(begun, lastCallAt(world));
    const open = work.open();
    if (open === 0 ? quietMs > QUIET_MS : quietMs > patienceMs) return;
    if (look % (10_000 / REST_MS) === 0) say(`${open} alerts not to be seen yet`);
  }
};

const lastCallAt = (world: ChaosWorld): number => {
  const calls = world.slack.control.state()['calls'] as readonly {
    readonly at: number;
    readonly method: string;
  }[];
  const slack = calls.findLast(({ method }) => ABOUT_MESSAGES.test(method))?.at ?? 0;
  return Math.max(slack, ...world.receivers.map(({ lastAt }) => lastAt()));
};

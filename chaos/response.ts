import { setTimeout as sleep } from 'node:timers/promises';
import { wordsOf } from './judge.ts';
import type { Options } from './options.ts';
import { createRandom } from './random.ts';
import { type Result, type Say, warmUp } from './run.ts';
import { type Host, hostsOf, tampering } from './subjects.ts';
import type { ChaosWorld } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

/** A responder of the simulated workspace. */
const MAYA = 'U0MAYA001';
/** How long a person waits for a form, and for what came of it: the promise is 30 s after a restart. */
const FORM_MS = 8_000;
const SETTLE_MS = 45_000;
/** How long a bot may take to reach the step at which it is to die. */
const STEP_MS = 8_000;
/** A random kill comes so long after the form is sent in: around the acknowledgement, the writes, the PUT and its reading back. */
const LIFE_MS = 150;

/** What may go wrong with a write that the PCE has taken: only reading back can tell. */
const AFTER_PUT = [
  { kind: 'reset', after: 'apply' },
  { kind: 'half', after: 'apply' },
  { kind: 'status', status: 503, after: 'apply' },
] as const;

/** A host on which a quarantine was asked for. */
interface Asked {
  readonly host: Host;
  /** Slack was told that it arrived: from then on it must happen, once. */
  readonly acknowledged: boolean;
}

/**
 * Quarantines host after host through Slack and kills the bot in the middle. In the result `alerts` are the requests that were
 * acknowledged, `visible` those whose host carries the label while its message says so, `duplicated` hosts written to twice.
 */
export const runResponses = async (world: ChaosWorld, options: Options, say: Say): Promise<Result> => {
  const started = Date.now();
  const random = createRandom(options.seed, 'responses');
  // Domain controllers and jump hosts are protected: one responder alone may not quarantine them.
  const hosts = hostsOf(world.pce, options.alerts, random)
    .filter(({ name }) => !/^(dc|jump)-/.test(name))
    .slice(0, options.kills * 2);
  await warmUp(world);
  await world.start();
  world.pce.control.events(hosts.map((host) => tampering(host)));
  await until(
    () => hosts.every(({ name }) => messageOf(world, name) !== undefined),
    hosts.length * 1_000 + 20_000,
  );
  say(`${hosts.length} alerts stand in Slack`);

  const asked: Asked[] = [];
  let kills = 0;
  for (const [turn, host] of hosts.entries()) {
    if (kills >= options.kills) break;
    const { steps, faults } = options;
    const step = steps[turn % Math.max(1, steps.length)];
    const at = step === undefined ? undefined : { step, nth: 1 };
    // Mostly the last one is brought to its end first; else the bot dies once more while it takes it up.
    // What was not acknowledged may be durable all the same: it is waited for too, but not for long.
    if (random.chance(0.7))
      await until(() => asked.every(({ host }) => state(world, host) === 'told'), FORM_MS);
    const recovering = !allSettled(world, asked);
    await world.kill();
    await world.start(at);
    const view = await formFor(world, host);
    if (view === undefined) {
      const died = await world.diedWithin(0);
      if (died && recovering) kills += 1;
      say(`${host.name}: ${died ? 'died before there was a form' : 'no form'}`);
      await world.kill();
      await world.start();
      continue;
    }
    if (faults.length > 0 && random.chance(0.4))
      world.pce.control.fault({ path: host.href, method: 'PUT', times: 1, ...random.pick(AFTER_PUT) });
    const values = { reason: 'Unexplained firewall change' };
    const answer = world.slack.control.submit({ user: MAYA, view_id: view, values });
    await (at === undefined ? sleep(random.int(LIFE_MS)) : world.diedWithin(STEP_MS));
    const open = state(world, host) !== 'told';
    const killed = (await world.kill()) || at !== undefined;
    asked.push({ host, acknowledged: (await answer).acked });
    if (killed && open) kills += 1;
    if (asked.length % 10 === 0) say(`${kills} kills, ${asked.length} quarantines asked for`);
    await world.start();
  }

  world.pce.control.clearFaults();
  await world.kill();
  await world.start();
  await until(() => allSettled(world, asked), SETTLE_MS);
  const wanted = asked.filter(({ acknowledged }) => acknowledged);
  const lost = asked.filter(({ host, acknowledged }) => !settled(state(world, host), acknowledged));
  const twice = asked.filter(({ host }) => writes(world, host) > 1);
  for (const { host, acknowledged } of lost)
    say(`${host.name}: ${acknowledged ? 'acknowledged' : 'not acknowledged'}, ${state(world, host)}`);
  for (const { host } of twice) say(`${host.name}: written to ${writes(world, host)} times`);
  return {
    alerts: wanted.length,
    visible: wanted.filter(({ host }) => state(world, host) === 'told').length,
    lost: lost.length,
    duplicated: twice.length,
    marked: 0,
    kills,
    restarts: world.counts().starts - 1,
    seconds: Math.round((Date.now() - started) / 100) / 10,
    seed: options.seed,
  };
};

/** Opens the form by the alert's button. @returns its id; undefined when none came */
const formFor = async (world: ChaosWorld, host: Host): Promise<string | undefined> => {
  const { control } = world.slack;
  const message = messageOf(world, host.name);
  if (message === undefined) return undefined;
  const connected = (): boolean => Number(control.state()['connections']) > 0;
  if (!(await until(() => connected() || !world.running(), FORM_MS)) || !connected()) return undefined;
  await control.click({ user: MAYA, channel: message.channel, ts: message.ts, action_id: 'quarantine' });
  await until(() => form(world, host) !== undefined || !world.running(), FORM_MS);
  return form(world, host);
};

/** The open form about the host, if it can be sent in. */
const form = (world: ChaosWorld, host: Host): string | undefined => {
  const view = rows(world.slack.control.state()['views']).findLast(
    (row) =>
      row['user'] === MAYA && row['submit'] !== null && JSON.stringify(row['blocks']).includes(host.name),
  );
  return view === undefined ? undefined : String(view['id']);
};

type State = 'untouched' | 'labelled, and the message does not say so' | 'told' | 'not labelled, but said so';

/** What became of a host: its labels on the PCE against what its message says. */
const state = (world: ChaosWorld, host: Host): State => {
  const workloads = world.pce.control.state().workloads as Readonly<
    Record<string, { readonly labels: Json }>
  >;
  const labelled = workloads[host.href]?.labels['Quarantine'] === 'Severe';
  const said = messageOf(world, host.name)?.words.includes('labelled for quarantine') === true;
  if (labelled) return said ? 'told' : 'labelled, and the message does not say so';
  return said ? 'not labelled, but said so' : 'untouched';
};

/** What was acknowledged must be done and told; what was not may be either, but told as it is. */
const settled = (now: State, acknowledged: boolean): boolean =>
  now === 'told' || (!acknowledged && now === 'untouched');

const allSettled = (world: ChaosWorld, asked: readonly Asked[]): boolean =>
  asked.every(({ host, acknowledged }) => settled(state(world, host), acknowledged));

const writes = (world: ChaosWorld, host: Host): number =>
  world.pce.control.state().writes.filter(({ href }) => href === host.href).length;

/** The alert about a host; what is announced of a response stands in messages of its own. */
const messageOf = (
  world: ChaosWorld,
  name: string,
): { readonly channel: string; readonly ts: string; readonly words: string } | undefined => {
  const whole = new RegExp(`\\b${name}\\b`);
  for (const channel of rows(world.slack.control.state()['channels']))
    for (const message of rows(channel['messages'])) {
      const words = wordsOf(message);
      const isAlert = message['thread_ts'] === null && words.includes('sent because:');
      if (message['deleted'] !== true && isAlert && whole.test(words))
        return { channel: String(channel['id']), ts: String(message['ts']), words };
    }
  return undefined;
};

const until = async (holds: () => boolean, ms: number): Promise<boolean> => {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) if (holds()) return true;
  return holds();
};

const rows = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

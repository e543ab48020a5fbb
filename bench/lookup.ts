import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { InventorySource } from '../src/adapters/pce/inventory.ts';
import type { PceDesk } from '../src/core/command.ts';
import type { Label } from '../src/core/label.ts';
import type { Inventory } from '../src/core/ports.ts';
import type { Workload } from '../src/core/workload.ts';
import { type Bench, figure } from './bench.ts';
import { fromDist } from './dist.ts';
import { silent } from './silent.ts';
import { percentile } from './statistics.ts';

const WORKLOADS = 100_000;
const APPS = 400;
/** Questions of each kind a run; the first of them warm the code up and do not count. */
const QUESTIONS = 250;
const WARM_UP = 50;
/** Rows that a piece of 64 KB from the network holds: after each, the event loop gets its turn. */
const ROWS_A_PIECE = 60;

const ROLES = ['web', 'db', 'cache', 'queue', 'api', 'batch', 'proxy', 'search'];
const ENVS = ['prod', 'stage', 'dev', 'test'];

/** What people type, by kind; `n` varies it. */
const KINDS: Readonly<Record<string, (n: number) => string[]>> = {
  'host name': (n) => [`${roleOf(n * 397)}-${pad(n * 397)}`],
  'host glob, by its beginning': (n) => [`${roleOf(n)}-${pad(n * 397).slice(0, 4)}*`],
  'host glob, by a part': (n) => [`*-${pad(n * 397).slice(0, 5)}*`],
  address: (n) => [addressOf(n * 397)],
  'CIDR, /24': (n) => [`${addressOf(n * 397).replace(/\d+$/, '0')}/24`],
  'label expression': (n) => ['env=prod', `app=app-${n % APPS}`],
};
/** What people have typed into a form when its list is asked for. */
const TYPED = (n: number): string =>
  [roleOf(n).slice(0, 2), `${roleOf(n)}-${pad(n * 397).slice(0, 3)}`, `-${pad(n * 397).slice(0, 4)}`][
    n % 3
  ] ?? '';
/** Lines of a list (facts/slack §3). */
const OFFERED = 100;
const NOTHING = (n: number): string[] => [`wbe-${pad(n * 397)}x`];
const BROAD = (n: number): string[] => [`env=${ENVS[n % ENVS.length]}`];

interface Run {
  readonly p99: ReadonlyMap<string, number>;
  /** Of processor time, which leaves out how often the machine gives this process the turn. */
  readonly cpuP99: ReadonlyMap<string, number>;
  /** Of all questions that count. */
  readonly p50: number;
  readonly nothing: number;
  readonly typed: { readonly p99: number; readonly cpuP99: number };
  readonly broad: number;
  readonly heapMb: number;
  readonly loopMs: number;
  readonly readMs: number;
}

/** The inventory of a large estate and the search that `/illumio workload` makes on it, in this process, without a PCE or Slack. */
export const lookup: Bench = {
  name: 'lookup',
  about: `${WORKLOADS} workloads cached: found by host glob, address, CIDR and label expression`,
  async run(runs, say) {
    const done: Run[] = [];
    for (let run = 1; run <= runs; run += 1) {
      say(`${run}/${runs}`);
      done.push(await measure());
    }
    return [
      ...Object.keys(KINDS).map((kind) =>
        figure(
          `${kind}, p99`,
          'ms',
          done.map(({ p99 }) => p99.get(kind) ?? Number.NaN),
          { most: 5 },
        ),
      ),
      ...Object.keys(KINDS).map((kind) =>
        figure(
          `${kind}, processor time, p99`,
          'ms',
          done.map(({ cpuP99 }) => cpuP99.get(kind) ?? Number.NaN),
        ),
      ),
      figure(
        'all of these kinds, p50',
        'ms',
        done.map(({ p50 }) => p50),
      ),
      figure(
        'hosts offered for what is typed, p99',
        'ms',
        done.map(({ typed }) => typed.p99),
        { most: 5 },
      ),
      figure(
        'hosts offered for what is typed, processor time, p99',
        'ms',
        done.map(({ typed }) => typed.cpuP99),
      ),
      figure(
        'event loop held longest while all are read and indexed',
        'ms',
        done.map(({ loopMs }) => loopMs),
        { most: 20 },
      ),
      figure(
        'heap of the cache',
        'MB',
        done.map(({ heapMb }) => heapMb),
      ),
      figure(
        'read and indexed',
        'ms',
        done.map(({ readMs }) => readMs),
      ),
      figure(
        'a quarter of all, by one label, p99',
        'ms',
        done.map(({ broad }) => broad),
      ),
      figure(
        'nothing found, nearest names, p99',
        'ms',
        done.map(({ nothing }) => nothing),
      ),
    ];
  },
};

const measure = async (): Promise<Run> => {
  const { openInventory } =
    await fromDist<typeof import('../src/adapters/pce/inventory.ts')>('adapters/pce/inventory.js');
  const { systemClock } = await fromDist<typeof import('../src/adapters/schedule/clock.ts')>(
    'adapters/schedule/clock.js',
  );
  const { findHosts } = await fromDist<typeof import('../src/commands/hosts.ts')>('commands/hosts.js');
  const { hostsLike } = await fromDist<typeof import('../src/core/suggest.ts')>('core/suggest.js');
  const before = heapMb();
  const inventory = openInventory(await estate(), { clock: systemClock, log: silent });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const from = performance.now();
  delay.enable();
  await inventory.refresh();
  delay.disable();
  const readMs = performance.now() - from;
  const cached = heapMb() - before;
  const desks = [desk(inventory)];
  const all: number[] = [];
  const cpuP99 = new Map<string, number>();
  const p99 = (
    kind: string,
    question: (n: number) => string[],
    expected: 'found' | 'problem',
    count = QUESTIONS,
  ): number => {
    const times: number[] = [];
    const cpu: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const words = question(n);
      const spent = process.cpuUsage();
      const began = performance.now();
      const found = findHosts(words, desks, { id: 'workload', example: 'web-01' });
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(spent);
      cpu.push((user + system) / 1_000);
      if (found.kind !== expected) throw new Error(`${words.join(' ')}: ${found.kind}`);
    }
    const cold = count === QUESTIONS ? WARM_UP : 1;
    const counted = times.slice(cold);
    cpuP99.set(kind, percentile(cpu.slice(cold), 0.99));
    if (count === QUESTIONS) all.push(...counted);
    return percentile(counted, 0.99);
  };
  const byKind = new Map(
    Object.entries(KINDS).map(([kind, question]) => [kind, p99(kind, question, 'found')]),
  );
  return {
    p99: byKind,
    cpuP99,
    p50: percentile(all, 0.5),
    broad: p99('broad', BROAD, 'found', 20),
    nothing: p99('nothing', NOTHING, 'problem', 10),
    typed: offered((typed) => hostsLike(typed, inventory)),
    heapMb: cached,
    loopMs: delay.max / 1e6,
    readMs,
  };
};

/** How long the first lines of a list take, for one thing after the other that is typed. */
const offered = (like: (typed: string) => Iterable<Workload>): Run['typed'] => {
  const times: number[] = [];
  const cpu: number[] = [];
  for (let n = 0; n < QUESTIONS; n += 1) {
    const spent = process.cpuUsage();
    const began = performance.now();
    let lines = 0;
    for (const _ of like(TYPED(n))) if (++lines === OFFERED) break;
    times.push(performance.now() - began);
    const { user, system } = process.cpuUsage(spent);
    cpu.push((user + system) / 1_000);
    if (lines === 0) throw new Error(`nothing is offered for ${TYPED(n)}`);
  }
  return { p99: percentile(times.slice(WARM_UP), 0.99), cpuP99: percentile(cpu.slice(WARM_UP), 0.99) };
};

const desk = (inventory: Inventory): PceDesk =>
  ({ pce: { name: 'prod-east', link: (href: string) => href }, inventory }) as unknown as PceDesk;

const label = (key: string, value: string): Label => ({ href: `/orgs/1/labels/${key}-${value}`, key, value });
const LABELS = [
  ...ROLES.map((role) => label('role', role)),
  ...ENVS.map((env) => label('env', env)),
  ...Array.from({ length: APPS }, (_, n) => label('app', `app-${n}`)),
];

/** Rows as the PCE sends them, parsed one by one as the adapter does. */
const estate = async (): Promise<InventorySource> => {
  const { parseWorkload } = await fromDist<typeof import('../src/core/workload.ts')>('core/workload.js');
  return {
    name: 'prod-east',
    allLabels: async () => LABELS,
    lookUp: async () => null,
    async eachWorkload(take: (workload: Workload) => void) {
      for (let n = 0; n < WORKLOADS; n += 1) {
        const workload = parseWorkload(JSON.parse(rowOf(n)));
        if (workload !== undefined) take(workload);
        if (n % ROWS_A_PIECE === 0) await new Promise(setImmediate);
      }
    },
  };
};

const pad = (n: number): string => String(n % WORKLOADS).padStart(6, '0');
const roleOf = (n: number): string => ROLES[(n % WORKLOADS) % ROLES.length] ?? 'web';
const addressOf = (n: number): string => {
  const host = n % WORKLOADS;
  return `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
};

const rowOf = (n: number): string => {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return JSON.stringify({
    href: `/orgs/1/workloads/${id}`,
    hostname: `${roleOf(n)}-${pad(n)}`,
    managed: true,
    online: n % 50 !== 0,
    interfaces: [{ name: 'eth0', address: addressOf(n) }],
    public_ip: `203.0.113.${n % 256}`,
    enforcement_mode: 'full',
    os_id: 'ubuntu-x86_64-jammy',
    labels: [`role-${roleOf(n)}`, `env-${ENVS[(n % 7) % ENVS.length]}`, `app-app-${n % APPS}`].map((name) => {
      const [key = '', ...value] = name.split('-');
      return { href: `/orgs/1/labels/${name}`, key, value: value.join('-') };
    }),
    ven: { href: `/orgs/1/vens/${id}`, status: 'active', version: '23.2.10' },
    updated_at: '2026-11-22T05:00:00Z',
  });
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
};

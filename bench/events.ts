import type { PceEvent } from '../src/core/event.ts';
import type { Estate } from '../src/core/workload.ts';
import { startPceSimulator } from '../src/simulators/pce/index.ts';
import { type Bench, figure } from './bench.ts';
import { fromDist } from './dist.ts';
import { median } from './statistics.ts';

const EVENTS = 10_000;
/** One event in a hundred concerns a rule. */
const MATCHING = EVENTS / 100;
/** One run is the median of so many rounds: a single one takes so little time that a collection of garbage decides it. */
const ROUNDS = 15;

/** What reading and judging a full answer costs, against JSON.parse of the same text in the same run; and the judging alone. */
export const events: Bench = {
  name: 'events',
  about: `${EVENTS} events, 1 % of them matching: parse, validate and detect against JSON.parse alone`,
  async run(runs) {
    const text = await auditLog();
    const { compileRules } = await fromDist<typeof import('../src/core/detect.ts')>('core/detect.js');
    const { parseEvent } = await fromDist<typeof import('../src/core/event.ts')>('core/event.js');
    const { DEFAULT_CONTEXT } =
      await fromDist<typeof import('../src/core/rule-context.ts')>('core/rule-context.js');
    const { rules } = await fromDist<typeof import('../src/rules/index.ts')>('rules/index.js');
    const ruleSet = compileRules(rules, () => undefined, DEFAULT_CONTEXT);

    const parse = (): unknown[] => JSON.parse(text) as unknown[];
    const read = (): PceEvent[] =>
      parse().flatMap((row) => {
        const parsed = parseEvent(row);
        return parsed.ok ? [parsed.event] : [];
      });
    const detect = (found: readonly PceEvent[]): number =>
      ruleSet.run(
        { kind: 'events', pce: 'prod-east', now: Date.now(), estate: NOBODY, events: found },
        new Map(),
      ).findings.length;

    const given = read();
    // One for each host, and where a rule tells many hosts as one, that as well.
    if (given.length !== EVENTS || detect(given) < MATCHING)
      throw new Error(`${given.length} events gave ${detect(given)} findings`);
    const ratios: number[] = [];
    const rates: number[] = [];
    // The first run warms the code up and does not count.
    for (let run = 0; run <= runs; run += 1) {
      const times = Array.from({ length: ROUNDS }, () => ({
        bare: timed(parse),
        whole: timed(() => detect(read())),
        matching: timed(() => detect(given)),
      }));
      if (run === 0) continue;
      const middle = (part: 'bare' | 'whole' | 'matching'): number => median(times.map((one) => one[part]));
      ratios.push(middle('whole') / middle('bare'));
      rates.push(EVENTS / (middle('matching') / 1_000));
    }
    return [
      figure('JSON.parse + validation + detect', '× JSON.parse', ratios, { most: 2 }),
      figure('matching alone', 'events/s', rates, { least: 1_000_000 }),
    ];
  },
};

const timed = (work: () => unknown): number => {
  const from = performance.now();
  work();
  return performance.now() - from;
};

/** Nothing of the inventory is needed: the hosts are named by the events. */
const NOBODY: Estate = {
  workload: () => undefined,
  byAgent: () => undefined,
  byHostname: () => [],
  label: () => undefined,
  workloads: () => [],
  managed: 0,
};

/** GET /events as the simulated PCE answers it: six hours of a quiet PCE, again and again with other hrefs, and the matching ones between. */
const auditLog = async (): Promise<string> => {
  const pce = await startPceSimulator();
  const answer = await fetch(`${pce.url}/api/v2/orgs/1/events?max_results=${EVENTS}`, {
    headers: { authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}` },
  });
  const chatter = (await answer.json()) as readonly { readonly href: string; readonly timestamp: string }[];
  await pce.close();
  const rows = Array.from({ length: EVENTS }, (_, n) => {
    const href = `/orgs/1/events/00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const { timestamp, ...row } = chatter[n % chatter.length] ?? { timestamp: new Date().toISOString() };
    return { ...row, ...(n % 100 === 0 ? tamperingOf(n) : {}), href, timestamp };
  });
  return JSON.stringify(rows);
};

const tamperingOf = (n: number): object => ({
  event_type: 'agent.tampering',
  created_by: { ven: { href: `/orgs/1/vens/00000000-0000-4000-9000-${n}`, hostname: `web-${n}` } },
  resource_changes: [],
  notifications: [
    {
      notification_type: 'workload.oob_policy_changes',
      info: { tampering_revert_succeeded: true, num_reverts: 1 },
    },
  ],
});

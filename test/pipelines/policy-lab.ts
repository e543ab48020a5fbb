import { onTestFinished } from 'vitest';
import { openInventory, openPce } from '../../src/adapters/pce/index.ts';
import { systemClock } from '../../src/adapters/schedule/clock.ts';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Alert } from '../../src/core/alert.ts';
import { compileRules } from '../../src/core/detect.ts';
import { type Dict, dict } from '../../src/core/foreign.ts';
import type { RuleContext } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import { createAlerting, WINDOW_MS } from '../../src/pipelines/alerting.ts';
import { rules } from '../../src/rules/index.ts';
import { type PceSimulatorOptions, startPceSimulator } from '../../src/simulators/pce/index.ts';
import { MINUTE } from '../support/builders.ts';
import { fakeLog } from '../support/fakes.ts';
import { aContext } from '../support/rules.ts';
import { CHANNELS } from './support.ts';

export const DRAFT = '/orgs/1/sec_policy/draft';
export const SHOP_PROD = `${DRAFT}/rule_sets/1`;
export const CORE = `${DRAFT}/rule_sets/40`;
export const QUARANTINE = `${DRAFT}/rule_sets/50`;
export const AMS = { actors: 'ams' };

/** What people do at the console of the PCE. */
export interface Console {
  /** Makes a call as the console does; answers with what it made. */
  call(method: string, path: string, body: unknown, by?: string): Dict;
  /** `env=prod` as an actor or an entry of a scope. */
  label(text: string): { readonly label: { readonly href: string } };
  scope(text: string): readonly unknown[];
}

/** The alerting of one PCE with all rules, over real HTTP against a simulated one of 300 hosts whose policy people edit at its console. */
export const aPolicyLab = async (
  edits: (console: Console) => void = () => undefined,
  { context = aContext(), ...options }: PceSimulatorOptions & { readonly context?: RuleContext } = {},
) => {
  const sim = await startPceSimulator({ seed: 7, workloads: 300, ...options });
  const key = { key: 'api_sim', secret: 'simsecret' };
  const log = fakeLog();
  const pce = openPce(
    {
      name: 'prod-east',
      url: sim.url,
      uiUrl: sim.url,
      org: 1,
      read: key,
      write: undefined,
      traffic: undefined,
      expires: undefined,
      caFile: undefined,
    },
    { clock: systemClock, log, random: () => 0, resolve: async () => [] },
  );
  onTestFinished(async () => {
    await pce.close();
    await sim.close();
  });
  const inventory = openInventory(pce, { clock: systemClock, log });
  await inventory.refresh();
  const store = openMemoryStore();
  let ids = 0;
  const alerting = createAlerting({
    pce,
    inventory,
    store,
    rules: compileRules(rules, () => undefined, context),
    context,
    settings: { routes: [], channels: CHANNELS },
    clock: systemClock,
    ids: { next: () => `i${++ids}` },
    log,
    alertId: (fingerprint) => fingerprint,
    evaluated: async (events) => {
      if (events.some(({ type }) => type.startsWith('sec_policy.'))) pce.dropPolicy();
    },
    commit: store.commit,
    tell: (trouble) => {
      throw new Error(trouble);
    },
    backfill: false,
  });
  const poll = () => alerting.poll(WINDOW_MS.poll);
  const call = (method: string, path: string, body: unknown, by = 'maya@example.com') =>
    dict(sim.control.call({ by, method, path, body }));
  const label = (text: string) => {
    const found = [...inventory.labels()].find(({ key: name, value }) => `${name}=${value}` === text);
    if (found === undefined) throw new Error(`no label ${text}`);
    return { label: { href: found.href } };
  };
  const scope = (text: string) => [text.split(' ').map(label)];
  // What is done before the first poll is history.
  edits({ call, label, scope });
  await poll();
  return {
    sim,
    call,
    label,
    scope,
    /** Lets time pass on the PCE; the bot polls, reads what it wants to know and is woken. */
    async pass(ms = MINUTE + 1_000) {
      sim.control.clock({ advance_ms: ms });
      // The first learns what time the PCE has by now.
      await poll();
      await poll();
      await alerting.policy();
      await alerting.wake();
      await alerting.policy();
    },
    /** What fired of some rules, with how often: `warning ×1 title`, oldest first. */
    async told(...ids: readonly string[]) {
      return (await alerts(...ids)).map(
        ({ severity, count, title, state }) => `${state} ${severity} ×${count} ${title}`,
      );
    },
    /** The story of the only alert of a rule. */
    async story(rule: string) {
      const [one, ...more] = await alerts(rule);
      if (one === undefined || more.length > 0)
        throw new Error(`${more.length + (one ? 1 : 0)} alerts of ${rule}`);
      return plain(one.story).replaceAll(/\d\d:\d\d UTC/g, 'hh:mm');
    },
    /** Why the alerts of a rule are over. */
    over: async (rule: string) => (await alerts(rule)).flatMap(({ resolved }) => resolved?.why ?? []),
  };

  async function alerts(...ids: readonly string[]): Promise<readonly Alert[]> {
    return (await store.alertsSince(0)).filter(({ rule }) => ids.includes(rule));
  }
};

import { afterEach } from 'vitest';
import { openInventory, openPce, type PceAdapter, type PceDeps } from '../../../../src/adapters/pce/index.ts';
import type { Log } from '../../../../src/core/ports.ts';
import type { PceSettings } from '../../../../src/core/settings.ts';
import {
  type PceSimulator,
  type PceSimulatorOptions,
  startPceSimulator,
} from '../../../../src/simulators/pce/index.ts';
import { type TestClock, testClock } from './clock.ts';

export const START = Date.parse('2026-09-10T12:00:00Z');

/** A log that keeps its lines. */
export const testLog = (): Log & { readonly lines: object[] } => {
  const lines: object[] = [];
  const keep = (fields: object, message: string): void => void lines.push({ ...fields, message });
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
};

export const settingsFor = (url: string, more: Partial<PceSettings> = {}): PceSettings => ({
  name: 'lab',
  url,
  uiUrl: 'https://console.example.com/',
  org: 1,
  read: { key: 'api_sim', secret: 'simsecret' },
  write: undefined,
  traffic: undefined,
  expires: undefined,
  caFile: undefined,
  ...more,
});

const atEnd: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of atEnd.splice(0).reverse()) await end();
});

/** Runs when the test is over, newest first. */
export const cleanUp = (end: () => Promise<void>): void => void atEnd.push(end);

/** An adapter that is closed after the test. */
export const anAdapter = (
  url: string,
  {
    clock = testClock(),
    settings = {},
    ...deps
  }: Partial<PceDeps> & { readonly settings?: Partial<PceSettings> } = {},
): PceAdapter => {
  // Names of simulated machines are nobody's: a name server that is asked for them may take 5 s to say so.
  const resolve = async () => [];
  const given = { clock, log: testLog(), random: () => 0.5, resolve, ...deps };
  const pce = openPce(settingsFor(url, settings), given);
  cleanUp(pce.close);
  return pce;
};

/** A simulator, and an adapter whose sleeps move the simulated clock on. */
export const aLab = async (
  options: PceSimulatorOptions = {},
  deps: Partial<PceDeps> & { readonly settings?: Partial<PceSettings> } = {},
): Promise<{ readonly sim: PceSimulator; readonly pce: PceAdapter; readonly clock: TestClock }> => {
  const sim = await startPceSimulator({ now: START, realTime: () => START, ...options });
  cleanUp(sim.close);
  const clock = testClock(START, (ms) => void sim.control.clock({ advance_ms: ms }));
  const settings = { ...(sim.members.length === 0 ? {} : { members: sim.members }), ...deps.settings };
  return { sim, pce: anAdapter(sim.url, { clock, ...deps, settings }), clock };
};

export const anInventory = (pce: PceAdapter, clock: TestClock) =>
  openInventory(pce, { clock, log: testLog() });

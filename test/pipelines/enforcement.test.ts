import { describe, expect, it } from 'vitest';
import { someRoles } from '../support/asking.ts';
import { aProfile } from '../support/fakes.ts';
import { aBench, type Bench, done, MAYA, OLD, REASON } from './responding-bench.ts';

const ANN = { team: 'T1', user: 'U0ANN' };

const aDesk = async (more: Parameters<typeof aBench>[0] = {}) => {
  const bench = await aBench({ gateRoles: { ...someRoles, approver: [ANN] }, ...more });
  bench.chat.people.set('U0ANN', aProfile('U0ANN'));
  return bench;
};

/** Opens and sends the form for web-01; @returns what stands in it in the end. */
const set = async (
  bench: Bench,
  wanted: 'full' | 'selective' | 'visibility_only' | 'back',
): Promise<string> => {
  await bench.responding.open({
    action: 'enforcement',
    pce: 'lab',
    hrefs: [bench.host('web-01')],
    wanted,
    person: MAYA,
    channel: 'C0SOC',
    alert: null,
    triggerId: 't1',
    say: async () => undefined,
  });
  const form = bench.chat.views.at(-1) as { private_metadata?: string } | undefined;
  if (form?.private_metadata !== undefined)
    await done(bench.submit(form.private_metadata, { ...REASON, reason: 'Rollout' }));
  return bench.modal();
};

const modeOf = (bench: Bench): unknown =>
  (
    Object.values(bench.sim.control.state().workloads) as { hostname: string; enforcement_mode: string }[]
  ).find(({ hostname }) => hostname === 'web-01')?.enforcement_mode;

const silently = (bench: Bench, mode: 'selective' | 'visibility_only' | 'full'): void =>
  bench.sim.control.workload({ href: bench.host('web-01'), enforcement_mode: mode });

const approve = async (bench: Bench): Promise<void> =>
  bench.responding.decide('approve', {
    id: (await bench.responses('web-01')).at(-1)?.id ?? '',
    person: ANN,
    channel: 'C0ANN',
    say: async () => undefined,
  });

describe('the enforcement mode of a host', () => {
  it('is raised by a responder, read back, announced and audited; labels stay', async () => {
    const bench = await aDesk();
    silently(bench, 'visibility_only');
    expect(await set(bench, 'full')).toContain(
      'is in full now, read back from the PCE. It was in visibility_only.',
    );
    expect([modeOf(bench), bench.labels('web-01'), bench.puts()]).toEqual(['full', OLD, 1]);
    expect(bench.announced.join()).toContain('(visibility_only → full)');
    expect((await bench.records()).at(-1)).toMatchObject({
      action: 'enforcement',
      verdict: 'done',
      before: 'enforcement visibility_only',
      after: 'enforcement full',
    });
  });

  it('is lowered only with a second person', async () => {
    const bench = await aDesk();
    expect(await set(bench, 'selective')).toContain(
      'It lowers the enforcement of web-01 from full to selective.',
    );
    expect([modeOf(bench), bench.puts()]).toEqual(['full', 0]);
    await approve(bench);
    expect([modeOf(bench), bench.puts()]).toEqual(['selective', 1]);
  });

  it('is taken back to what it was, once', async () => {
    const bench = await aDesk();
    silently(bench, 'selective');
    await set(bench, 'full');
    expect(await set(bench, 'back')).toContain('It lowers the enforcement of web-01 from full to selective.');
    await approve(bench);
    expect(modeOf(bench)).toBe('selective');
  });

  it.each([
    ['it is so already', 'full' as const, undefined, 'web-01 is in full already.'],
    [
      'there is nothing to take back',
      'back' as const,
      undefined,
      'This bot has not set the mode web-01 is in',
    ],
  ])('is not written when %s', async (_, wanted, __, why) => {
    const bench = await aDesk();
    expect(await set(bench, wanted)).toContain(why);
    expect([bench.puts(), await bench.responses('web-01')]).toEqual([0, []]);
  });

  it('that somebody else changed since it was shown is left alone', async () => {
    const bench = await aDesk();
    await set(bench, 'selective');
    silently(bench, 'visibility_only');
    await approve(bench);
    expect([modeOf(bench), bench.puts()]).toEqual(['visibility_only', 0]);
    expect((await bench.responses('web-01')).at(-1)?.outcome).toContain(
      'Its enforcement changed since you opened this (full → visibility_only)',
    );
  });

  it('is never written for a host that is never touched', async () => {
    const bench = await aDesk({
      guard: async () => ({ verdict: 'never', reasons: ['web-01 is a machine of the PCE.'] }),
    });
    silently(bench, 'selective');
    expect(await set(bench, 'full')).toContain('a machine of the PCE');
    expect(bench.puts()).toBe(0);
  });

  it('is read back, not written twice, when the answer to the PUT was lost', async () => {
    const bench = await aDesk();
    silently(bench, 'selective');
    bench.sim.control.fault({
      path: bench.host('web-01'),
      method: 'PUT',
      kind: 'reset',
      after: 'apply',
      times: 1,
    });
    expect(await set(bench, 'full')).toContain('is in full now');
    expect(bench.puts()).toBe(1);
  });
});

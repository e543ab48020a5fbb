import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/adapters/store/memory.ts';
import type { Delivery } from '../../src/core/alert.ts';
import { STEPS, type Step } from '../../src/core/step.ts';
import { SECOND, T0 } from '../support/builders.ts';
import { aBench, alertOf, type Bench, row, SOC } from './delivery-bench.ts';

const hostsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `web-${String(n + 1).padStart(3, '0')}`);

/** A line of its thread that names so many hosts. */
const addLine = (bench: Bench, hosts: readonly string[], parts: Partial<Delivery> = {}) =>
  bench.store.commit([
    ...hosts.map((host) => ({ type: 'alert-fired' as const, alert: alertOf(host) })),
    { type: 'incident-joined', id: 'i1', alerts: hosts, at: T0, severity: 'error', groups: [] },
    {
      type: 'delivery-queued',
      delivery: row('i1', 'i1.more.1', hosts, { reason: 'more', place: 'thread', ...parts }),
    },
  ]);

/** An incident that stands in Slack, and such a line. */
const withLine = async (bench: Bench, hosts: readonly string[], parts: Partial<Delivery> = {}) => {
  await bench.open('i1', ['db-01']);
  await bench.settled();
  await addLine(bench, hosts, parts);
};

/** Names in the messages of the channel, and names in its files, each as often as it stands there. */
const named = (bench: Bench) => {
  const messages = bench.messages(SOC);
  const names = (text: string): string[] => text.match(/web-\d{3}/g) ?? [];
  return {
    lines: messages
      .slice(1)
      .flatMap(({ text, blocks }) => [...new Set(names(JSON.stringify([text, blocks])))]),
    files: messages.flatMap(({ files }) =>
      files.flatMap(({ text }) => [...(text ?? '').matchAll(/^"(web-\d{3})"/gm)].map(([, name]) => name)),
    ),
  };
};

const said = async (bench: Bench, hosts: readonly string[]): Promise<number> =>
  (await bench.store.alerts(hosts)).filter((alert) => alert.said !== undefined).length;

describe('a line that names more than 30 hosts', () => {
  it('is a count with the names in a file beside it, and is said once Slack confirmed it', async () => {
    const bench = await aBench();
    bench.start();
    await withLine(bench, hostsOf(45));
    await bench.settled();
    expect(bench.messages(SOC)).toHaveLength(2);
    expect(named(bench).files).toEqual(hostsOf(45));
    expect(JSON.stringify(bench.messages(SOC)[1]?.blocks)).toContain('45 hosts');
    expect(await said(bench, hostsOf(45))).toBe(45);
  });

  it('names 30 in the line itself', async () => {
    const bench = await aBench();
    bench.start();
    await withLine(bench, hostsOf(30));
    await bench.settled();
    expect(named(bench)).toEqual({ lines: hostsOf(30), files: [] });
  });

  it('keeps 30 names in the channel where it is loud, the others follow in the file', async () => {
    const bench = await aBench();
    bench.start();
    await withLine(bench, hostsOf(75), { place: 'broadcast' });
    await bench.settled();
    expect(named(bench)).toEqual({ lines: hostsOf(30), files: hostsOf(75).slice(30) });
    expect(await said(bench, hostsOf(75))).toBe(75);
  });

  for (const [error, method] of [
    ['file_uploads_disabled', 'files.getUploadURLExternal'],
    ['missing_scope', 'files.getUploadURLExternal'],
    ['slack_connect_file_upload_sharing_blocked', 'files.completeUploadExternal'],
    ['service_unavailable', 'files.getUploadURLExternal'],
  ] as const)
    it(`names them all in the line when Slack takes no file: ${error}`, async () => {
      const bench = await aBench();
      await bench.sim.control.faults({ method, kind: 'ok_false', error });
      bench.start();
      await withLine(bench, hostsOf(45));
      await bench.settled();
      expect(named(bench)).toEqual({ lines: hostsOf(45), files: [] });
      expect(await said(bench, hostsOf(45))).toBe(45);
    });

  for (const [sentence, method, fault] of [
    ['was read, but it was done', 'files.completeUploadExternal', { kind: 'reset', after: 'apply' }],
    ['came, and nothing was done', 'files.completeUploadExternal', { kind: 'reset' }],
    ['said where the bytes go', 'files.getUploadURLExternal', { kind: 'reset' }],
    ['was one of Slack', 'files.completeUploadExternal', { kind: 'html', after: 'apply' }],
  ] as const)
    it(`shows it once when no answer ${sentence}`, async () => {
      const bench = await aBench();
      await bench.sim.control.faults({ method, times: 1, ...fault });
      bench.start();
      await withLine(bench, hostsOf(45));
      await bench.settled();
      await bench.pass(90 * SECOND);
      expect(named(bench)).toEqual({ lines: [], files: hostsOf(45) });
    });

  it('makes a new file when Slack no longer knows the one it was given', async () => {
    const bench = await aBench();
    const fault = {
      method: 'files.completeUploadExternal',
      kind: 'ok_false',
      error: 'file_not_found',
    } as const;
    await bench.sim.control.faults({ ...fault, times: 1 });
    bench.start();
    await withLine(bench, hostsOf(45));
    await bench.settled();
    expect(named(bench)).toEqual({ lines: [], files: hostsOf(45) });
    expect(bench.calls('files.getUploadURLExternal')).toHaveLength(2);
  });

  const steps: readonly Step[] = ['slot taken', ...STEPS.files, 'intent durable', 'sent durable'];
  for (const step of steps)
    it(`is shown exactly once when the bot is killed at "${step}"`, async () => {
      let [armed, dead] = [false, false];
      const kept = openMemoryStore();
      const bench = await aBench({
        store: kept,
        reached: (at) => {
          if (armed && at === step && !dead) {
            dead = true;
            throw new Error('killed');
          }
        },
      });
      const first = bench.start();
      await bench.open('i1', ['db-01']);
      await bench.settled();
      armed = true;
      await addLine(bench, hostsOf(45));
      await bench.until(() => dead);
      await first.stop();
      bench.start();
      await bench.settled();
      await bench.pass(90 * SECOND);
      expect(named(bench)).toEqual({ lines: [], files: hostsOf(45) });
      expect(await said(bench, hostsOf(45))).toBe(45);
    });
});

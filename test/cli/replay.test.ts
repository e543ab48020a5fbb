import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/replay.ts';
import type { Workload } from '../../src/core/workload.ts';
import { aWorkload, byVen, changeOf, HOUR, labels, MINUTE, rawEvent, T0 } from '../support/builders.ts';
import { MINIMAL } from '../support/config.ts';
import { anEdge } from '../support/edge.ts';
import { pceFixture } from '../support/fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const web = aWorkload({ hostname: 'web-01' });

/** Writes the file, replays it, and gives what was printed. */
const replay = async (content: string | readonly unknown[], ...args: string[]) => {
  writeFileSync(join(folder, 'events'), typeof content === 'string' ? content : JSON.stringify(content));
  const edge = anEdge({ cwd: folder });
  const code = await verb.run(['--events', 'events', ...args], edge);
  return { code, ...edge };
};

const json = async (content: string | readonly unknown[], ...args: string[]) => {
  const { code, stdout, stderr } = await replay(content, '--json', ...args);
  const rows = stdout.map((line) => JSON.parse(line));
  return { code, stderr, findings: rows.slice(0, -1), summary: rows.at(-1) };
};

describe('replay', () => {
  it('prints a line per finding and one summary', async () => {
    const event = rawEvent({ event_type: 'agent.tampering', created_by: byVen(web) });
    const { code, findings, summary, stderr } = await json([event, rawEvent()]);
    expect(code).toBe(0);
    expect(stderr).toEqual([]);
    expect(findings).toEqual([
      {
        rule: 'firewall-tampering',
        severity: 'error',
        subject: { kind: 'workload', href: web.href, name: 'web-01' },
        pce: 'pce.example.com',
        event: event['href'],
        time: '2026-11-22T10:00:00.000Z',
        reason: expect.stringContaining('The host firewall was changed outside Illumio at 10:00 UTC.'),
      },
    ]);
    expect(summary).toEqual({
      events: 2,
      rejected: 0,
      findings: 1,
      byRule: { 'firewall-tampering': 1 },
      byDay: { '2026-11-22': 1 },
      unknownTypes: {},
    });
  });

  it('finds the same in whatever order the file has them, by time, event, rule and subject', async () => {
    const all = ['tampering', 'presence', 'policy', 'labels'].flatMap((file) => pceFixture(file) as object[]);
    const forwards = await json(all);
    const backwards = await json([...all].reverse());
    expect(backwards.findings).toEqual(forwards.findings);
    const keys = forwards.findings.map(({ time, event, rule, subject }) =>
      [time, event, rule, subject.href].join(' '),
    );
    expect(keys).toEqual([...keys].sort());
    expect(forwards.summary.byRule).toEqual({
      'authz-denied': 1,
      'firewall-tampering': 4,
      'label-changed': 10,
      'policy-provisioned': 3,
      'ven-offline': 10,
    });
  });

  it('counts an event once that stands in the file twice', async () => {
    const event = rawEvent({ event_type: 'agent.suspend', created_by: byVen(web) });
    expect((await json([event, event])).summary).toMatchObject({ events: 1, findings: 1 });
  });

  it('names by line what is no event, and counts it', async () => {
    const { stderr, summary, code } = await json(
      `${JSON.stringify(rawEvent())}\n{"href":"/orgs/1/labels/1"}\nnonsense\n`,
    );
    expect(stderr).toEqual([
      'events:2: not an event: no event_type',
      'events:3: not an event: no JSON object',
    ]);
    expect(summary).toMatchObject({ events: 1, rejected: 2 });
    expect(code).toBe(0);
  });

  it('counts types nobody documented', async () => {
    expect((await json([rawEvent({ event_type: 'agent.brand_new' })])).summary.unknownTypes).toEqual({
      'agent.brand_new': 1,
    });
  });

  it('runs on the clock of the events: a goodbye is told when an hour passes without a word', async () => {
    const goodbye = rawEvent({ event_type: 'agent.goodbye', created_by: byVen(web) });
    const later = rawEvent({ at: T0 + 2 * HOUR });
    const online = rawEvent({ at: T0 + 10 * MINUTE, event_type: 'workload.online', created_by: byVen(web) });
    expect((await json([goodbye])).findings).toEqual([]);
    expect((await json([goodbye, online, later])).findings).toEqual([]);
    expect((await json([goodbye, later])).findings).toMatchObject([
      { rule: 'ven-offline', event: goodbye['href'], time: '2026-11-22T10:00:00.000Z' },
    ]);
  });

  describe('--notifications', () => {
    const ROUTED = `${MINIMAL}routes: [{match: {rule: [firewall-tampering]}, channel: C0SECOPS1, notify: {error: S0SECOPS1}}]\n`;
    const tampering = (host: Workload, at = T0) =>
      rawEvent({ at, event_type: 'agent.tampering', created_by: byVen(host) });
    const suspended = (host: Workload, at = T0) =>
      rawEvent({ at, event_type: 'agent.suspend', created_by: byVen(host) });
    const quiet = rawEvent({ at: T0 + 2 * HOUR });
    const hosts = Array.from({ length: 12 }, (_, n) => aWorkload({ hostname: `app-${n + 1}` }));
    const [one = web] = hosts;
    const SOC = 'C0SECOPS1';
    const root = (channel: string, text: string) => ['root', 'first', channel, expect.stringContaining(text)];

    it.each([
      ['one host is one message where the route says', [tampering(web)], [root(SOC, 'tampering on web-01')]],
      [
        'of what the same host does within its quiet period nothing is posted',
        [tampering(web), tampering(web, T0 + 5 * MINUTE)],
        [root(SOC, 'web-01')],
      ],
      [
        'a second host within the quiet period of the first is told as well, and what no route names goes to the default channel',
        [tampering(web), tampering(one, T0 + 5 * MINUTE), suspended(web)],
        [
          root(SOC, 'web-01'),
          root('C0ALERTS01', 'suspended'),
          ['broadcast', 'more', SOC, expect.stringContaining('app-1')],
        ],
      ],
      [
        'twelve hosts at once are one message, and those it has no room for are named in its thread',
        hosts.map((host) => tampering(host)),
        [root(SOC, 'on 12 hosts'), ['thread', 'more', SOC, expect.stringMatching(/app-\d+ and app-\d+/)]],
      ],
      [
        'what nobody answers is said again once, at its time, as far as the events go',
        [tampering(web), quiet],
        [root(SOC, 'web-01'), ['broadcast', 'unanswered', SOC, expect.stringContaining('web-01')]],
      ],
    ])('%s', async (_, events, expected) => {
      writeFileSync(join(folder, 'config.yml'), ROUTED);
      const { findings, summary } = await json(events, '--notifications', '--config', 'config.yml');
      expect(findings.map(({ place, reason, channel, text }) => [place, reason, channel, text])).toEqual(
        expected,
      );
      expect(summary.findings).toBeGreaterThan(0);
    });

    it('says when, where and whom it would mention', async () => {
      writeFileSync(join(folder, 'config.yml'), ROUTED);
      const { findings } = await json([tampering(web), quiet], '--notifications', '--config', 'config.yml');
      expect(findings.map(({ time, pce, mention }) => [time, pce, mention])).toEqual([
        ['2026-11-22T10:00:00.000Z', 'east', 'S0SECOPS1'],
        ['2026-11-22T10:30:00.000Z', 'east', 'S0SECOPS1'],
      ]);
    });

    it('is a line for a terminal, in the default channel when nothing is configured', async () => {
      const { stdout } = await replay([tampering(web)], '--notifications');
      expect(stdout).toEqual([
        '2026-11-22T10:00:00.000Z  default  message (first)  Error: Firewall tampering on web-01 10:00 UTC',
        '1 finding in 1 event, 0 rejected · firewall-tampering 1',
      ]);
    });
  });

  it('keeps PCEs apart and calls them as the configuration does', async () => {
    writeFileSync(join(folder, 'config.yml'), MINIMAL);
    const event = rawEvent({ event_type: 'agent.tampering', created_by: byVen(web) });
    expect((await json([event], '--config', 'config.yml')).findings).toMatchObject([{ pce: 'east' }]);
  });

  it('uses the rules and selectors of the configuration', async () => {
    const event = rawEvent({
      event_type: 'workloads.set_labels',
      resource_changes: [changeOf(web, { labels: { created: labels('app=erp'), deleted: [] } })],
    });
    const tampering = rawEvent({ event_type: 'agent.tampering', created_by: byVen(web) });
    expect((await json([event])).findings).toEqual([]);
    writeFileSync(
      join(folder, 'config.yml'),
      `${MINIMAL}watch: [app=erp]\nrules: {firewall-tampering: {enabled: false}, label-changed: {severity: critical}}\n`,
    );
    expect((await json([event, tampering], '--config', 'config.yml')).findings).toMatchObject([
      { rule: 'label-changed', severity: 'critical' },
    ]);
  });

  it('prints lines for people without --json, and nothing a terminal would obey', async () => {
    const host = aWorkload({ hostname: 'web\u001b[31m-01' });
    const { stdout } = await replay([rawEvent({ event_type: 'agent.suspend', created_by: byVen(host) })]);
    expect(stdout.join('\n')).not.toContain('\u001b');
    expect(stdout.at(-1)).toBe('1 finding in 1 event, 0 rejected · ven-suspended 1');
  });

  it.each([
    ['neither source', [], 'Give either --events F or --since 7d.'],
    ['both sources', ['--events', 'x', '--since', '7d'], 'Give either --events F or --since 7d.'],
    ['--since without a configuration', ['--since', '7d'], '--since needs --config'],
    ['a flag that does not exist', ['--sideways'], 'There is no flag --sideways.'],
    ['a configuration that is not there', ['--events', 'x', '--config', 'none.yml'], 'none.yml'],
  ])('exits 2 on %s', async (_, args, words) => {
    const edge = anEdge({ cwd: folder });
    expect(await verb.run(args, edge)).toBe(2);
    expect(edge.stderr.join('\n')).toContain(words);
    expect(edge.stdout).toEqual([]);
  });

  it('exits 1 when the file cannot be read', async () => {
    const edge = anEdge({ cwd: folder });
    expect(await verb.run(['--events', 'missing.json'], edge)).toBe(1);
    expect(edge.stderr).toEqual(['missing.json cannot be read: ENOENT']);
  });
});

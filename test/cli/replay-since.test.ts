import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/replay.ts';
import { aLiveWorld, type LiveWorld } from '../support/live.ts';

const replay = async (world: LiveWorld, since: string) => {
  const run = await world.run(verb, '--since', since, '--config', 'config.yml', '--json');
  const rows = run.stdout.map((line) => JSON.parse(line));
  return { ...run, findings: rows.slice(0, -1), summary: rows.at(-1) };
};

/** The hostname, and the VEN event of a changed firewall on it, `ago` ms ago. */
const tamper = ({ pce }: LiveWorld, ago: number): { readonly href: string; readonly hostname: string } => {
  const [href, { hostname }] = Object.entries(pce.control.state().workloads).find(
    ([, one]) => (one as { labels: Record<string, string> }).labels['app'] === 'pay',
  ) as [string, { hostname: string }];
  pce.control.events({
    event_type: 'agent.tampering',
    timestamp: new Date(Date.now() - ago).toISOString(),
    // No hostname: what it is called only the inventory knows.
    created_by: { ven: { href: href.replace('/workloads/', '/vens/') } },
  });
  return { href, hostname };
};

const DAY = 86_400_000;

describe('replay --since', () => {
  it('runs the rules over the PCE’s own events, with the hosts and labels of today', async () => {
    const world = await aLiveWorld();
    const host = tamper(world, 2 * DAY);
    const { code, findings, summary, stderr } = await replay(world, '7d');
    expect({ code, stderr }).toEqual({ code: 0, stderr: [] });
    expect(findings.filter(({ rule }) => rule === 'firewall-tampering')).toMatchObject([
      { pce: 'east', subject: { kind: 'workload', href: host.href, name: host.hostname } },
    ]);
    expect(summary.events).toBeGreaterThan(50);
    expect(summary.byRule['firewall-tampering']).toBe(1);
  });

  it('reads no further back than asked, and changes nothing', async () => {
    const world = await aLiveWorld();
    tamper(world, 2 * DAY);
    expect((await replay(world, '24h')).summary.byRule['firewall-tampering']).toBeUndefined();
    expect(world.pce.control.state().requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(world.slack.control.state()['calls']).toEqual([]);
  });

  it('never takes a PCE that cannot be read for a quiet one', async () => {
    const world = await aLiveWorld();
    world.change((config) => config.replace('secret: simsecret', 'secret: wrong'));
    const { code, stdout, stderr } = await world.run(verb, '--since', '1d', '--config', 'config.yml');
    expect({ code, stdout }).toEqual({ code: 1, stdout: [] });
    expect(stderr).toEqual([expect.stringMatching(/^east: the events cannot be read: .*read key/)]);
  });

  it('shows what the others say when one of several cannot be read, and exits 1', async () => {
    const world = await aLiveWorld();
    tamper(world, 3_600_000);
    world.change((config) =>
      config.replace(
        'slack:\n',
        '  - {name: west, url: "http://127.0.0.1:1", key: api_w, secret: w}\nslack:\n',
      ),
    );
    const { code, summary, stderr } = await replay(world, '1d');
    expect(code).toBe(1);
    expect(stderr).toEqual(['west: the events cannot be read: connection refused']);
    expect(summary.byRule['firewall-tampering']).toBe(1);
  });

  it.each(['7', '7 days', '-1d', '0d', ''])('refuses "%s" as a span', async (since) => {
    const { code, stderr } = await (await aLiveWorld()).run(
      verb,
      `--since=${since}`,
      '--config',
      'config.yml',
    );
    expect(code).toBe(2);
    expect(stderr[0]).toMatch(/^--since: .*Write a number and a unit: 7d/);
  });
});

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verb } from '../../src/cli/doctor.ts';
import type { Check } from '../../src/cli/doctor-check.ts';
import { aLiveWorld, type LiveWorld } from '../support/live.ts';

const rehearse = async (world: LiveWorld, host: string, ...more: string[]) => {
  const { code, stdout } = await world.run(verb, '--json', '--rehearse', host, '--minutes', '0.2', ...more);
  const { checks } = JSON.parse(stdout.at(-1) ?? '{}') as { checks: readonly Check[] };
  return { code, said: checks.map(({ id, ok }) => `${id.replace('rehearse.', '')} ${ok}`), checks };
};

const hostOf = (world: LiveWorld, name: string) => {
  const rows = world.pce.control.state().workloads as Record<string, { hostname: string; labels: object }>;
  const [href = '', row] = Object.entries(rows).find(([, one]) => one.hostname === name) ?? [];
  return { href, labels: row?.labels };
};

describe('doctor --rehearse', () => {
  it('quarantines the test host, sees its policy applied, and gives back exactly what was there', async () => {
    const world = await aLiveWorld();
    const before = hostOf(world, 'web-09').labels;
    const { code, said, checks } = await rehearse(world, 'web-09');
    expect(checks.filter(({ ok }) => ok !== true)).toEqual([]);
    expect([code, said]).toEqual([0, ['host true', 'quarantine true', 'policy true', 'release true']]);
    expect(checks[1]?.detail).toContain('Quarantine=Severe');
    expect(hostOf(world, 'web-09').labels).toEqual(before);
    expect(world.pce.control.state().writes).toHaveLength(2);
  });

  it.each([
    ['a name nobody bears', 'web-99', 'no host is called web-99'],
    ['a protected host', 'dc-01', 'dc-01 is guarded (role=dc*)'],
    ['a host that enforces nothing', 'batch-01', 'idle'],
  ])('refuses %s and writes nothing', async (_, name, why) => {
    const world = await aLiveWorld();
    const { code, checks } = await rehearse(world, name);
    expect([code, checks[0]?.ok]).toEqual([1, false]);
    expect(checks[0]?.detail).toContain(why);
    expect(world.pce.control.state().writes).toEqual([]);
  });

  it('gives back first what an earlier one left', async () => {
    const world = await aLiveWorld();
    const { href } = hostOf(world, 'web-08');
    const before = hostOf(world, 'web-08').labels;
    world.pce.control.labels({ href, labels: { ...before, Quarantine: 'Severe' } });
    const auth = { authorization: `Basic ${Buffer.from('api_sim:simsecret').toString('base64')}` };
    const read = (await (await fetch(`${world.pce.url}/api/v2${href}`, { headers: auth })).json()) as {
      labels: { href: string; key: string; value: string }[];
    };
    const added = read.labels.filter(({ key }) => key === 'Quarantine');
    mkdirSync(join(world.cwd, 'data'), { recursive: true });
    const file = join(world.cwd, 'data', 'rehearsal.json');
    writeFileSync(
      file,
      JSON.stringify({ pce: 'east', href, name: 'web-08', change: { replaced: [], added } }),
    );
    const { said } = await rehearse(world, 'web-99');
    expect(said).toEqual(['left-over true', 'host false']);
    expect(hostOf(world, 'web-08').labels).toEqual(before);
    expect(existsSync(file)).toBe(false);
  });

  it('says what a wrong time is', async () => {
    const world = await aLiveWorld();
    const { code } = await world.run(verb, '--rehearse', 'web-09', '--minutes', 'soon');
    expect(code).toBe(2);
  });
});

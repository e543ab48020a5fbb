import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { loadConfig } from '../../src/cli/load-config.ts';
import { createReloading } from '../../src/cli/watch-config.ts';
import { CHANNELS } from '../pipelines/support.ts';
import { MINUTE, SECOND } from '../support/builders.ts';
import { aRunning, EACH, told } from './support.ts';

const venOf = ({ href, name }: Host) => ({
  ven: { href: href.replace('/workloads/', '/vens/'), hostname: name },
});

describe('fault 25: one object changes every second for ten minutes', () => {
  it('three messages at most, edits beside, and it is shown as flapping', async () => {
    const { world, hosts } = await aRunning(EACH);
    const [host, other] = hosts as [Host, Host];
    const resource = { workload: { href: host.href, name: null, hostname: host.name, labels: [] } };
    for (let second = 0; second < 600; second += 1) {
      world.pce.control.events(
        second % 2 === 0
          ? {
              event_type: 'system_task.agent_offline_check',
              created_by: { system: {} },
              resource_changes: [
                { resource, changes: { online: { before: true, after: false } }, change_type: 'update' },
              ],
              notifications: [],
            }
          : {
              event_type: 'workload.online',
              status: null,
              created_by: venOf(host),
              notifications: [{ notification_type: 'workload.online', info: resource }],
            },
      );
      await world.clock.advance(SECOND);
      if (second % 10 === 0) await world.settle();
    }
    await world.pass(2 * MINUTE);
    expect(world.messages().length).toBeGreaterThan(0);
    expect(world.messages().length).toBeLessThanOrEqual(3);
    expect(world.texts().join('\n')).toContain(`Flapping: ${host.name}`);
    // Nobody else waits behind it.
    world.pce.control.events(tampering(other));
    await world.until(() => told(world, other) === 1);
  }, 120_000);
});

describe('fault 26: the rules are broken by a change of the file', () => {
  it('the old ones go on, and the admin channel knows the line within five seconds', async () => {
    const { world, hosts } = await aRunning(EACH);
    const cwd = mkdtempSync(join(tmpdir(), 'broken-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    const good = `
pces: [{name: prod-east, url: ${world.pce.url}, key: api_sim, secret: simsecret}]
slack: {bot_token: xoxb-sim, app_token: xapp-sim, team: T0SIM0001, api_url: ${world.slack.apiUrl}}
default_channel: ${CHANNELS.fallthrough}
admin_channel: ${CHANNELS.admin}
${EACH.config}
`;
    const write = (text: string): void => writeFileSync(join(cwd, 'config.yml'), text);
    write(good);
    const load = () => loadConfig({ cwd, env: {} }, 'config.yml');
    const look = createReloading({ load, hash: load().hash, bot: world.bot(), log: world.log });
    write(`${good}custom: [{id: mine, title: Mine, event: /(a/}]\n`);
    await look();
    await world.until(() => world.texts(CHANNELS.admin).length > 0, 5 * SECOND);
    expect(world.texts(CHANNELS.admin).join('\n')).toMatch(/config\.yml:\d+/);
    expect(world.log.lines.some(({ level, message }) => level === 'error' && message.includes('wrong'))).toBe(
      true,
    );
    const [host] = hosts as [Host];
    world.pce.control.events(tampering(host));
    await world.until(() => told(world, host) === 1);
  }, 60_000);
});

describe('fault 27: one rule throws, or is more work than it may be', () => {
  const alarms = (texts: readonly string[], rule: string): number =>
    texts.filter((text) => text.includes(`The alert rule ${rule} failed on prod-east and was skipped`))
      .length;

  it('an expression that would back-track for ever is left out by name; the others go on', async () => {
    const custom = `
custom:
  - id: greedy
    title: Greedy
    event: user.update
    where: [{any: "notifications[].info.note", is: /(x+x+)+y/}]`;
    const { world, hosts } = await aRunning({ config: `${EACH.config}${custom}` });
    const [host] = hosts as [Host];
    world.pce.control.events([
      ...Array.from({ length: 200 }, () => ({
        event_type: 'user.update',
        notifications: [{ notification_type: 'user.pw_changed', info: { note: 'x'.repeat(20_000) } }],
      })),
      tampering(host),
    ]);
    await world.until(() => told(world, host) === 1);
    await world.until(() => alarms(world.texts(CHANNELS.admin), 'greedy') > 0);
    await world.pass(3 * MINUTE);
    expect(alarms(world.texts(CHANNELS.admin), 'greedy')).toBe(1);
    expect(world.texts(CHANNELS.admin).join('\n')).toContain('more work than one answer of the PCE may cost');
  }, 60_000);

  it('a rule whose memory cannot be read is named; the others go on', async () => {
    const { world, hosts } = await aRunning({
      ...EACH,
      around: (store) => ({
        ...store,
        memories: async (pce) => new Map([...(await store.memories(pce)), ['ven-clone', 'spoilt']]),
      }),
    });
    const [host, cloned] = hosts as [Host, Host];
    world.pce.control.events([
      tampering(host),
      { event_type: 'agent.clone_detected', created_by: venOf(cloned), notifications: [] },
    ]);
    await world.until(() => told(world, host) === 1);
    await world.until(() => alarms(world.texts(CHANNELS.admin), 'ven-clone') > 0);
  }, 60_000);
});

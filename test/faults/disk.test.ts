import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { StoreError, type StoreErrorCode } from '../../src/adapters/store/store-error.ts';
import type { Store } from '../../src/core/ports.ts';
import { CHANNELS } from '../pipelines/support.ts';
import { MINUTE } from '../support/builders.ts';
import { aRunning, EACH, told } from './support.ts';

const ADMIN = CHANNELS.admin;

describe('fault 4: a bit of the journal that flipped', () => {
  it('is told to people at the start, and what the bot knew is told again or stands there', async () => {
    const { world, hosts } = await aRunning(EACH);
    const [first, second] = hosts as [Host, Host];
    for (const host of [first, second]) {
      world.pce.control.events(tampering(host));
      await world.until(() => told(world, host) === 1);
      await world.pass(MINUTE);
    }
    await world.kill();
    const journal = join(world.data(), 'journal-1.jsonl');
    const bytes = await readFile(journal);
    const line = bytes.indexOf(first.name);
    bytes[line] = (bytes[line] ?? 0) ^ 1;
    await writeFile(journal, bytes);
    await world.start();
    await world.pass(5 * MINUTE);
    expect(world.texts(ADMIN).join()).toMatch(/could not be read when I started.*journal-1\.jsonl\.bad-/s);
    expect([told(world, first) > 0, told(world, second) > 0]).toEqual([true, true]);
  });
});

describe('fault 5: a disk that takes no writes', () => {
  it.each<[string, StoreErrorCode]>([
    ['is full', 'disk-full'],
    ['fails', 'io'],
    ['was mounted read-only', 'read-only'],
  ])(
    '%s: people are told, nothing is sent that is not durable, and it goes on by itself',
    async (_, code) => {
      let broken = false;
      const around = (store: Store): Store => ({
        ...store,
        commit: (transitions) =>
          broken
            ? Promise.reject(new StoreError(code, `journal-1.jsonl: ${code}`))
            : store.commit(transitions),
      });
      const { world, hosts } = await aRunning({ ...EACH, around });
      const [before, ...during] = hosts as [Host, ...Host[]];
      world.pce.control.events(tampering(before));
      await world.until(() => told(world, before) === 1);
      broken = true;
      const cursor = async () => (await world.bot().status()).pces[0]?.cursor;
      const held = await cursor();
      for (const host of during) {
        world.pce.control.events(tampering(host));
        await world.pass(MINUTE / 2);
      }
      await world.pass(5 * MINUTE);
      expect(world.texts(ADMIN).join()).toContain("I can't write to my disk");
      expect(world.texts()).toHaveLength(1);
      expect((await cursor()) ?? 0).toBeLessThanOrEqual((held ?? 0) + MINUTE);
      broken = false;
      await world.pass(3 * MINUTE);
      expect(hosts.map((host) => told(world, host))).toEqual(hosts.map(() => 1));
      expect(world.texts(ADMIN).join()).toContain('I can write to my disk again');
    },
  );
});

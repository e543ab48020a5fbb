import { describe, expect, it } from 'vitest';
import { openInventory } from '../../../src/adapters/pce/index.ts';
import type { InventorySource } from '../../../src/adapters/pce/inventory.ts';
import type { Label } from '../../../src/core/label.ts';
import { PceError } from '../../../src/core/ports.ts';
import { parseWorkload, type Workload } from '../../../src/core/workload.ts';
import { testClock } from './support/clock.ts';
import { failureOf } from './support/failure.ts';
import { aLab, anInventory, START, testLog } from './support/pce.ts';

const ENV: Label = { href: '/orgs/1/labels/1', key: 'env', value: 'prod' };

const aWorkload = (id: string, more: object = {}): Workload => {
  const workload = parseWorkload({
    href: `/orgs/1/workloads/${id}`,
    hostname: `Host-${id}`,
    managed: true,
    labels: [ENV],
    interfaces: [{ name: 'eth0', address: '192.0.2.1' }],
    agent: { href: `/orgs/1/agents/${id}` },
    ven: { href: `/orgs/1/vens/${id}` },
    ...more,
  });
  if (workload === undefined) throw new Error('no workload');
  return workload;
};

/** An inventory over a source that can be changed and stopped in the middle of a read. */
const set = (rows: Workload[]) => {
  const clock = testClock(START);
  const asked: string[] = [];
  let between = async (): Promise<void> => {};
  const source: InventorySource = {
    name: 'lab',
    async eachWorkload(take) {
      for (const row of [...rows]) {
        take(row);
        await between();
      }
    },
    allLabels: async () => [ENV],
    async lookUp(href) {
      asked.push(href);
      await between();
      return rows.find((row) => row.href === href) ?? null;
    },
  };
  const inventory = openInventory(source, { clock, log: testLog() });
  return {
    clock,
    asked,
    inventory,
    between: (act: () => Promise<void>) => {
      between = act;
    },
  };
};

describe('an inventory', () => {
  it('knows nothing before it is read', () => {
    const { inventory } = set([aWorkload('a')]);
    expect(inventory).toMatchObject({ pce: 'lab', readAt: undefined, managed: 0 });
    expect([...inventory.workloads()]).toEqual([]);
    expect(inventory.byHostname('host-a')).toEqual([]);
  });

  it.each<[string, (inventory: ReturnType<typeof openInventory>) => unknown]>([
    ['href', (inventory) => inventory.workload('/orgs/1/workloads/a')],
    ['VEN href, whose UUID is the workload’s', (inventory) => inventory.workload('/orgs/1/vens/a')],
    ['agent href', (inventory) => inventory.byAgent('/orgs/1/agents/a')],
    ['hostname in any case', (inventory) => inventory.byHostname('HOST-a')[0]],
    ['address', (inventory) => inventory.byAddress('192.0.2.1')[0]],
    ['public address', (inventory) => inventory.byAddress('198.51.100.7')[0]],
  ])('finds a workload by its %s', async (_, find) => {
    const row = aWorkload('a', { public_ip: '198.51.100.7' });
    const { inventory } = set([row, aWorkload('b')]);
    await inventory.refresh();
    expect(find(inventory)).toEqual(row);
  });

  it('gives all that share a hostname or an address', async () => {
    const rows = ['a', 'b', 'c'].map((id) => aWorkload(id, { hostname: 'twin' }));
    const { inventory } = set(rows);
    await inventory.refresh();
    expect(inventory.byHostname('twin')).toEqual(rows);
    inventory.note('/orgs/1/workloads/b', null);
    expect(inventory.byAddress('192.0.2.1')).toEqual([rows[0], rows[2]]);
    inventory.note('/orgs/1/workloads/a', null);
    inventory.note('/orgs/1/workloads/c', null);
    expect(inventory.byHostname('twin')).toEqual([]);
  });

  it('counts the managed ones through every change', async () => {
    const { inventory } = set([aWorkload('a'), aWorkload('b'), aWorkload('c', { managed: false })]);
    await inventory.refresh();
    expect(inventory.managed).toBe(2);
    inventory.note('/orgs/1/workloads/a', aWorkload('a', { managed: false }));
    inventory.note('/orgs/1/workloads/b', null);
    inventory.note('/orgs/1/workloads/d', aWorkload('d'));
    expect(inventory.managed).toBe(1);
  });

  it('drops what the PCE no longer has, and takes what is new', async () => {
    const rows = [aWorkload('a'), aWorkload('b')];
    const { inventory, clock } = set(rows);
    await inventory.refresh();
    rows.splice(0, 1, aWorkload('c'));
    clock.advance(1_000);
    await inventory.refresh();
    expect([...inventory.workloads()].map(({ hostname }) => hostname).sort()).toEqual(['Host-b', 'Host-c']);
    expect(inventory.readAt).toBe(START + 1_000);
  });

  it('moves a workload between the indices when it is read anew', async () => {
    const { inventory } = set([aWorkload('a')]);
    await inventory.refresh();
    inventory.note('/orgs/1/workloads/a', aWorkload('a', { hostname: 'renamed', interfaces: [] }));
    expect(inventory.byHostname('host-a')).toEqual([]);
    expect(inventory.byAddress('192.0.2.1')).toEqual([]);
    expect(inventory.byHostname('renamed')).toHaveLength(1);
  });

  it('keeps a newer note against the rows of a refresh under way', async () => {
    const rows = [aWorkload('a'), aWorkload('b'), aWorkload('c')];
    const { inventory, between } = set(rows);
    between(async () => {
      inventory.note('/orgs/1/workloads/a', aWorkload('a', { hostname: 'newer' }));
      inventory.note('/orgs/1/workloads/b', null);
      inventory.note('/orgs/1/workloads/d', aWorkload('d'));
    });
    await inventory.refresh();
    expect([...inventory.workloads()].map(({ hostname }) => hostname).sort()).toEqual([
      'Host-c',
      'Host-d',
      'newer',
    ]);
    between(async () => {});
    await inventory.refresh();
    expect(inventory.workload('/orgs/1/workloads/b')).toBeDefined();
  });

  it('shares one read between those who ask at the same time', async () => {
    let reads = 0;
    const { inventory, between } = set([aWorkload('a')]);
    between(async () => {
      reads += 1;
    });
    await Promise.all([inventory.refresh(), inventory.refresh(), inventory.refresh()]);
    expect(reads).toBe(1);
    await inventory.refresh();
    expect(reads).toBe(2);
  });

  it('is as it was, and can be read again, after a read that failed', async () => {
    const { inventory, between } = set([aWorkload('a')]);
    await inventory.refresh();
    between(async () => {
      throw new PceError('unavailable', 'gone');
    });
    expect(await failureOf(inventory.refresh())).toMatchObject({ message: 'gone' });
    expect(inventory.workload('/orgs/1/workloads/a')).toBeDefined();
    between(async () => {});
    await inventory.refresh();
  });
});

describe('ensure', () => {
  it('reads what is missing, once each, VEN hrefs as their workloads', async () => {
    const { inventory, asked } = set([aWorkload('a'), aWorkload('b')]);
    await inventory.ensure(['/orgs/1/workloads/a', '/orgs/1/vens/a', '/orgs/1/vens/b']);
    expect(asked.sort()).toEqual(['/orgs/1/workloads/a', '/orgs/1/workloads/b']);
    await inventory.ensure(['/orgs/1/workloads/a']);
    expect(asked).toHaveLength(2);
    expect(inventory.byHostname('host-b')).toHaveLength(1);
  });

  it('leaves unknown what cannot be read, and does not ask again for five minutes', async () => {
    const { inventory, asked, between, clock } = set([]);
    await inventory.ensure(['/orgs/1/workloads/gone']);
    between(async () => {
      throw new PceError('timeout', 'late');
    });
    await inventory.ensure(['/orgs/1/workloads/late', '/orgs/1/workloads/gone']);
    expect(asked).toEqual(['/orgs/1/workloads/gone', '/orgs/1/workloads/late']);
    expect([...inventory.workloads()]).toEqual([]);
    clock.advance(5 * 60_000);
    await inventory.ensure(['/orgs/1/workloads/gone']);
    expect(asked).toHaveLength(3);
  });

  it('never reads more than six at a time, nor goes on for more than ten seconds', async () => {
    const { inventory, asked, between, clock } = set([]);
    let running = 0;
    let most = 0;
    between(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      clock.advance(500);
    });
    await inventory.ensure(Array.from({ length: 100 }, (_, n) => `/orgs/1/workloads/${n}`));
    expect(most).toBe(6);
    expect(asked.length).toBeLessThan(30);
  });

  it('does not wait for a PCE that is slow', async () => {
    const { sim, pce, clock } = await aLab({ workloads: 2 }, { times: { lookup: 100 } });
    sim.control.fault({ path: '/workloads/', kind: 'delay', ms: 3_000 });
    const inventory = anInventory(pce, clock);
    await inventory.ensure(Object.keys(sim.control.state().workloads));
    expect([...inventory.workloads()]).toEqual([]);
  });
});

describe('the inventory of a whole fleet', () => {
  it('holds every workload and label of the PCE, and shares the labels', async () => {
    const { sim, pce, clock } = await aLab({ workloads: 1_234 });
    const inventory = anInventory(pce, clock);
    await inventory.refresh();
    const states = sim.control.state().workloads;
    expect([...inventory.workloads()].map(({ href }) => href).sort()).toEqual(Object.keys(states).sort());
    expect([...inventory.labels()].length).toBeGreaterThan(10);
    for (const { labels } of inventory.workloads()) {
      for (const label of labels) expect(label).toBe(inventory.label(label.href));
    }
  });

  it('is not touched by a read the PCE could not give completely', async () => {
    const { sim, pce, clock } = await aLab({ workloads: 600 });
    const inventory = anInventory(pce, clock);
    await inventory.refresh();
    sim.control.fault({ path: '/datafiles/', kind: 'status', status: 500 });
    expect(await failureOf(inventory.refresh())).toMatchObject({ code: 'unavailable' });
    expect([...inventory.workloads()]).toHaveLength(600);
    expect(inventory.readAt).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/core/settings.ts';
import { someRoles } from '../support/asking.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { aProfile } from '../support/fakes.ts';
import { guardBy } from '../support/responding.ts';
import { aBench, type Bench, done, JO, MAYA } from './responding-bench.ts';

const ANN = { team: 'T1', user: 'U0ANN' };
const HOUR = 3_600_000;

/** Ann approves; twenty hosts may be quarantined an hour, and what carries env=dev is protected. */
const aDesk = async (perResponder = 20) => {
  const bench = await aBench({
    guard: guardBy({ protected: ['env=dev'] }),
    gateRoles: { ...someRoles, approver: [ANN] },
    limits: {
      ...DEFAULT_LIMITS,
      budget: { perResponder: { most: perResponder, perMs: HOUR }, perBot: { most: 20, perMs: HOUR } },
    },
  });
  bench.chat.people.set('U0ANN', aProfile('U0ANN'));
  return bench;
};

/** Names of hosts that can be quarantined: online, managed, full enforcement, not dev. */
const fitting = (bench: Bench): string[] => {
  const rows = Object.values(bench.sim.control.state().workloads) as {
    hostname: string;
    labels: Record<string, string>;
    enforcement_mode: string;
    online: boolean;
  }[];
  return rows
    .filter(
      ({ enforcement_mode, online, labels }) =>
        enforcement_mode === 'full' && online && labels['env'] !== 'dev',
    )
    .map(({ hostname }) => hostname)
    .filter((name) => name !== '');
};

const approve = async (bench: Bench, name: string, person = ANN): Promise<string> => {
  const [row] = await bench.responses(name);
  const said: string[] = [];
  await bench.responding.decide('approve', {
    id: row?.batch ?? '',
    person,
    channel: 'C0ANN',
    say: async ({ mrkdwn }) => void said.push(mrkdwn),
  });
  return said.join();
};

const statesOf = async (bench: Bench, names: readonly string[]): Promise<string[]> =>
  (await Promise.all(names.map((name) => bench.responses(name)))).map(([row]) => row?.state ?? 'none');

const isCut = (bench: Bench, name: string): boolean => bench.labels(name).includes('Quarantine=Severe');

describe('several hosts at once', () => {
  it('shows each with its labels, says that a second person is needed, and asks him in one message', async () => {
    const bench = await aDesk();
    const names = fitting(bench).slice(0, 3);
    const draft = await bench.open(names[0] ?? '', { also: names.slice(1) });
    for (const name of names) expect(bench.modal()).toContain(`*${name}*`);
    expect(bench.modal()).toContain(
      'Needs 1 other person of the approver list: It is about 3 hosts at once.',
    );
    await done(bench.submit(draft));
    expect(await statesOf(bench, names)).toEqual(['waiting', 'waiting', 'waiting']);
    expect([bench.puts(), bench.chat.posts.length]).toEqual([0, 1]);
    const [post] = bench.chat.posts;
    expect(problemsOf(post?.message ?? { text: '', blocks: [] })).toEqual([]);
    for (const name of names)
      expect(shown(post?.message ?? { text: '', blocks: [] })).toContain(`*${name}* · `);
  });

  it('counts the peers of each, and leaves out one that so many talk to that its name must be typed', async () => {
    const counts = new Map<string, number>();
    const bench = await aBench({
      guard: async ({ href, name }) =>
        (counts.get(href) ?? 0) > 100
          ? { verdict: 'approval', approvals: 1, reasons: [`${name} talks to 140 peers.`], typed: true }
          : { verdict: 'ordinary', reasons: [] },
      peers: {
        known: (_pce, href) => counts.get(href),
        count: async (_desk, hosts) => {
          for (const [n, { workload }] of hosts.entries()) counts.set(workload.href, n === 2 ? 140 : n + 3);
          const peers = hosts.map(({ workload: { href } }) => {
            const count = counts.get(href) ?? 0;
            return [href, { count, cut: 0, top: [], complete: true }] as const;
          });
          return new Map(peers);
        },
      },
    });
    const names = fitting(bench).slice(0, 3);
    const draft = await bench.open(names[0] ?? '', { also: names.slice(1) });
    expect(bench.modal()).toContain('3 peers talked to it in the last 24 h');
    expect(bench.modal()).toContain('4 peers talked to it in the last 24 h');
    expect(bench.modal()).not.toContain('140 peers talked');
    expect(bench.modal()).toContain(`Left out, ask for it alone: ${names[2]} talks to 140 peers.`);
    await done(bench.submit(draft));
    expect(await statesOf(bench, names)).toEqual(['waiting', 'waiting', 'none']);
  });

  it('each has a PUT, a read-back and a release of its own after one approval', async () => {
    const bench = await aDesk();
    const names = fitting(bench).slice(0, 3);
    const before = names.map(bench.labels);
    await done(bench.submit(await bench.open(names[0] ?? '', { also: names.slice(1) })));
    expect(await approve(bench, names[0] ?? '')).toBe('');
    expect(await statesOf(bench, names)).toEqual(['done', 'done', 'done']);
    expect(names.map((name) => isCut(bench, name))).toEqual([true, true, true]);
    expect(bench.puts()).toBe(3);
    expect(bench.announced).toHaveLength(3);
    // Released alone: the others stay.
    const draft = await bench.open(names[1] ?? '', { action: 'release' });
    await done(bench.submit(draft));
    await approveRelease(bench, names[1] ?? '');
    expect(names.map((name) => isCut(bench, name))).toEqual([true, false, true]);
    expect(bench.labels(names[1] ?? '')).toBe(before[1]);
  });

  it('an approval for 10 hosts never touches an 11th that matched later', async () => {
    const bench = await aDesk();
    const [first = '', ...more] = fitting(bench).slice(0, 10);
    const eleventh = fitting(bench)[10] ?? '';
    expect(more).toHaveLength(9);
    await done(bench.submit(await bench.open(first, { also: more })));
    // It is given exactly the labels of one of the ten, by which a search would find it.
    const labels = Object.fromEntries(
      bench
        .labels(first)
        .split(' ')
        .map((label) => label.split('=')),
    );
    bench.relabel(eleventh, labels as Record<string, string>);
    const others = fitting(bench).filter((name) => name !== first && !more.includes(name));
    const untouched = others.map(bench.labels);
    await approve(bench, first);
    expect(await statesOf(bench, [first, ...more])).toEqual(Array.from({ length: 10 }, () => 'done'));
    expect(bench.puts()).toBe(10);
    expect(others.map(bench.labels)).toEqual(untouched);
    expect(await bench.responses(eleventh)).toEqual([]);
  });

  it('one that was relabelled since it was shown is left alone, and the others are done', async () => {
    const bench = await aDesk();
    const names = fitting(bench).slice(0, 3);
    await done(bench.submit(await bench.open(names[0] ?? '', { also: names.slice(1) })));
    bench.relabel(names[1] ?? '', { app: 'shop' });
    await approve(bench, names[0] ?? '');
    expect(await statesOf(bench, names)).toEqual(['done', 'stopped', 'done']);
    expect(bench.labels(names[1] ?? '')).toBe('app=shop');
  });

  it('more than the budget allows are not begun: none of them is asked for', async () => {
    const bench = await aDesk(2);
    const names = fitting(bench).slice(0, 3);
    expect(await bench.open(names[0] ?? '', { also: names.slice(1) })).toBe('');
    expect(bench.modal()).toContain(
      'The budget does not allow it: you may do 2 in 1 h (quarantine), and this is about 3',
    );
  });

  it('the budget that was used up in between stops all of them, never some', async () => {
    const bench = await aDesk(3);
    const [alone = '', ...names] = fitting(bench).slice(0, 4);
    const draft = await bench.open(names[0] ?? '', { also: names.slice(1) });
    await done(bench.submit(await bench.open(alone)));
    await done(bench.submit(draft));
    expect(await statesOf(bench, names)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(bench.puts()).toBe(1);
  });

  it('a host that takes two approvers and its typed name is left out, and it is said why', async () => {
    const bench = await aDesk();
    const names = fitting(bench).slice(0, 3);
    bench.relabel(names[2] ?? '', { env: 'dev' });
    await done(bench.submit(await bench.open(names[0] ?? '', { also: names.slice(1) })));
    await approve(bench, names[0] ?? '');
    expect(await statesOf(bench, names)).toEqual(['done', 'done', 'none']);
  });

  it('takes no more than ten, whatever a client sends', async () => {
    const bench = await aDesk();
    const [first = '', ...more] = fitting(bench).slice(0, 12);
    await done(bench.submit(await bench.open(first, { also: more })));
    expect((await bench.store.responsesSince(0)).length).toBe(10);
  });

  it('who asked cannot approve, and who is no approver neither', async () => {
    const bench = await aDesk();
    const names = fitting(bench).slice(0, 2);
    await done(bench.submit(await bench.open(names[0] ?? '', { also: names.slice(1) })));
    expect(await approve(bench, names[0] ?? '', MAYA)).toContain('it needs the role approver');
    expect(await approve(bench, names[0] ?? '', JO)).toContain('it needs the role approver');
    expect(await statesOf(bench, names)).toEqual(['waiting', 'waiting']);
  });
});

/** The quarantine needed a second person, so its release does too. */
const approveRelease = async (bench: Bench, name: string): Promise<void> => {
  const row = (await bench.responses(name)).find(({ action }) => action === 'release');
  await bench.responding.decide('approve', {
    id: row?.id ?? '',
    person: ANN,
    channel: 'C0ANN',
    say: async () => undefined,
  });
};

describe('a host whose isolation hurts', () => {
  it('is asked for only with its name typed, in any case of letters', async () => {
    const bench = await aDesk();
    bench.relabel('web-01', { env: 'dev', role: 'web' });
    const draft = await bench.open('web-01');
    expect(JSON.stringify(bench.chat.views.at(-1))).toContain('Type the name of the host');
    for (const typed of ['', 'web-02', 'web'])
      expect(bench.submit(draft, { reason: 'Exercise', typed })).toEqual({
        ack: { errors: { typed: 'Type web-01, so that it is no other host.' } },
      });
    await done(bench.submit(draft, { reason: 'Exercise', typed: ' WEB-01 ' }));
    expect(await statesOf(bench, ['web-01'])).toEqual(['waiting']);
  });
});

import { describe, expect, it } from 'vitest';
import { parseTargetRef } from '../../src/core/command.ts';
import { aBench, anAlert, someHosts } from '../support/asking.ts';
import { buttonsOf } from '../support/blocks.ts';
import { aWorkload, labels, T0 } from '../support/builders.ts';

const web01 = someHosts[0] as (typeof someHosts)[number];

describe('/illumio workload, one host', () => {
  it('shows the card an analyst reads, with what listens, and the PCE by name', async () => {
    const bench = aBench();
    bench.pce.rows.set(web01.href, {
      ...web01,
      services: [
        { port: 443, protocol: 6, process: 'nginx' },
        { port: 53, protocol: 17, process: undefined },
        { port: 22, protocol: 6, process: 'sshd' },
      ],
    });
    await bench.store.commit([{ type: 'alert-fired', alert: anAlert() }]);
    expect(await bench.ask('workload web-01')).toBe(
      [
        'web-01   online, last heartbeat 1 min ago',
        '192.0.2.10 (eth0) · Ubuntu 22.04',
        'app=shop env=prod role=web',
        'Enforcement full · policy applied 1 h ago, in sync · VEN 23.5.10, healthy',
        'Listening: 22/tcp sshd · 53/udp · 443/tcp nginx',
        'Open alerts: Firewall tampering on web-01 (10:00 UTC)',
        '[Investigate] [Flows] [Quarantine…] [Open in PCE]',
        'PCE prod-east · read just now',
      ].join('\n'),
    );
    expect(bench.pce.asked).toEqual([`workload ${web01.href}`]);
  });

  it('says a public address only where it is none of its interfaces', async () => {
    const interfaces = [{ name: 'eth0', address: '192.0.2.10' }];
    const asked = (publicAddress: string) =>
      aBench({ pces: { 'prod-east': [aWorkload({ name: 'x-1', interfaces, publicAddress })] } }).ask(
        'workload x-1',
      );
    expect(await asked('192.0.2.10')).not.toContain('public');
    expect(await asked('198.51.100.7')).toContain('192.0.2.10 (eth0) · 198.51.100.7 (public) ·');
  });

  it('the button carries a reference that is looked up again, nothing else', async () => {
    const [message] = await aBench().messages('workload web-01');
    const button = buttonsOf(message as NonNullable<typeof message>).find(
      ({ action }) => action === 'quarantine',
    );
    expect(parseTargetRef(button?.value ?? '')).toEqual({ pce: 'prod-east', href: web01.href });
  });

  it('a viewer sees the card from the inventory: no services, no call to the PCE', async () => {
    const bench = aBench();
    const said = await bench.ask('workload web-01', 'U0VIC');
    expect(said).not.toContain('Listening');
    expect(said).toContain('PCE prod-east · inventory 40 s old');
    expect(bench.pce.asked).toEqual([]);
  });

  it('a PCE that does not answer costs the services, not the card', async () => {
    const bench = aBench();
    bench.pce.failing = { code: 'unavailable', message: 'connection refused' };
    const said = await bench.ask('workload web-01');
    expect(said).toContain('Listening: could not be read (connection refused)');
    expect(said).toContain('inventory 40 s old');
  });

  it('a host that is gone since the inventory was read is said to be gone, and forgotten', async () => {
    const bench = aBench();
    bench.pce.rows.delete(web01.href);
    expect(await bench.ask('workload web-01')).toContain('prod-east no longer has web-01');
    expect(await bench.ask('workload web-01')).toContain('No workload matches');
  });

  it('what a shared card shows, everybody may see', async () => {
    const bench = aBench();
    await bench.ask('workload web-01 --share', 'U0MAYA', 'C0TEAM');
    expect(bench.pce.asked).toEqual([]);
    expect(bench.chat.posts).toHaveLength(1);
  });

  const found: readonly (readonly [string, string, string])[] = [
    ['by its whole host name', 'web-01.example.com', 'web-01 '],
    ['in any case', 'WEB-01', 'web-01 '],
    ['by an address', '192.0.2.11', 'web-02 '],
    ['by an IPv6 address, however written', '2001:DB8:0::5', 'db-01 '],
    ['by labels alone', 'role=db', 'db-01 '],
    ['by a pattern and labels together', 'web* env=dev', 'web-07   offline'],
    [
      'without a VEN: nothing is claimed about its state',
      'printer-1',
      'printer-1   unmanaged: no VEN, so its state is not known',
    ],
  ];
  for (const [sentence, words, begins] of found)
    it(`is found ${sentence}`, async () =>
      expect((await aBench().ask(`workload ${words}`)).startsWith(begins)).toBe(true));

  it('a host name that tries to mention everybody is only text', async () => {
    const evil = aWorkload({ name: 'a<!channel>', hostname: 'x', labels: 'app=<!here>' });
    const [message] = await aBench({ pces: { 'prod-east': [evil] } }).messages('workload x');
    expect(JSON.stringify(message?.blocks)).toContain('a<!channel>');
    expect(message?.text).toContain('a&lt;!channel&gt;');
  });
});

describe('/illumio workload, several hosts', () => {
  it('lists those that match, with the age of what is shown', async () => {
    expect(await aBench().ask('workload web* env=prod')).toBe(
      [
        '2 workloads match web* env=prod',
        'Host | State | Labels',
        'web-01 | online | app=shop env=prod role=web',
        'web-02 | online | app=shop env=prod role=web',
        '[CSV]',
        'PCE prod-east · inventory 40 s old',
      ].join('\n'),
    );
  });

  it('shows ten of many and says how many more there are', async () => {
    const many = Array.from({ length: 312 }, (_, at) =>
      aWorkload({ name: `web-${String(at).padStart(3, '0')}` }),
    );
    const bench = aBench({ pces: { 'prod-east': many } });
    const said = await bench.ask('workload web*');
    expect(said).toContain('312 workloads match web*');
    expect(said).toContain('and 302 more');
    expect(said).toContain('web-009');
    expect(said).not.toContain('web-010');
    expect(await bench.ask('workload web* -n 50')).toContain('and 262 more');
  });

  it('turns pages, and hands all of them over as a file', async () => {
    const many = Array.from({ length: 1_234 }, (_, at) =>
      aWorkload({ name: `web-${String(at).padStart(4, '0')}` }),
    );
    const bench = aBench({ pces: { 'prod-east': many } });
    const [first] = await bench.messages('workload web*');
    const next = buttonsOf(first as NonNullable<typeof first>).find(({ action }) => action === 'ask.next');
    expect(next?.value).toBe('workload web* --page 2');
    const second = await bench.ask(next?.value ?? '');
    expect(second).toContain('page 2 of 124, and 1,224 more');
    expect(second).toContain('web-0010');
    expect(second).not.toContain('web-0009');
    expect(await bench.ask('workload web* --page 999')).toContain('web-1233');
    await bench.ask('workload web* --files', 'U0VIC');
    expect(String(bench.chat.files[0]?.content).trimEnd().split('\r\n')).toHaveLength(1_235);
    expect(bench.chat.files[0]?.channel).toBe('DU0VIC');
  });

  describe('--fresh asks the PCE', () => {
    it('and shows what it says now, to a viewer too', async () => {
      const bench = aBench();
      bench.pce.rows.set(web01.href, { ...web01, labels: labels('app=shop env=stage') });
      const said = await bench.ask('workload web-01 --fresh', 'U0VIC');
      expect(said).toContain('app=shop env=stage');
      expect(said).toContain('read just now');
      expect(said).not.toContain('Listening');
      expect(bench.pce.asked).toEqual([`workload ${web01.href}`]);
    });

    it('reads everything anew for many, and for a name it does not know', async () => {
      const bench = aBench();
      let refreshed = 0;
      const [{ inventory }] = bench.pces as [(typeof bench.pces)[number]];
      inventory.refresh = async () => {
        refreshed += 1;
        inventory.note('/orgs/1/workloads/new', aWorkload({ name: 'new-01', href: '/orgs/1/workloads/new' }));
      };
      expect(await bench.ask('workload new-01 --fresh', 'U0VIC')).toContain('new-01   online');
      expect(refreshed).toBe(1);
    });

    it('says that a host is gone', async () => {
      const bench = aBench();
      bench.pce.rows.delete(web01.href);
      expect(await bench.ask('workload web-01 --fresh', 'U0VIC')).toContain('No workload matches "web-01"');
    });
  });

  it('names the PCE of every host when there are several', async () => {
    const bench = aBench({
      pces: {
        'prod-east': [web01],
        'prod-west': [aWorkload({ name: 'web-01', href: '/orgs/1/workloads/other' })],
      },
    });
    const said = await bench.ask('workload web-01');
    expect(said).toContain('web-01 | online | app=shop env=prod role=web | prod-east');
    expect(said).toContain('PCE prod-east and prod-west');
    expect(await bench.ask('workload web-01 --pce prod-west')).toContain('PCE prod-west');
  });

  it('a network finds the hosts in it', async () => {
    const said = await aBench().ask('workload 192.0.2.0/24');
    expect(said).toContain('2 workloads match 192.0.2.0/24');
    expect(await aBench().ask('workload 2001:db8::/32')).toContain('db-01');
  });
});

describe('/illumio workload, input that means nothing is never a wider search', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a misspelt name', 'wbe-01', 'No workload matches "wbe-01". Nearest: web-01', '/illumio workload web*'],
    [
      'a name that is near none',
      'nosuch',
      'No workload matches "nosuch", and no name is near it.',
      'Try /illumio workload web*',
    ],
    ['nothing at all', '', 'I expected a host name, an address or labels', '/illumio workload web-01'],
    ['two names', 'web-01 web-02', 'I read "web-01" and "web-02"', '/illumio workload web-01'],
    [
      'a label key that does not exist',
      'evn=prod',
      'There is no label key "evn". Nearest: env.',
      '/illumio workload web-01',
    ],
    [
      'a label value that does not exist',
      'env=prd',
      'There is no label env=prd. Nearest: env=prod.',
      '/illumio workload web-01',
    ],
    [
      'labels nobody has together',
      'env=dev role=db',
      'No workload has env=dev role=db.',
      'Try /illumio workload web*',
    ],
    [
      'an address nobody has',
      '203.0.113.9',
      'No workload has an address in 203.0.113.9.',
      'Try /illumio workload web*',
    ],
    [
      'an option it does not take',
      'web-01 --sicne 24h',
      'workload does not know the option "--sicne".',
      '/illumio workload web-01',
    ],
    ['a misspelt option', 'web-01 --pec x', 'Did you mean --pce?', '/illumio workload web-01'],
    [
      'a PCE that does not exist',
      'web-01 --pce prod-est',
      'There is no PCE "prod-est". Nearest: prod-east.',
      '--pce prod-east',
    ],
    [
      'a number that is none',
      'web* -n many',
      'I can\'t read "many" after --n: I expected a number from 1 to 50.',
      '/illumio workload web-01',
    ],
    [
      'an option without its value',
      'web* --pce',
      '--pce wants a value after it.',
      '/illumio workload web-01',
    ],
  ];
  for (const [sentence, words, says, copy] of cases)
    it(sentence, async () => {
      const said = await aBench().ask(`workload ${words}`);
      expect(said).toContain(says);
      expect(said.split('\n').at(-1)).toContain(copy);
    });

  it('before the inventory is read it says so', async () =>
    expect(await aBench({ read: false }).ask('workload web-01')).toContain(
      'I am still reading the workloads of prod-east',
    ));

  it('a dash that a phone made of two is read as an option', async () =>
    expect(await aBench().ask('workload web-01 —pce prod-east')).toContain('web-01   online'));
});

describe('/illumio workload and roles', () => {
  const scoped = (labels: string) => ({
    settings: {
      roles: {
        viewer: [
          { members: [{ team: 'T1', user: 'U0VIC' }], labels, channels: undefined, actions: undefined },
        ],
        analyst: [],
        responder: [],
        approver: [],
        admin: [],
      },
    },
  });
  it('somebody who may see dev only sees only dev', async () => {
    const said = await aBench(scoped('env=dev')).ask('workload web*', 'U0VIC');
    expect(said).toContain('web-07');
    expect(said).not.toContain('web-01');
  });
  it('and is told when what matches is out of his scope', async () =>
    expect(await aBench(scoped('env=dev')).ask('workload db-01', 'U0VIC')).toContain(
      'none that your role lets you see',
    ));
});

it('a quarantined host offers its release and says who did it', async () => {
  const bench = aBench();
  const response = {
    id: 'r1',
    action: 'quarantine',
    pce: 'prod-east',
    target: { href: web01.href, name: 'web-01', labels: web01.labels, mode: web01.mode },
    by: { team: 'T1', user: 'U0MAYA' },
    byName: 'maya',
    reason: 'x',
    channel: null,
    alert: null,
    requestedAt: T0,
    state: 'requested',
    releases: null,
  } as const;
  const change = { replaced: [], added: [] };
  await bench.store.commit([{ type: 'response-requested', response }]);
  await bench.store.commit([
    { type: 'response-moved', id: 'r1', from: 'requested', to: 'writing', at: T0, change, intended: [] },
  ]);
  await bench.store.commit([{ type: 'response-moved', id: 'r1', from: 'writing', to: 'done', at: T0 }]);
  const said = await bench.ask('workload web-01');
  expect(said).toContain('Quarantined by this bot for maya at 10:00 UTC');
  expect(said).toContain('[Release…]');
});

import { describe, expect, it } from 'vitest';
import { type GuardContext, guardTarget, kinOf } from '../../src/core/guard-targets.ts';
import { aLabel, aWorkload, labels } from '../support/builders.ts';

const APP_ROLE = { labels: labels('app=shop role=web'), hosts: 4, quarantined: 0 };
const APP_ENV = { labels: labels('app=shop env=prod'), hosts: 40, quarantined: 0 };
const open: GuardContext = {
  untouchable: [],
  protected: [],
  highValue: [],
  appRole: APP_ROLE,
  appEnv: APP_ENV,
  peers: 12,
};
const pce = (...entries: string[]): Partial<GuardContext> => ({
  untouchable: [{ is: 'a machine of the PCE', entries }],
});

describe('hosts nobody may cut off', () => {
  it.each([
    ['an unlabelled PCE node, by its name', { name: 'core0.pce.example.com' }, ['core0.pce.example.com']],
    ['a node that is known by its short name', { name: 'core0' }, ['core0.pce.example.com']],
    [
      'a node behind a load-balancer name, by its address',
      { name: 'lx4711' },
      ['pce.example.com', '192.0.2.10'],
    ],
    ['a node by its public address', { name: 'lx4711', publicAddress: '198.51.100.7' }, ['198.51.100.7']],
    ['a host in a network of the list', { name: 'lx4711' }, ['192.0.2.0/24']],
    ['a host with the labels of an entry', { name: 'dc-01', labels: 'role=dc' }, ['role=dc*']],
  ] as const)('%s', (_, parts, entries) => {
    const guarding = guardTarget(aWorkload(parts), { ...open, ...pce(...entries) });
    expect(guarding.verdict).toBe('never');
    expect(guarding.reasons[0]).toMatch(
      /^(core0|lx4711|dc-01)\S* is a machine of the PCE \(.*\): it is never/,
    );
  });

  it.each([
    ['another host with the same first letters', { name: 'core01' }, ['core0.pce.example.com']],
    ['the same short name in another domain', { name: 'core0.erp.example.com' }, ['core0.pce.example.com']],
    [
      'a machine that lists its loopback interface',
      { interfaces: [{ name: 'lo', address: '127.0.0.1' }] },
      ['127.0.0.1'],
    ],
    ['a host without a name', { name: 'x', hostname: '' }, ['pce.example.com', '']],
  ] as const)('but not %s', (_, parts, entries) =>
    expect(guardTarget(aWorkload(parts), { ...open, ...pce(...entries) }).verdict).toBe('ordinary'),
  );
});

describe('hosts that take more than one person', () => {
  const directory = [53, 88].map((port) => ({ port, protocol: 6, process: undefined }));
  it.each([
    [
      'a protected selector matches',
      { labels: 'role=dc' },
      { protected: ['role=dc*'] },
      2,
      /protected host \(role=dc\*\)/,
    ],
    ['it is high-value', { labels: 'app=payment' }, { highValue: ['app=pay*'] }, 1, /a high-value host/],
    ['it serves DNS and Kerberos', { services: directory }, {}, 1, /domain controller/],
    ['it has more than 100 peers', {}, { peers: 101 }, 1, /101 peers/],
    ['it is a container host', { ven: { kind: 'containerized' } }, {}, 1, /all pods of the node/],
    [
      'nothing else of its kind is left',
      {},
      { appRole: { ...APP_ROLE, hosts: 3, quarantined: 2 } },
      1,
      /the last of app=shop role=web/,
    ],
    [
      'its group is half gone',
      {},
      { appEnv: { ...APP_ENV, quarantined: 3 } },
      1,
      /3 of 40 hosts of app=shop env=prod/,
    ],
  ] as const)('%s', (_, parts, context, approvals, why) => {
    const guarding = guardTarget(aWorkload(parts), { ...open, ...context });
    expect(guarding).toMatchObject({ verdict: 'approval', approvals });
    expect(guarding.reasons.join(' ')).toMatch(why);
  });

  it.each([
    ['DNS alone', { services: [{ port: 53, protocol: 17, process: undefined }] }, {}],
    ['exactly 100 peers', {}, { peers: 100 }],
    ['peers nobody could count', {}, { peers: undefined }],
    ['exactly 5 % of its group in quarantine', {}, { appEnv: { ...APP_ENV, quarantined: 2 } }],
    ['no app label to compare by', {}, { appRole: undefined, appEnv: undefined }],
  ] as const)('but not for %s', (_, parts, context) =>
    expect(guardTarget(aWorkload(parts), { ...open, ...context })).toEqual({
      verdict: 'ordinary',
      reasons: [],
    }),
  );
});

it('counts kin by label, with those this bot cut off under the labels they had before', () => {
  const web = aWorkload({ name: 'web-01', labels: 'app=shop role=web' });
  const relabelled = aWorkload({ name: 'web-03', labels: 'app=quarantined role=web' });
  const all = [
    web,
    aWorkload({ name: 'web-02', labels: 'app=shop role=web Quarantine=Severe' }),
    relabelled,
    aWorkload({ name: 'web-04', labels: 'app=erp role=web' }),
    aWorkload({ name: 'lb-01', labels: 'app=shop role=web', managed: false }),
  ];
  const quarantined = {
    labels: new Set([aLabel('Quarantine=Severe').href]),
    before: new Map([[relabelled.href, web.labels]]),
  };
  expect(kinOf(web, ['app', 'role'], all, quarantined)).toMatchObject({ hosts: 3, quarantined: 2 });
  expect(kinOf(web, ['app', 'env'], all, quarantined)).toBeUndefined();
});

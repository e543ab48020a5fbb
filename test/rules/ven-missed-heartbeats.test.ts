import { describe, expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { venMissedHeartbeats } from '../../src/rules/ven-missed-heartbeats.ts';
import {
  anEstate,
  anEvent,
  aWorkload,
  byVen,
  changeOf,
  MINUTE,
  noticeOf,
  saw,
  T0,
} from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const web = aWorkload({ hostname: 'web-01', labels: 'env=prod' });
const dev = aWorkload({ hostname: 'dev-01', labels: 'env=dev' });
const estate = anEstate([web, dev]);
const context = aContext({ highValue: ['env=prod'] });

/** 18.2: the VENs stand in the notifications, by agent. */
const check = (hosts = [web, dev], at = T0): PceEvent =>
  anEvent({
    at,
    event_type: 'system_task.agent_missed_heartbeats_check',
    notifications: hosts.map(({ hostname, ven }) =>
      noticeOf('agent.missed_heartbeats', { agent: { href: ven?.agentHref, name: null, hostname } }),
    ),
  });

const CASES: readonly [string, readonly PceEvent[], object, readonly string[]][] = [
  ['of two hosts the high-value one', [check()], {}, ['warning web-01']],
  ['every host when asked to', [check()], { all: true }, ['warning web-01', 'warning dev-01']],
  [
    'after an upgrade, in the changes',
    [
      anEvent({
        event_type: 'system_task.agent_missing_heartbeats_after_upgrade',
        resource_changes: [changeOf(web)],
      }),
    ],
    {},
    ['warning web-01'],
  ],
  ['another host alone', [check([dev])], {}, []],
  ['a check that found nobody', [check([])], {}, []],
  [
    'a host that goes offline is another rule',
    [anEvent({ event_type: 'agent.goodbye', created_by: byVen(web) })],
    {},
    [],
  ],
];

it.each(CASES)('ven-missed-heartbeats: %s', (_, events, options, expected) => {
  expect(
    told(watching(venMissedHeartbeats, { context, options }).see(saw(events, { estate })).findings),
  ).toEqual(expected);
});

describe('ven-missed-heartbeats is over', () => {
  const offline = anEvent({
    at: T0 + MINUTE,
    event_type: 'system_task.agent_offline_check',
    resource_changes: [changeOf(web, { online: { before: true, after: false } })],
  });
  const online = anEvent({
    at: T0 + MINUTE,
    event_type: 'workload.online',
    notifications: [noticeOf('workload.online', { workload: { href: web.href, hostname: 'web-01' } })],
  });

  it.each([
    ['when it goes offline: folded into that alert', offline, 'it went offline, which is told as such'],
    ['when it is back', online, 'back online'],
  ])('%s', (_, event, why) => {
    const rule = watching(venMissedHeartbeats, { context });
    rule.see(saw([check()], { estate }));
    expect(rule.see(saw([event], { estate })).cleared).toMatchObject([{ subject: { href: web.href }, why }]);
  });

  it.each([
    [
      'when a GET says that it was heard',
      { ...web, ven: { ...web.ven, heartbeatAt: T0 - MINUTE } },
      ['heard again'],
    ],
    ['not while it was not heard', { ...web, ven: { ...web.ven, heartbeatAt: T0 - 30 * MINUTE } }, []],
    ['when it is gone', null, ['no longer in the PCE']],
  ])('%s', (_, host, why) => {
    const hosts = new Map([[web.href, host as typeof web | null]]);
    const { cleared } = watching(venMissedHeartbeats, { context }).see({
      kind: 'sweep',
      pce: 'prod-east',
      now: T0,
      estate,
      hosts,
      suspended: [],
    });
    expect(cleared.map((one) => one.why)).toEqual(why);
  });
});

import { expect, it } from 'vitest';
import type { PceEvent } from '../../src/core/event.ts';
import { plain } from '../../src/core/text.ts';
import { enforcementLowered } from '../../src/rules/enforcement-lowered.ts';
import { anEstate, anEvent, aWorkload, byUser, changeOf, saw } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const hosts = Array.from({ length: 8 }, (_, i) => aWorkload({ hostname: `web-0${i}` }));
const [web = aWorkload()] = hosts;
const estate = anEstate(hosts);

const modes = (before: unknown, after: unknown, of = web, attribute = 'enforcement_mode') =>
  changeOf(of, { [attribute]: { before, after } });
const change = (changes: readonly object[], parts: object = {}): PceEvent =>
  anEvent({ event_type: 'workload.update', created_by: byUser('maya'), resource_changes: changes, ...parts });

const CASES: readonly [string, readonly PceEvent[], readonly string[]][] = [
  ['full → visibility_only', [change([modes('full', 'visibility_only')])], ['error web-00']],
  ['selective → idle', [change([modes('selective', 'idle')])], ['error web-00']],
  ['the names of before 20.2', [change([modes('enforced', 'illuminated', web, 'mode')])], ['error web-00']],
  [
    'a bulk change of eight hosts is eight',
    [
      change(
        hosts.map((host) => modes('full', 'selective', host)),
        { event_type: 'workloads.update' },
      ),
    ],
    hosts.map(({ name }) => `error ${name}`),
  ],
  ['raised', [change([modes('visibility_only', 'full')])], []],
  ['set to what it was', [change([modes('full', 'full')])], []],
  ['set for the first time', [change([modes(null, 'visibility_only')])], []],
  ['a change that failed', [change([modes('full', 'idle')], { status: 'failure' })], []],
  ['another change', [change([changeOf(web, { description: { before: 'a', after: 'b' } })])], []],
];

it.each(CASES)('enforcement-lowered: %s', (_, events, expected) => {
  expect(told(watching(enforcementLowered).see(saw(events, { estate })).findings)).toEqual(expected);
});

it('enforcement-lowered: says who, from what to what, and what that means', () => {
  const [finding] = watching(enforcementLowered).see(
    saw([change([modes('full', 'visibility_only')])], { estate }),
  ).findings;
  expect(plain(finding?.story ?? [])).toBe(
    'maya lowered the enforcement of web-00 at 10:00 UTC: full → visibility_only. Nothing is blocked on it any more; traffic is only reported.',
  );
  expect(finding?.workloads).toEqual([web.href]);
});

it('enforcement-lowered: what the bot does itself is not alerted', () => {
  const context = aContext({
    pces: [
      {
        url: 'https://pce.example.com',
        read: { key: 'api_1f2f', secret: 's' },
        write: undefined,
        traffic: undefined,
      },
    ],
  });
  const event = change([modes('full', 'idle')], { action: { info: { api_key_id: '1f2f' } } });
  expect(watching(enforcementLowered, { context }).see(saw([event], { estate })).findings).toEqual([]);
});

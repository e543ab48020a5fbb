import { expect, it } from 'vitest';
import type { Observation, Reach } from '../../src/core/rule.ts';
import { plain } from '../../src/core/text.ts';
import { apiKeyExpiring } from '../../src/rules/api-key-expiring.ts';
import { anEstate, anEvent, saw, T0 } from '../support/builders.ts';
import { aContext, told, watching } from '../support/rules.ts';

const DAY = 86_400_000;
const contextIn = (days: number | undefined) =>
  aContext({
    pces: [
      {
        name: 'prod-east',
        url: 'https://pce.example.com',
        read: { key: 'api_1', secret: 's' },
        write: undefined,
        traffic: undefined,
        expires: days === undefined ? undefined : T0 + days * DAY,
      },
    ],
  });
const reached = (parts: Partial<Reach> = {}, now = T0): Observation => ({
  kind: 'reach',
  pce: 'prod-east',
  now,
  estate: anEstate(),
  reach: { lastOkAt: T0, failingSince: undefined, why: undefined, refused: false, medianMs: 20, ...parts },
});
const OURS = 'the API key of this bot for prod-east';

it.each([
  ['15 days before: nothing', 15, []],
  ['no date is configured: nothing', undefined, []],
  ['14 days before', 14, [`warning ${OURS}`]],
  ['3 days before', 3, [`error ${OURS}`]],
  ['a day after', -1, [`error ${OURS}`]],
] as const)('api-key-expiring: %s', (_, days, expected) => {
  expect(told(watching(apiKeyExpiring, { context: contextIn(days) }).see(reached()).findings)).toEqual(
    expected,
  );
});

it('api-key-expiring: each level is told once, and a new date ends it', () => {
  const rule = watching(apiKeyExpiring, { context: contextIn(10) });
  expect(plain(rule.see(reached()).findings[0]?.story ?? [])).toContain('expires in 10 days, on 2026-12-02');
  expect(rule.see(reached({}, T0 + DAY)).findings).toEqual([]);
  expect(told(rule.see(reached({}, T0 + 8 * DAY)).findings)).toEqual([`error ${OURS}`]);
  expect(rule.see(reached({}, T0 - 30 * DAY)).cleared).toMatchObject([
    { why: 'the configuration has a new date' },
  ]);
});

it('api-key-expiring: two refusals in a row are an error until the PCE takes a key again', () => {
  const rule = watching(apiKeyExpiring, { context: contextIn(undefined) });
  const refused = { refused: true, why: 'HTTP 401' };
  expect(told(rule.see(reached(refused)).findings)).toEqual(['error access of this bot to prod-east']);
  expect(rule.see(reached(refused)).findings).toEqual([]);
  expect(rule.see(reached()).cleared).toMatchObject([{ why: 'the PCE accepts our keys again' }]);
});

it.each([
  'system_task.expire_service_account_api_keys',
  'system_task.delete_expired_service_account_api_keys',
])('api-key-expiring: %s is a fact', (event_type) => {
  const { findings } = watching(apiKeyExpiring).see(saw([anEvent({ event_type })]));
  expect(findings).toMatchObject([{ severity: 'warning', life: 'once' }]);
});

it('api-key-expiring: another task is none', () => {
  expect(
    watching(apiKeyExpiring).see(saw([anEvent({ event_type: 'system_task.prune_old_log_events' })])).findings,
  ).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { aloneProblem } from '../../src/core/break-glass.ts';
import type { Response } from '../../src/core/response.ts';
import { T0 } from '../support/builders.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MAYA = { team: 'T1', user: 'U0MAYA' };

const aRequest = (parts: Partial<Response> = {}): Response => ({
  id: 'r1',
  action: 'quarantine',
  pce: 'lab',
  target: { href: '/orgs/1/workloads/1', name: 'web-01', labels: [], mode: 'full' },
  by: MAYA,
  byName: 'maya',
  reason: 'x',
  channel: null,
  alert: null,
  requestedAt: T0 - 5 * MINUTE,
  state: 'waiting',
  lapsesAt: T0 + 10 * MINUTE,
  releases: null,
  ...parts,
});
/** Somebody acted alone so long ago. */
const used = (ago: number, user = 'U0JO') =>
  aRequest({ id: `${ago}`, by: { team: 'T1', user }, state: 'done', alone: { at: T0 - ago, reason: 'x' } });

describe('acting alone', () => {
  it.each<[string, readonly Response[], readonly Response[], string | undefined]>([
    ['5 min unanswered', [aRequest()], [], undefined],
    ['a moment less', [aRequest({ requestedAt: T0 - 5 * MINUTE + 1 })], [], 'the approver list has until'],
    ['a release', [aRequest({ action: 'release' })], [], 'only the quarantine of one host'],
    ['two hosts at once', [aRequest(), aRequest({ id: 'r2' })], [], 'only the quarantine of one host'],
    ['a request that lapsed', [aRequest({ lapsesAt: T0 })], [], 'the request lapsed'],
    ['own use 59 min ago', [aRequest()], [used(59 * MINUTE, 'U0MAYA')], 'you have acted alone'],
    ['own use an hour ago', [aRequest()], [used(HOUR, 'U0MAYA')], undefined],
    ['two uses of others today', [aRequest()], [used(HOUR), used(2 * HOUR)], undefined],
    [
      'three uses of others today',
      [aRequest()],
      [used(1), used(2), used(24 * HOUR - 1)],
      'it has been done 3 times',
    ],
    ['three uses, one of yesterday', [aRequest()], [used(1), used(2), used(24 * HOUR)], undefined],
    ['nothing known of it', [], [], 'no longer known'],
  ])('%s', (_, rows, recent, why) => {
    const problem = aloneProblem(rows, MAYA, recent, T0);
    if (why === undefined) expect(problem).toBeUndefined();
    else expect(problem).toContain(why);
  });
});

import { describe, expect, it } from 'vitest';
import { PceError } from '../../src/core/ports.ts';
import { DEFAULT_LIMITS } from '../../src/core/settings.ts';
import { problemsOf, shown } from '../support/blocks.ts';
import { guardBy } from '../support/responding.ts';
import { aBench, type Bench, JO, MAYA, OLD } from './responding-bench.ts';

const ask = async (
  bench: Bench,
  { action = 'quarantine', name = 'web-01', person = MAYA } = {},
): Promise<string> => {
  const before = bench.puts();
  const answer = await bench.responding.explain({
    action,
    pce: 'lab',
    href: bench.host(name),
    person,
    channel: 'C0SOC',
  });
  expect(problemsOf(answer)).toEqual([]);
  expect([bench.puts(), bench.labels('web-01'), await bench.responses(name)]).toEqual([before, OLD, []]);
  return shown(answer);
};

const wanted = { votes: 1, reason: 'web-01 is a high-value host.' };

describe('can-i', () => {
  it('says yes, by which role, and what the form would say', async () => {
    const said = await ask(await aBench());
    expect(said).toContain('*Yes*, you can quarantine web-01 now.');
    expect(said).toContain('Your role: responder, member of user group S0RESPOND');
    expect(said).toContain('Nothing was changed.');
  });

  it('says who must agree', async () => {
    const said = await ask(await aBench({ guard: guardBy({ highValue: ['role=web'] }) }));
    expect(said).toContain('*Yes*, you can');
    expect(said).toContain(`Needs ${wanted.votes} other person of the approver list: ${wanted.reason}`);
  });

  it('says no for want of a role, and who can', async () => {
    const said = await ask(await aBench(), { person: { team: 'T1', user: 'U0VIC' } });
    expect(said).toContain("*No*, you can't quarantine web-01 now.");
    expect(said).toContain('it needs the role responder, which you do not have');
    expect(said).not.toContain('active policy');
    expect(said).toContain('People who can: @S0RESPOND');
  });

  it('says every reason at once: disarmed, the budget, and a host that is never touched', async () => {
    const limits = {
      ...DEFAULT_LIMITS,
      budget: { ...DEFAULT_LIMITS.budget, perResponder: { most: 0, perMs: 3_600_000 } },
    };
    const never = async () => ({ verdict: 'never', reasons: ['web-01 is a machine of the PCE.'] }) as const;
    const bench = await aBench({ limits, guard: never });
    const at = bench.clock.now();
    await bench.store.commit([
      { type: 'disarmed', brake: { by: JO, byName: 'jo', at, until: at + 60_000, why: 'odd clicks' } },
    ]);
    const said = await ask(bench);
    for (const why of [
      'odd clicks',
      'The budget does not allow it: you may do 0 in 1 h',
      'a machine of the PCE',
    ])
      expect(said).toContain(why);
  });

  it('says no for a host that is not in quarantine and is to be released', async () =>
    expect(await ask(await aBench(), { action: 'release' })).toContain('web-01 is not in quarantine'));

  it('says no when the host cannot be read', async () => {
    const bench = await aBench({
      pce: (real) => ({
        ...real,
        workload: async () => {
          throw new PceError('unavailable', 'HTTP 503');
        },
      }),
    });
    expect(await ask(bench)).toContain('The host could not be read: HTTP 503.');
  });
});

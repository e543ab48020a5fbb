import { describe, expect, it } from 'vitest';
import { ChatError, type Handling, type Modal, type Pce } from '../../src/core/ports.ts';
import type { PceSimulator } from '../../src/simulators/pce/index.ts';
import { anAdapter } from '../adapters/pce/support/pce.ts';
import { anAlert } from '../support/asking.ts';
import { shown } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';

import {
  aBench,
  type Bench,
  done,
  dying,
  JO,
  MAYA,
  OLD,
  QUARANTINED,
  REASON,
  stateOf,
  text,
  until,
} from './responding-bench.ts';

describe('the form', () => {
  it('shows the labels before and after, never the quarantine labels alone, and changes nothing', async () => {
    const bench = await aBench();
    await bench.open('web-01');
    expect(bench.modal()).toMatch(/Labels now:\s+app=shop env=prod loc=fra role=web\n/);
    expect(bench.modal()).toMatch(/Labels after:\s+app=shop env=prod loc=fra role=web \*Quarantine=Severe\*/);
    expect(bench.puts()).toBe(0);
    expect(await bench.responses('web-01')).toEqual([]);
  });

  it('is not opened for somebody who may not, who is told why; that is audited', async () => {
    const bench = await aBench();
    expect(await bench.open('web-01', { person: { team: 'T1', user: 'U0VIC' } })).toBe('');
    expect(bench.said[0]).toContain("You can't quarantine");
    expect(bench.chat.views).toEqual([]);
    expect(await bench.audit()).toEqual([
      expect.stringMatching(/^quarantine asked refused: it needs the role responder/),
    ]);
  });

  it('is opened for nobody while the group cannot be read', async () => {
    const bench = await aBench();
    bench.chat.groups.delete('S0RESPOND');
    expect(await bench.open('web-01')).toBe('');
    expect(bench.said[0]).toContain('cannot be read right now, so nobody has its role');
  });

  it('is the answer to the click as soon as it stands, however long its peers take to count', async () => {
    let stands = false;
    let counting = false;
    const bench = await aBench({
      peers: {
        known: () => undefined,
        count: () => {
          counting = true;
          return new Promise(() => {});
        },
      },
    });
    void bench.responding.open({
      action: 'quarantine',
      pce: 'lab',
      hrefs: [bench.host('web-01')],
      person: MAYA,
      channel: 'C0SOC',
      alert: anAlert(),
      triggerId: 't1',
      shown: async () => {
        stands = bench.modal().includes('still counting') && !counting;
      },
      say: async () => undefined,
    });
    await until(() => counting);
    expect(stands).toBe(true);
  });

  it('is not opened for an action nobody offers, nor for a PCE nobody knows', async () => {
    const bench = await aBench();
    for (const action of ['repair', 'explode', '__proto__'])
      expect(await bench.open('web-01', { action })).toBe('');
    expect(bench.said).toHaveLength(3);
    expect(bench.chat.views).toEqual([]);
    expect(bench.puts()).toBe(0);
  });

  const refusals: readonly (readonly [
    string,
    (bench: Bench) => Promise<unknown>,
    string,
    Partial<Parameters<typeof aBench>[0]>,
  ])[] = [
    ['an unmanaged machine', (bench) => bench.open(bench.host('') || 'lb-01'), 'unmanaged', {}],
    [
      'an idle VEN',
      (bench) => {
        bench.sim.control.workload({ href: bench.host('web-01'), enforcement_mode: 'idle' });
        return bench.open('web-01');
      },
      'idle mode, which enforces nothing',
      {},
    ],
    [
      'a VEN that only looks',
      (bench) => {
        bench.sim.control.workload({ href: bench.host('web-01'), enforcement_mode: 'visibility_only' });
        return bench.open('web-01');
      },
      'visibility-only mode',
      {},
    ],
    [
      'a host of the never list, by name',
      (bench) => bench.open('web-01'),
      'never quarantined',
      {
        settings: {
          quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
          never: ['WEB-01'],
          protected: [],
          management: { sources: [], services: [] },
        },
      },
    ],
    [
      'a host of the never list, by label',
      (bench) => bench.open('web-01'),
      'never quarantined',
      {
        settings: {
          quarantine: { strategy: 'deny', labels: { Quarantine: 'Severe' } },
          never: ['role=web app=shop'],
          protected: [],
          management: { sources: [], services: [] },
        },
      },
    ],
    [
      'a PCE without a write key',
      (bench) => bench.open('web-01'),
      'no key that may write',
      { mayWrite: false },
    ],
    [
      'a label the PCE does not have',
      (bench) => bench.open('web-01'),
      'The PCE has no label Quarantine=Total',
      {
        settings: {
          quarantine: { strategy: 'deny', labels: { Quarantine: 'Total' } },
          never: [],
          protected: [],
          management: { sources: [], services: [] },
        },
      },
    ],
    [
      'a configuration without a strategy',
      (bench) => bench.open('web-01'),
      'Quarantine is off',
      {
        settings: {
          quarantine: undefined,
          never: [],
          protected: [],
          management: { sources: [], services: [] },
        },
      },
    ],
    [
      'a host that is gone',
      (bench) => bench.open('/orgs/1/workloads/00000000-0000-4000-8000-000000000000'),
      'is no longer in the PCE',
      {},
    ],
    [
      'a PCE that does not answer',
      (bench) => {
        const href = bench.host('web-01');
        bench.sim.control.fault({ path: '/workloads/*', kind: 'status', status: 503 });
        return bench.open(href);
      },
      'I could not read',
      {},
    ],
  ];
  for (const [sentence, act, why, differs] of refusals)
    it(`says a sentence and offers no button for ${sentence}`, async () => {
      const bench = await aBench(differs);
      await act(bench);
      expect(bench.modal()).toContain(why);
      expect(bench.chat.views.at(-1)).not.toHaveProperty('submit');
      expect(bench.puts()).toBe(0);
    });
});

describe('a quarantine', () => {
  it('puts the label on, reads it back, says so, and is audited from beginning to end', async () => {
    const bench = await aBench();
    const said = await bench.respond('web-01');
    expect(said).toContain('web-01');
    expect(said).toContain('labelled for quarantine, waiting for policy');
    expect(said).toContain(`Labels read back: ${QUARANTINED}`);
    expect(said).not.toMatch(/contained|isolated/i);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(bench.puts()).toBe(1);
    expect(bench.touched).toContain(bench.host('web-01'));
    expect((await bench.audit()).at(0)).toBe('quarantine asked allowed');
    const last = (await bench.records()).at(-1);
    expect(last).toMatchObject({
      actor: MAYA,
      action: 'quarantine',
      verdict: 'done',
      reason: 'Malware suspected',
      before: OLD,
      after: QUARANTINED,
      alert: anAlert().id,
      requestIds: [expect.any(String)],
    });
  });

  it('remembers what it replaced before it writes', async () => {
    const bench = await aBench({ pce: dying('before') });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(async () => (await stateOf(bench))[0] === 'writing');
    expect((await bench.responses('web-01'))[0]?.change).toMatchObject({
      replaced: [],
      added: [{ key: 'Quarantine', value: 'Severe' }],
    });
    expect(bench.labels('web-01')).toBe(OLD);
  });

  it('is stopped, shown and audited when the labels changed since the form was opened: nothing is written', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.relabel('web-01', { app: 'shop', env: 'stage', loc: 'fra', role: 'web' });
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('Labels changed since you opened this (env prod → stage)');
    expect(bench.puts()).toBe(0);
    expect(bench.labels('web-01')).toBe('app=shop env=stage loc=fra role=web');
    expect(await stateOf(bench)).toEqual(['stopped']);
    expect((await bench.audit()).at(-1)).toMatch(/^quarantine stopped: Labels changed/);
  });

  it('is stopped and audited when he who asked has lost the right meanwhile', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.chat.groups.set('S0RESPOND', ['U0JO']);
    await done(bench.submit(draft));
    expect(bench.puts()).toBe(0);
    expect(bench.modal()).toMatch(/may not do this|You can't quarantine/);
    expect((await bench.audit()).at(-1)).toMatch(/^quarantine(?: asked)? (stopped|refused)/);
  });

  it('is stopped when the group cannot be read at that moment', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.chat.groups.delete('S0RESPOND');
    await done(bench.submit(draft));
    expect(bench.puts()).toBe(0);
    expect(bench.labels('web-01')).toBe(OLD);
  });

  it('is stopped when the host became unmanaged, or its mode fell, since the form was opened', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.sim.control.workload({ href: bench.host('web-01'), enforcement_mode: 'idle' });
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('idle mode');
    expect(bench.puts()).toBe(0);
  });

  it('fault 35: is stopped when the host is gone', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.sim.control.workload({ href: bench.host('web-01'), deleted: true });
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('is no longer in the PCE');
    expect(bench.puts()).toBe(0);
  });

  it('is stopped when the PCE is away before anything was written', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    const href = bench.host('web-01');
    bench.sim.control.fault({ path: '/workloads/*', method: 'GET', kind: 'reset' });
    await done(bench.submit(draft));
    bench.sim.control.clearFaults();
    expect((await bench.store.responsesOf('lab', href)).map(({ state }) => state)).toEqual(['stopped']);
    expect(bench.modal()).toContain('Nothing was done. The PCE could not be read');
    expect(bench.puts()).toBe(0);
  });

  it('happens once when the form is submitted twice', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    const first = bench.submit(draft);
    const second = bench.submit(draft);
    await Promise.all([done(first), done(second)]);
    expect(text((second.ack as { update: Modal }).update)).toContain('no longer valid. Nothing was done');
    expect(bench.puts()).toBe(1);
  });

  it('happens once when two people submit the same: the second reads what is so', async () => {
    const bench = await aBench();
    const first = await bench.open('web-01');
    const second = await bench.open('web-01', { person: JO });
    await Promise.all([done(bench.submit(first)), done(bench.submit(second, REASON, JO))]);
    expect(bench.puts()).toBe(1);
    expect((await stateOf(bench)).sort()).toEqual(['done', 'stopped']);
  });

  const unclear: readonly (readonly [string, Parameters<PceSimulator['control']['fault']>[0]])[] = [
    ['a reset connection', { path: '/workloads/*', method: 'PUT', kind: 'reset', after: 'apply', times: 1 }],
    [
      'HTTP 500',
      { path: '/workloads/*', method: 'PUT', kind: 'status', status: 500, after: 'apply', times: 1 },
    ],
    [
      'HTTP 504',
      { path: '/workloads/*', method: 'PUT', kind: 'status', status: 504, after: 'apply', times: 1 },
    ],
    ['a page of HTML', { path: '/workloads/*', method: 'PUT', kind: 'html', after: 'apply', times: 1 }],
  ];
  for (const [sentence, fault] of unclear)
    it(`fault 34: whose answer was lost to ${sentence} is decided by reading back: done, with exactly one PUT`, async () => {
      const bench = await aBench();
      const draft = await bench.open('web-01');
      bench.sim.control.fault(fault);
      await done(bench.submit(draft));
      expect(bench.labels('web-01')).toBe(QUARANTINED);
      expect(bench.modal()).toContain('labelled for quarantine');
      expect(await stateOf(bench)).toEqual(['done']);
      expect(bench.puts()).toBe(1);
    });

  it('whose PUT took no effect has failed, and says that the old labels are still there', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.sim.control.fault({ path: '/workloads/*', method: 'PUT', kind: 'reset', times: 1 });
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('It did not work as intended');
    expect(bench.modal()).toContain('the old ones are still there');
    expect(bench.labels('web-01')).toBe(OLD);
    expect(await stateOf(bench)).toEqual(['failed']);
    expect(putsAsked(bench)).toBe(1);
  });

  it('that the PCE refuses has failed, with the PCE’s word for it', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.sim.control.fault({ path: '/workloads/*', method: 'PUT', kind: 'status', status: 403, times: 1 });
    await done(bench.submit(draft));
    expect(bench.modal()).toContain('The PCE refused it');
    expect(await stateOf(bench)).toEqual(['failed']);
    expect((await bench.audit()).at(-1)).toMatch(/^quarantine failed: The PCE refused it/);
  });

  it('that cannot be read back stays open, says so, and is found done later without a second PUT', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    const href = bench.host('web-01');
    let reads = 0;
    const { workload } = bench.pce;
    const flaky = bench.again({
      pce: {
        ...bench.pce,
        workload: async (...args) => {
          reads += 1;
          if (reads === 3) bench.sim.control.fault({ path: '/workloads/*', method: 'GET', kind: 'reset' });
          return workload(...args);
        },
      },
    });
    const own = await bench.open('web-01', { responding: flaky });
    expect(draft).not.toBe(own);
    await done(bench.submit(own, REASON, MAYA, flaky));
    expect(bench.modal()).toContain("I don't know yet whether web-01 was changed");
    bench.sim.control.clearFaults();
    expect((await bench.store.responsesUnfinished()).map(({ state }) => state)).toEqual(['writing']);
    await bench.responding.resume();
    expect((await bench.store.responsesOf('lab', href)).map(({ state }) => state)).toEqual(['done']);
    expect(bench.puts()).toBe(1);
  });

  it('says in the channel, to him alone, what came of it when the form was closed', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    const handling = bench.submit(draft);
    bench.chat.views.length = 0;
    await done(handling);
    expect(bench.chat.answers.map(({ to }) => to)).toEqual(['C0SOC']);
    expect(shown(bench.chat.answers[0]?.message ?? { text: '', blocks: [] })).toContain(
      'labelled for quarantine',
    );
  });
});

const putsAsked = (bench: Bench): number =>
  bench.sim.control.state().requests.filter(({ method }) => method === 'PUT').length;

describe('a kill while it is carried out', () => {
  for (const [sentence, when] of [
    ['before the PUT went out', 'before'],
    ['after the PUT took effect', 'after'],
  ] as const)
    it(`fault 33: ${sentence}: the next start reads back, and the label is set exactly once`, async () => {
      const bench = await aBench({ pce: dying(when) });
      const draft = await bench.open('web-01');
      void done(bench.submit(draft));
      await until(async () => (await stateOf(bench))[0] === 'writing');
      if (when === 'after') await until(() => bench.puts() === 1);
      const real = realOf(bench);
      await bench.again({ pce: real }).resume();
      expect(bench.labels('web-01')).toBe(QUARANTINED);
      expect(bench.puts()).toBe(1);
      expect(await stateOf(bench)).toEqual(['done']);
      expect((await bench.audit()).at(-1)).toBe('quarantine done');
      await bench.again({ pce: real }).resume();
      expect(bench.puts()).toBe(1);
    });

  it('fault 33: before anything was written: the next start checks everything again and carries it out', async () => {
    const bench = await aBench({
      pce: (real) => {
        let reads = 0;
        // The form is read, the first step of carrying out never ends.
        return {
          ...real,
          workload: (...args) => {
            reads += 1;
            return reads === 2 ? new Promise(() => {}) : real.workload(...args);
          },
        };
      },
    });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(async () => (await stateOf(bench))[0] === 'requested');
    const real = realOf(bench);
    await bench.again({ pce: real }).resume();
    expect(await stateOf(bench)).toEqual(['done']);
    expect(bench.puts()).toBe(1);
  });

  it('before the PUT, and labels changed until the next start: nothing is written, and it says so', async () => {
    const bench = await aBench({ pce: dying('before') });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(async () => (await stateOf(bench))[0] === 'writing');
    bench.relabel('web-01', { app: 'shop', env: 'dev' });
    const real = realOf(bench);
    await bench.again({ pce: real }).resume();
    expect(await stateOf(bench)).toEqual(['failed']);
    expect(bench.puts()).toBe(0);
    expect(bench.chat.answers.map(({ to, message }) => [to, shown(message)])).toEqual([
      ['C0SOC', expect.stringContaining('It did not work as intended')],
    ]);
    expect(bench.labels('web-01')).toBe('app=shop env=dev');
  });

  it('before the PUT, and the right was lost until the next start: nothing is written', async () => {
    const bench = await aBench({ pce: dying('before') });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(async () => (await stateOf(bench))[0] === 'writing');
    bench.chat.groups.set('S0RESPOND', []);
    const real = realOf(bench);
    await bench.again({ pce: real }).resume();
    expect(await stateOf(bench)).toEqual(['stopped']);
    expect(bench.chat.answers.map(({ message }) => shown(message)).join()).toContain('Nothing was done');
    expect(bench.puts()).toBe(0);
  });

  it('and a configuration that names other labels at the next start: what was durable is written, or nothing', async () => {
    const bench = await aBench({ pce: dying('before') });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(async () => (await stateOf(bench))[0] === 'writing');
    const real = realOf(bench);
    const settings = {
      quarantine: { strategy: 'deny' as const, labels: { Quarantine: 'Mild' } },
      never: [],
      protected: [],
      management: { sources: [], services: [] },
    };
    await bench.again({ pce: real, settings }).resume();
    expect([OLD, QUARANTINED]).toContain(bench.labels('web-01'));
  });

  /** Sends the form in, and ends the process when it is to say what came of it; before that `meanwhile` happens. */
  const diesUntold = async (bench: Bench, meanwhile = (): void => {}) => {
    let dead = false;
    const updateView: typeof bench.chat.updateView = (...args) =>
      dead ? new Promise(() => {}) : bench.chat.updateView(...args);
    const process = bench.again({ chat: { ...bench.chat, updateView } });
    const draft = await bench.open('web-01', { responding: process });
    meanwhile();
    dead = true;
    void done(bench.submit(draft, REASON, MAYA, process));
    await until(() => bench.touched.length > 0);
    bench.touched.length = 0;
    return process;
  };

  it('after it was stopped, and before anybody was told: the next start tells the one who asked, once', async () => {
    const bench = await aBench();
    const dying = await diesUntold(bench, () =>
      bench.relabel('web-01', { app: 'shop', env: 'prod', loc: 'fra', role: 'web', ticket: 'inc-34' }),
    );
    expect(await stateOf(bench)).toEqual(['stopped']);
    // As long as its form may answer, nothing else does.
    await dying.resume();
    expect(bench.chat.answers).toEqual([]);

    const next = bench.again();
    await next.resume();
    expect(bench.chat.answers.map(({ to, message }) => [to, shown(message)])).toEqual([
      ['C0SOC', expect.stringContaining('ticket (none) → inc-34')],
    ]);
    await next.resume();
    await bench.again().resume();
    expect(bench.chat.answers).toHaveLength(1);
    expect(bench.puts()).toBe(0);
  });

  it('after it was done, and before that was announced: the next start announces it, and its alerts are shown anew', async () => {
    const bench = await aBench();
    await diesUntold(bench);
    expect(await stateOf(bench)).toEqual(['done']);
    expect(bench.announced).toEqual([]);

    await bench.again().resume();
    expect(bench.touched).toEqual([bench.host('web-01')]);
    await bench.again().resume();
    expect(bench.announced).toHaveLength(1);
    expect(bench.announced[0]).toContain('was labelled for quarantine');
    expect(bench.puts()).toBe(1);
  });

  it('after it was stopped, and the one who asked cannot be told alone: it is said where responses are announced', async () => {
    const bench = await aBench();
    await diesUntold(bench, () => bench.relabel('web-01', { app: 'shop', env: 'dev' }));
    const refused = async (): Promise<void> => {
      throw new ChatError('no-channel', 'user_not_in_channel');
    };
    await bench.again({ chat: { ...bench.chat, ephemeral: refused } }).resume();
    expect(bench.announced.join()).toContain('was stopped: Labels changed');
    await bench.again().resume();
    expect(bench.chat.answers).toEqual([]);
  });

  it('is waited for while the PCE is away', async () => {
    const bench = await aBench({ pce: dying('after') });
    const draft = await bench.open('web-01');
    void done(bench.submit(draft));
    await until(() => bench.puts() === 1);
    const real = realOf(bench);
    const next = bench.again({ pce: real });
    bench.sim.control.fault({ path: '/workloads/*', method: 'GET', kind: 'status', status: 503 });
    await next.resume();
    expect(await bench.store.responsesUnfinished()).toHaveLength(1);
    bench.sim.control.clearFaults();
    await next.resume();
    expect(await bench.store.responsesUnfinished()).toEqual([]);
    expect(bench.labels('web-01')).toBe(QUARANTINED);
    expect(bench.puts()).toBe(1);
  });
});

/** The adapter without what the test put in front of it. */
const realOf = ({ sim, clock }: Bench): Pce =>
  anAdapter(sim.url, { clock, settings: { write: { key: 'api_sim', secret: 'simsecret' } } });

describe('a release', () => {
  it('gives back exactly the labels there were', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    expect(await bench.respond('web-01', 'release')).toContain(`Labels read back: ${OLD}`);
    expect(bench.labels('web-01')).toBe(OLD);
    expect(bench.puts()).toBe(2);
    expect(await bench.store.quarantines('lab')).toEqual([]);
  });

  it('gives back replaced labels key by key, and keeps what others changed meanwhile', async () => {
    const settings = {
      quarantine: { strategy: 'replace' as const, labels: { app: 'erp', env: 'stage' } },
      never: [],
      protected: [],
      management: { sources: [], services: [] },
    };
    const bench = await aBench({ settings });
    await bench.respond('web-01');
    expect(bench.labels('web-01')).toBe('app=erp env=stage loc=fra role=web');
    bench.relabel('web-01', { app: 'erp', env: 'dev', loc: 'nyc', role: 'web' });
    const said = await bench.respond('web-01', 'release');
    expect(bench.labels('web-01')).toBe('app=shop env=dev loc=nyc role=web');
    expect(said).toContain('Somebody set env=dev meanwhile; it stays.');
  });

  it('takes off a quarantine label that somebody else put on, and only that', async () => {
    const bench = await aBench();
    bench.relabel('web-01', { app: 'shop', env: 'prod', Quarantine: 'Severe' });
    const draft = await bench.open('web-01', { action: 'release' });
    expect(bench.modal()).toContain('was not made by this bot');
    await done(bench.submit(draft));
    expect(bench.labels('web-01')).toBe('app=shop env=prod');
  });

  it('of a host that is not in quarantine is refused', async () => {
    const bench = await aBench();
    await bench.open('web-01', { action: 'release' });
    expect(bench.modal()).toContain('web-01 is not in quarantine');
  });

  it('is over, without a PUT, where somebody else has taken the label off', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    bench.relabel('web-01', { app: 'shop', env: 'prod' });
    await bench.respond('web-01', 'release');
    expect(bench.puts()).toBe(1);
    expect(await bench.store.quarantines('lab')).toEqual([]);
  });

  it('of a second quarantine gives back what the second one found', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    await bench.respond('web-01', 'release');
    bench.relabel('web-01', { app: 'hr', env: 'dev' });
    await bench.respond('web-01');
    await bench.respond('web-01', 'release');
    expect(bench.labels('web-01')).toBe('app=hr env=dev');
  });

  it('ends the quarantine also where its form was opened before that was read back', async () => {
    const bench = await aBench();
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = bench.again({
      pce: {
        ...bench.pce,
        putLabels: async (href, labels) => {
          const id = await bench.pce.putLabels(href, labels);
          await held;
          return id;
        },
      },
    });
    const quarantine = await bench.open('web-01', { responding: slow });
    const carried = done(bench.submit(quarantine, REASON, MAYA, slow));
    await until(() => bench.puts() === 1);
    const draft = await bench.open('web-01', { action: 'release', person: JO, soon: true });
    letGo();
    await carried;
    await done(bench.submit(draft, REASON, JO));
    expect(bench.labels('web-01')).toBe(OLD);
    expect(await bench.store.quarantines('lab')).toEqual([]);
  });

  it('survives a kill: the quarantine is released exactly once', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    const dead = bench.again({ pce: dying('after')(bench.pce) });
    const draft = await bench.open('web-01', { action: 'release', responding: dead });
    void done(bench.submit(draft, REASON, MAYA, dead));
    await until(() => bench.puts() === 2);
    await bench.again().resume();
    expect(bench.labels('web-01')).toBe(OLD);
    expect(bench.puts()).toBe(2);
    expect(await bench.store.quarantines('lab')).toEqual([]);
  });
});

describe('what a client sends', () => {
  const invalid: readonly (readonly [string, (bench: Bench, draft: string) => Handling])[] = [
    ['a forged form', (bench) => bench.submit('forged')],
    ['no form at all', (bench) => bench.submit('')],
    ['the form of another person', (bench, draft) => bench.submit(draft, REASON, JO)],
    [
      'the same person of another workspace',
      (bench, draft) => bench.submit(draft, REASON, { ...MAYA, team: 'T2' }),
    ],
    [
      'a form of half an hour ago',
      (bench, draft) => {
        bench.clock.advance(31 * MINUTE);
        return bench.submit(draft);
      },
    ],
    ['a form of before a restart', (bench, draft) => bench.submit(draft, REASON, MAYA, bench.again())],
  ];
  for (const [sentence, send] of invalid)
    it(`does nothing and says so: ${sentence}`, async () => {
      const bench = await aBench();
      const handling = send(bench, await bench.open('web-01'));
      await done(handling);
      expect(text((handling.ack as { update: Modal }).update)).toContain('Nothing was done');
      expect(bench.puts()).toBe(0);
      expect(await bench.responses('web-01')).toEqual([]);
    });

  it('leaves the form of a person usable when another one tried it', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    bench.submit(draft, REASON, JO);
    await done(bench.submit(draft));
    expect(bench.puts()).toBe(1);
  });

  for (const [sentence, values, field] of [
    ['no reason', { reason: '', words: '', ticket: '' }, 'reason'],
    ['"other" without words', { reason: 'other', words: '  ', ticket: '' }, 'words'],
  ] as const)
    it(`is asked for a reason: ${sentence}`, async () => {
      const bench = await aBench();
      const draft = await bench.open('web-01');
      const handling = bench.submit(draft, values);
      expect(handling.ack).toEqual({ errors: { [field]: 'Say why: it stands in the audit log.' } });
      expect(handling.work).toBeUndefined();
      await done(bench.submit(draft));
      expect(bench.puts()).toBe(1);
    });

  it('stands in the audit log as it was written', async () => {
    const bench = await aBench();
    const draft = await bench.open('web-01');
    await done(bench.submit(draft, { reason: 'other', words: 'saw *beacons* <!channel>', ticket: 'SEC-1' }));
    expect((await bench.records()).at(-1)).toMatchObject({
      reason: 'saw *beacons* <!channel>',
      ticket: 'SEC-1',
    });
  });
});

describe('what comes after', () => {
  it('puts back, once, a label that somebody set between our last read and our PUT', async () => {
    let relabel = (): void => {};
    const bench = await aBench({
      pce: (real) => ({
        ...real,
        putLabels: (href, labels) => {
          relabel();
          relabel = () => {};
          return real.putLabels(href, labels);
        },
      }),
    });
    relabel = () =>
      bench.relabel('web-01', { app: 'shop', env: 'prod', loc: 'fra', role: 'web', Quarantine: 'Mild' });
    const draft = await bench.open('web-01');
    await done(bench.submit(draft));
    const { events } = await bench.pce.events(bench.clock.now() - 10 * MINUTE, bench.clock.now() + MINUTE);
    await bench.responding.compare('lab', events);
    await bench.responding.compare('lab', events);
    expect(bench.puts()).toBeLessThanOrEqual(2);
    expect(bench.labels('web-01')).toContain('Quarantine=Severe');
  });

  it('puts back a label of another key that was overwritten, tells and audits it', async () => {
    let relabel = (): void => {};
    const bench = await aBench({
      pce: (real) => ({
        ...real,
        putLabels: (href, labels) => {
          relabel();
          relabel = () => {};
          return real.putLabels(href, labels);
        },
      }),
    });
    bench.relabel('web-01', { app: 'shop', env: 'prod' });
    relabel = () => bench.relabel('web-01', { app: 'shop', env: 'prod', loc: 'nyc' });
    const draft = await bench.open('web-01');
    await done(bench.submit(draft));
    expect(bench.labels('web-01')).toBe('app=shop env=prod Quarantine=Severe');
    const { events } = await bench.pce.events(bench.clock.now() - 10 * MINUTE, bench.clock.now() + MINUTE);
    await bench.responding.compare('lab', events);
    await bench.responding.compare('lab', events);
    expect(bench.labels('web-01')).toBe('app=shop env=prod loc=nyc Quarantine=Severe');
    expect(bench.puts()).toBe(2);
    expect(bench.troubles).toEqual([
      expect.stringContaining('somebody else set loc=nyc; that was overwritten. It has been put back.'),
    ]);
    expect((await bench.audit()).at(-1)).toBe('repair done');
  });

  it('sees the policy reach the host, and has its messages say so', async () => {
    const bench = await aBench();
    await bench.respond('web-01');
    const before = bench.touched.length;
    bench.sim.control.clock({ advance_ms: MINUTE });
    bench.clock.advance(1_000);
    await bench.responding.watch();
    const [response] = await bench.responses('web-01');
    expect(response?.policy?.appliedAt).toBeGreaterThan(0);
    expect(bench.touched.length).toBeGreaterThan(before);
    expect(response?.policy?.effect?.verdict).toBe('isolated');
    expect(await bench.store.responsesWatched()).toHaveLength(1);
    // Later it is read once a minute, until a heartbeat came: all five facts are known then.
    bench.clock.advance(12 * MINUTE);
    await bench.responding.watch();
    const [known] = await bench.responses('web-01');
    expect(known?.policy?.heartbeatAt).toBeGreaterThanOrEqual(known?.policy?.appliedAt ?? Number.NaN);
    expect(await bench.store.responsesWatched()).toEqual([]);
  });
});

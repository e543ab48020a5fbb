import { describe, expect, it } from 'vitest';
import type { Alert, Person } from '../../src/core/alert.ts';
import { parseCron } from '../../src/core/cron.ts';
import { narrowest } from '../../src/core/matcher.ts';
import type { Message } from '../../src/core/ports.ts';
import type { Settings } from '../../src/core/settings.ts';
import { SILENCE_CHOICES } from '../../src/core/silence-trial.ts';
import { createSilencing } from '../../src/pipelines/silencing.ts';
import { aBench, anAlert, someHosts, someRoles } from '../support/asking.ts';
import { buttonsOf, shown } from '../support/blocks.ts';
import { HOUR, MINUTE, T0 } from '../support/builders.ts';

const MAYA: Person = { team: 'T1', user: 'U0MAYA' };
const ANA: Person = { team: 'T1', user: 'U0ANA' };
const [web] = someHosts;

/** A bench on which twenty alerts of other hosts fired, and one of web-01; ana approves. */
const aSilencer = async () => {
  const bench = aBench({ settings: { roles: { ...someRoles, approver: [ANA] } } });
  await bench.store.commit([
    { type: 'alert-fired', alert: anAlert({ workloads: [web?.href ?? ''] }) },
    ...Array.from({ length: 20 }, (_, n) => ({
      type: 'alert-fired' as const,
      alert: anAlert({
        id: `other${n}`,
        subject: { kind: 'workload', href: `/orgs/1/workloads/o${n}`, name: `o${n}` },
      }),
    })),
  ]);
  const said: string[] = [];
  const press = async (
    button: string,
    person = MAYA,
    deed: 'confirm-silence' | 'approve-silence' = 'confirm-silence',
  ) => {
    said.length = 0;
    await bench.act(
      deed === 'confirm-silence'
        ? { verb: deed, draft: button.split('@')[0] ?? '', choice: Number(button.split('@')[1]) }
        : { verb: deed, id: button },
      {
        person,
        channel: 'C0SOC',
        show: async (answer) => void said.push(shown(answer)),
      },
    );
    return said.join('\n');
  };
  const draftOf = async (text: string): Promise<string> => {
    const [preview] = await bench.messages(text);
    return preview === undefined ? '' : (buttonsOf(preview)[0]?.value ?? '');
  };
  return { ...bench, press, draftOf };
};

describe('/illumio silence', () => {
  it('shows what it hides now and would have hidden, and hides nothing before yes is said', async () => {
    const bench = await aSilencer();
    const preview = await bench.ask('silence host=web-01 for 2h because patching');
    expect(preview).toContain('repeats of 1 alert: web-01');
    expect(preview).toContain('would have hidden 1 of 21 alerts');
    expect(await bench.store.silences()).toEqual([]);
  });

  it('from a message offers what the role may set alone, and what an approver has to agree to', async () => {
    const bench = await aSilencer();
    const shownTo: Message[] = [];
    const [alert] = await bench.store.firing();
    await bench.act(
      { ...narrowest(alert as Alert), verb: 'silence', forMs: SILENCE_CHOICES },
      { person: MAYA, channel: 'C0SOC', show: async (answer) => void shownTo.push(answer) },
    );
    const [preview] = shownTo;
    expect(buttonsOf(preview as Message).map(({ text }) => text)).toEqual([
      'Silence for 1 h',
      'Silence for 4 h',
      'Silence for 8 h',
      'Ask for 1 d',
      'Ask for 7 d',
    ]);
    expect(shown(preview as Message)).toContain('*Needs an approver* for 1 d: it is longer than 8 h');
    await bench.press(buttonsOf(preview as Message)[1]?.value ?? '');
    expect(await bench.store.silences()).toMatchObject([{ state: 'active', until: T0 + 4 * HOUR }]);
  });

  it.each(['@7', '@-1'])('a choice nobody was offered sets nothing: %j', async (choice) => {
    const bench = await aSilencer();
    const [draft] = (await bench.draftOf('silence host=web-01 for 2h because patching')).split('@');
    expect(await bench.press(`${draft}${choice}`)).toContain('expired');
    expect(await bench.store.silences()).toEqual([]);
  });

  it('is set by one responder where it is narrow, announced and audited', async () => {
    const bench = await aSilencer();
    await bench.press(await bench.draftOf('silence host=web-01 for 2h because patching'));
    expect(await bench.store.silences()).toMatchObject([
      { state: 'active', by: MAYA, reason: 'patching', until: T0 + 2 * HOUR },
    ]);
    expect(bench.announced.map(shown).join()).toContain('patching');
    expect(bench.audit.entries.map(({ action }) => action)).toContain('silence');
  });

  it.each([
    ['longer than 8 h', 'silence host=web-01 for 9h because patching'],
    ['without a label or a host', 'silence rule=firewall-tampering for 1h because patching'],
    ['more than a fifth of 7 days', 'silence host=o* for 1h because patching'],
    ['of criticals', 'silence host=web-01 severity=critical for 1h because patching'],
  ])('waits for an approver when it is %s; who asked is not enough', async (_, text) => {
    const bench = await aSilencer();
    await bench.press(await bench.draftOf(text));
    const [row] = await bench.store.silences();
    expect(row?.state).toBe('asked');
    expect(await bench.press(row?.id ?? '', MAYA, 'approve-silence')).toContain('Another person');
    await bench.press(row?.id ?? '', ANA, 'approve-silence');
    expect((await bench.store.silences())[0]).toMatchObject({ state: 'active', approvedBy: ANA });
  });

  it.each([
    ['for more than 7 days', 'silence host=web-01 for 8d because patching', 'longer than 7 days'],
    ['without an end', 'silence host=web-01 because patching', 'has an end'],
    ['without a reason', 'silence host=web-01 for 2h', 'says why'],
    ['of a rule there is not', 'silence rule=firewall-tampring for 2h because x', 'firewall-tampering'],
    ['of a label there is not', 'silence env=prd for 2h because x', 'env=prod'],
    ['of everything', 'silence for 2h because x', 'names what it hides'],
  ])('is refused %s', async (_, text, why) => {
    const bench = await aSilencer();
    expect(await bench.ask(text)).toContain(why);
    expect(await bench.store.silences()).toEqual([]);
  });

  it('is refused to who is no responder, and the refusal is audited', async () => {
    const bench = await aSilencer();
    expect(await bench.ask('silence host=web-01 for 2h because x', 'U0VIC')).toContain("can't");
    expect(bench.audit.entries.at(-1)).toMatchObject({ verdict: 'refused' });
  });

  it('ends by /illumio unsilence', async () => {
    const bench = await aSilencer();
    await bench.press(await bench.draftOf('silence host=web-01 for 2h because patching'));
    const [row] = await bench.store.silences();
    expect(await bench.ask('silences')).toContain('patching');
    await bench.ask(`unsilence ${row?.id}`);
    expect((await bench.store.silences())[0]).toMatchObject({ state: 'ended', endedBy: MAYA });
  });
});

describe('the loop of silences', () => {
  const aLoop = (settings: Pick<Settings, 'silences' | 'maintenance'>) => {
    const bench = aBench();
    const announced: string[] = [];
    const run = createSilencing({
      store: bench.store,
      clock: bench.clock,
      settings,
      announce: (_key, line) => void announced.push(shown(line)),
      idOf: (text) => String(text.length),
    });
    return { ...bench, run, announced };
  };

  it('ends what has had its time, and says once what it hid', async () => {
    const bench = aLoop({
      silences: [
        {
          matcher: { rules: [], severities: [], host: 'web-*' },
          until: T0 + HOUR,
          author: 'job',
          reason: 'lab',
        },
      ],
    });
    await bench.run();
    const [row] = await bench.store.silences();
    expect(row).toMatchObject({ state: 'active', byName: 'job' });
    await bench.store.commit([{ type: 'silence-hid', id: row?.id ?? '', fingerprint: 'f', name: 'web-01' }]);
    await bench.clock.advance(HOUR);
    for (let n = 0; n < 3; n += 1) await bench.run();
    expect(bench.announced).toHaveLength(1);
    expect(bench.announced[0]).toContain('web-01');
  });

  it('opens a maintenance window in its zone, once, and closes it', async () => {
    const cron = parseCron('0 11 * * sun');
    if (cron === undefined) throw new Error('no cron');
    const window = {
      labels: 'env=dev',
      rules: [],
      cron,
      zone: 'Europe/Berlin',
      forMs: HOUR,
      reason: 'patching',
    };
    const bench = aLoop({ maintenance: [window] });
    await bench.run();
    await bench.clock.advance(MINUTE);
    await bench.run();
    expect(await bench.store.silences()).toMatchObject([{ state: 'active', until: T0 + HOUR }]);
    await bench.clock.advance(HOUR);
    await bench.run();
    expect((await bench.store.silences())[0]?.state).toBe('ended');
  });
});

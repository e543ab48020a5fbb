import { describe, expect, it } from 'vitest';
import { aBench, someHosts } from '../support/asking.ts';
import { buttonsOf } from '../support/blocks.ts';
import { aWorkload, labels } from '../support/builders.ts';

const hrefOf = (name: string): string => someHosts.find((host) => host.name === name)?.href ?? '';

describe('/illumio quarantine', () => {
  it('opens the form for exactly one managed host, and changes nothing itself', async () => {
    const bench = aBench();
    expect(await bench.ask('quarantine web-01')).toBe('');
    expect(bench.opened).toEqual([{ action: 'quarantine', pce: 'prod-east', hrefs: [hrefOf('web-01')] }]);
    expect(bench.pce.asked).toEqual([]);
  });

  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      'says plainly that a host is not managed',
      'quarantine printer-1',
      'printer-1 is not managed: it has no VEN',
      '',
    ],
    [
      'offers the nearest name, never a pattern',
      'quarantine wbe-01',
      'Nearest: web-01',
      '/illumio quarantine web-01',
    ],
    [
      'takes no options of other commands',
      'quarantine web-01 --share',
      'does not know the option "--share"',
      '/illumio quarantine web-01',
    ],
  ];
  for (const [sentence, words, says, copy] of cases)
    it(sentence, async () => {
      const bench = aBench();
      const said = await bench.ask(words);
      expect(said).toContain(says);
      expect(said.split('\n').at(-1)).toContain(copy);
      expect(bench.opened).toEqual([]);
    });

  it('two hosts of one name are told apart by PCE, or by address', async () => {
    const twin = (href: string, address: string) =>
      aWorkload({ name: 'web-01', href, interfaces: [{ name: '', address }] });
    const two = aBench({
      pces: {
        'prod-east': [twin('/orgs/1/workloads/a', '192.0.2.1')],
        'prod-west': [twin('/orgs/1/workloads/b', '192.0.2.2')],
      },
    });
    expect(await two.ask('quarantine web-01')).toBe(
      'One host at a time: 2 match web-01: web-01 (prod-east) and web-01 (prod-west). Try /illumio quarantine web-01 --pce prod-east',
    );
    const one = aBench({
      pces: {
        'prod-east': [twin('/orgs/1/workloads/a', '192.0.2.1'), twin('/orgs/1/workloads/b', '192.0.2.2')],
      },
    });
    expect(await one.ask('quarantine web-01')).toContain(
      'web-01 (192.0.2.1) and web-01 (192.0.2.2). Try /illumio quarantine 192.0.2.1',
    );
  });

  it('is off without a configured strategy', async () =>
    expect(await aBench({ settings: { quarantine: undefined } }).ask('quarantine web-01')).toContain(
      'Quarantine is off',
    ));

  it('analysts may not, and nothing opens', async () => {
    const bench = aBench();
    expect(await bench.ask('quarantine web-01', 'U0ANA')).toContain(
      "You can't use quarantine: it needs the role responder",
    );
    expect(bench.opened).toEqual([]);
  });
});

describe('a command that does not say what it is about', () => {
  it.each(['quarantine', 'investigate', 'silence'])('%s alone asks it in a form', async (words) => {
    const bench = aBench();
    expect(await bench.ask(words, words === 'investigate' ? 'U0ANA' : 'U0MAYA')).toBe('');
    expect(bench.forms).toEqual([{ command: words, chosen: [] }]);
  });

  it('the form opens with the hosts that were found; what nothing can be done to is left out', async () => {
    const bench = aBench();
    await bench.ask(`quarantine --choose ${['web-01', 'printer-1', 'web-02'].map(hrefOf).join(' ')}`);
    expect(bench.forms).toEqual([{ command: 'quarantine', chosen: ['web-01', 'web-02'] }]);
  });

  it('the message that speaks for it goes with what is chosen, as a link', async () => {
    const bench = aBench();
    await bench.ask(`quarantine ${hrefOf('web-01')} ${hrefOf('web-02')} --pce prod-east --message 1.2`);
    expect(bench.opened).toMatchObject([
      { action: 'quarantine', evidence: expect.stringContaining('C0SOC') },
    ]);
    expect(await bench.ask('quarantine web-01 --message now')).toContain(
      'does not know the option "--message"',
    );
  });

  it.each([
    ['a name that nobody bears', 'quarantine --choose web-99', 'No workload matches "web-99"'],
    [
      'an option it does not take',
      'quarantine --choose --share web-01',
      'does not know the option "--share"',
    ],
  ])('says %s instead', async (_, words, says) => {
    const bench = aBench();
    expect(await bench.ask(words)).toContain(says);
    expect(bench.forms).toEqual([]);
  });

  it('is a button where no form can open: in a thread, by naming the bot', async () => {
    const bench = aBench();
    await bench.run(bench.inbound('quarantine', { triggerId: '', responseUrl: '', thread: '1.2' }));
    const [answer] = bench.chat.answers.slice(-1);
    expect(buttonsOf(answer?.message ?? { text: '', blocks: [] })).toEqual([
      { action: 'ask.quarantine', value: 'quarantine', text: 'Quarantine…' },
    ]);
  });

  it('needs the role of its command', async () => {
    const bench = aBench();
    expect(await bench.ask('quarantine', 'U0VIC')).toContain("You can't use quarantine");
    expect(bench.forms).toEqual([]);
  });
});

describe('/illumio quarantine for several hosts', () => {
  it.each([
    ['a pattern', 'quarantine web*', ['web-01', 'web-02', 'web-07']],
    ['names, each once', 'quarantine web-01 web-07 web-01', ['web-01', 'web-07']],
    [
      'hosts that were chosen in a form',
      `quarantine ${hrefOf('web-01')} ${hrefOf('web-07')} --pce prod-east`,
      ['web-01', 'web-07'],
    ],
  ])('opens one form for %s', async (_, words, names) => {
    const bench = aBench();
    expect(await bench.ask(words)).toBe('');
    expect(bench.opened).toEqual([{ action: 'quarantine', pce: 'prod-east', hrefs: names.map(hrefOf) }]);
  });

  const many = Array.from({ length: 11 }, (_, n) =>
    aWorkload({ name: `app-${n + 10}`, href: `/orgs/1/workloads/app-${n}` }),
  );
  it.each([
    ['more than ten', 'quarantine app-*', '11 hosts match app-*, and I quarantine at most 10 at once'],
    ['one name that nobody bears', 'quarantine app-10 app-99', 'No workload matches "app-99"'],
    ['a pattern that matches nothing', 'quarantine sql*', 'No workload matches "sql*"'],
  ])('refuses %s, and opens nothing', async (_, words, says) => {
    const bench = aBench({ pces: { 'prod-east': many } });
    expect(await bench.ask(words)).toContain(says);
    expect(bench.opened).toEqual([]);
  });

  it('refuses hosts of two PCEs', async () => {
    const [a, b] = many;
    const bench = aBench({ pces: { east: a ? [a] : [], west: b ? [b] : [] } });
    expect(await bench.ask('quarantine app*')).toContain('matches hosts on east and west');
  });
});

describe('/illumio release', () => {
  it('says that there is nothing to release', async () => {
    const bench = aBench();
    expect(await bench.ask('release web-01')).toContain(
      'web-01 is not in quarantine: this bot has put no label on it',
    );
    expect(bench.opened).toEqual([]);
  });

  it('opens for a host that somebody else labelled', async () => {
    const bench = aBench({
      pces: { 'prod-east': [aWorkload({ name: 'web-01', labels: labels('env=prod Quarantine=Severe') })] },
    });
    expect(await bench.ask('release web-01')).toBe('');
    expect(bench.opened).toHaveLength(1);
  });
});

describe('/illumio can-i', () => {
  it('hands one managed host and the action to what decides, for the asker and his channel', async () => {
    const bench = aBench();
    expect(await bench.ask('can-i quarantine web-01', 'U0VIC')).toBe('explained');
    expect(bench.explained).toMatchObject([
      { action: 'quarantine', href: hrefOf('web-01'), person: { user: 'U0VIC' }, channel: 'C0SOC' },
    ]);
  });

  it.each([
    [
      'wants an action and a host',
      'can-i',
      'I expected an action and a host.',
      '/illumio can-i quarantine web-01',
    ],
    [
      'offers the nearest action',
      'can-i quarantien web-02',
      'I know no action "quarantien". Actions: quarantine',
      '/illumio can-i quarantine web-02',
    ],
    [
      'knows nothing that nobody can ask for',
      'can-i repair web-01',
      'I know no action "repair"',
      '/illumio can-i',
    ],
    [
      'takes one host',
      'can-i quarantine web*',
      'One host at a time: 3 match web*',
      '/illumio can-i quarantine web-01',
    ],
  ])('%s', async (_, words, says, copy) => {
    const bench = aBench();
    const said = await bench.ask(words);
    expect(said).toContain(says);
    expect(said).toContain(copy);
    expect(bench.explained).toEqual([]);
  });
});

describe('/illumio enforcement', () => {
  it('opens the form for one host and a mode', async () => {
    const bench = aBench();
    expect(await bench.ask('enforcement web-01 full')).toBe('');
    expect(bench.opened).toEqual([
      { action: 'enforcement', pce: 'prod-east', hrefs: [hrefOf('web-01')], wanted: 'full' },
    ]);
  });

  it.each([
    [
      'a mode there is not',
      'enforcement web-01 ful',
      'There is no mode "ful"',
      '/illumio enforcement web-01 full',
    ],
    ['no mode', 'enforcement web-01', 'I expected a host and a mode.', '/illumio enforcement web-01'],
    [
      'several hosts',
      'enforcement web* full',
      'One host at a time: 3 match web*',
      '/illumio enforcement web-01',
    ],
  ])('refuses %s', async (_, words, says, copy) => {
    const bench = aBench();
    const said = await bench.ask(words);
    expect(said).toContain(says);
    expect(said).toContain(copy);
    expect(bench.opened).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { aBench, someRoles } from '../support/asking.ts';
import { shown } from '../support/blocks.ts';
import { HOUR, MINUTE } from '../support/builders.ts';
import { aChannel } from '../support/fakes.ts';

describe('A command that is not one', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'gets the nearest, with its words kept',
      'wrokload web-01',
      'There is no command "wrokload". Did you mean workload? Try /illumio workload web-01',
    ],
    ['gets help when nothing is near', 'xyzzy', 'There is no command "xyzzy". Try /illumio help'],
    ['in another case is the command', 'STATUS', '✓ I am working'],
    ['that tries to mention everybody is only text', '<!channel>', 'There is no command "<!channel>".'],
  ];
  for (const [sentence, words, says] of cases)
    it(sentence, async () => expect(await aBench().ask(words)).toContain(says));
});

describe('Who may ask', () => {
  it('a guest may nothing, and it is audited with the reason', async () => {
    const bench = aBench();
    expect(await bench.ask('help', 'U0GUS')).toBe(
      "You can't use help: this is a guest account. Nothing was changed; this attempt is in the audit log.",
    );
    expect(bench.audit.entries).toMatchObject([
      {
        action: 'command help',
        verdict: 'refused',
        why: 'this is a guest account',
        actor: { team: 'T1', user: 'U0GUS' },
      },
    ]);
  });

  it('a group that cannot be read gives nobody its role', async () => {
    const bench = aBench();
    bench.chat.groups.delete('S0RESPOND');
    const said = await bench.ask('test');
    expect(said).toContain('the members of a user group that may do this cannot be read right now');
    expect(said).toContain('People who can: @S0RESPOND');
    expect(bench.chat.posts).toEqual([]);
  });

  it('what is asked is audited, its answer is not', async () => {
    const bench = aBench();
    await bench.ask('workload web-01', 'U0ANA');
    expect(bench.audit.entries).toEqual([
      {
        actor: { team: 'T1', user: 'U0ANA' },
        actorName: 'u0ana',
        action: 'command workload',
        verdict: 'allowed',
        role: 'viewer, full member of the workspace',
        channel: 'C0SOC',
        reason: 'workload web-01',
      },
    ]);
  });

  it('a role for some labels does not read the whole estate', async () => {
    const analyst = [
      { members: [{ group: 'S0ANALYST' }], labels: 'env=dev', channels: undefined, actions: undefined },
    ];
    const bench = aBench({ settings: { roles: { ...someRoles, analyst } } });
    expect(await bench.ask('top', 'U0ANA')).toContain(
      'your analyst role covers only env=dev, this is about the whole estate',
    );
    expect(await bench.ask('workload web-07', 'U0ANA')).toContain('Listening');
    expect(await bench.ask('workload web-01', 'U0ANA')).not.toContain('Listening');
  });

  it('thirty commands in ten minutes, then a pause; others are not held back', async () => {
    const bench = aBench();
    for (let i = 0; i < 30; i++) await bench.ask('status', 'U0VIC');
    expect(await bench.ask('status', 'U0VIC')).toContain('You have given 30 commands within 10 minutes');
    expect(await bench.ask('status', 'U0ANA')).toContain('I am working');
    await bench.clock.advance(10 * MINUTE);
    expect(await bench.ask('status', 'U0VIC')).toContain('I am working');
  });
});

describe('An answer for everybody', () => {
  it('is posted where the configuration allows it', async () => {
    const bench = aBench();
    expect(await bench.ask('status --share', 'U0ANA', 'C0TEAM')).toBe('');
    expect(bench.chat.posts.map(({ channel, message }) => [channel, shown(message).split('\n')[0]])).toEqual([
      ['C0TEAM', '✓ I am working for 2 h now.'],
    ]);
    expect(bench.audit.entries.map(({ action }) => action)).toEqual(['command status', 'command share']);
  });

  const alone: readonly (readonly [string, string, string, string])[] = [
    [
      'another channel',
      'U0ANA',
      'C0SOC',
      'Not shared: this channel is not one of share_channels in the configuration.',
    ],
    [
      'somebody who may not share',
      'U0VIC',
      'C0TEAM',
      'Not shared: it needs the role analyst, which you do not have.',
    ],
  ];
  for (const [sentence, user, channel, says] of alone)
    it(`${sentence}: only the asker reads it, and why`, async () => {
      const bench = aBench();
      const said = await bench.ask('status --share', user, channel);
      expect(said).toContain('I am working');
      expect(said).toContain(says);
      expect(bench.chat.posts).toEqual([]);
    });

  it('a channel shared with another organisation: only the asker reads it', async () => {
    const bench = aBench();
    bench.chat.channels.set('C0TEAM', aChannel('C0TEAM', { external: true }));
    expect(await bench.ask('status --share', 'U0ANA', 'C0TEAM')).toContain(
      'shared with another organisation',
    );
    expect(bench.chat.posts).toEqual([]);
  });
});

describe('When something fails, a person reads one plain sentence and the log has the error', () => {
  const cases = [
    ['unauthorised', 'it does not accept the key of this bot'],
    ['forbidden', 'the key of this bot may not do this there'],
    ['rate-limited', 'it is busy; please ask again in a minute'],
    ['unavailable', 'it does not answer'],
    ['timeout', 'it did not answer in time'],
    ['bad-answer', 'its answer cannot be read'],
  ] as const;
  for (const [code, says] of cases)
    it(code, async () => {
      const bench = aBench();
      bench.pce.failing = { code, message: 'the very reason' };
      expect(await bench.ask('top')).toContain(`I could not read prod-east: ${says}`);
      expect(bench.log.lines).toMatchObject([{ level: 'error', message: 'a command failed' }]);
    });

  it('a fault of our own names nothing of it', async () => {
    const bench = aBench();
    bench.pce.health = async () => {
      throw new TypeError('secret of the inside');
    };
    const said = await bench.ask('health');
    expect(said).toBe(
      'Something went wrong in the bot, and it is in its log. Nothing was changed; please try again.',
    );
    expect(bench.log.lines).toHaveLength(1);
  });

  it('an answer that Slack does not take is logged and ends there', async () => {
    const bench = aBench();
    const used = bench.inbound('status');
    for (let i = 0; i < 5; i++) await bench.chat.respond(used.responseUrl, { text: 'x', blocks: [] });
    await bench.run(used);
    expect(bench.log.lines.map(({ message }) => message)).toEqual([
      'a command failed',
      'the answer to a command could not be given',
    ]);
  });
});

describe('A slow answer', () => {
  it('is announced after two seconds, and given when it is there', async () => {
    const bench = aBench();
    let go = (): void => {};
    bench.pce.waits = new Promise((resolve) => {
      go = resolve;
    });
    const answer = bench.ask('top');
    await bench.clock.advance(0);
    await bench.clock.advance(0);
    await bench.clock.advance(1_999);
    expect(bench.chat.answers).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.chat.answers.map(({ message }) => shown(message))).toEqual([
      'Reading prod-east … queued, 2 s\n[Stop]',
    ]);
    go();
    expect(await answer).toContain('Top sources by connections');
    expect(bench.chat.answers).toHaveLength(2);
  });

  it('a quick one is not announced', async () => {
    const bench = aBench();
    await bench.ask('top');
    await bench.clock.advance(HOUR);
    expect(bench.chat.answers).toHaveLength(1);
  });
});

it('a command that stands for a button without a response_url is answered in its channel', async () => {
  const bench = aBench();
  await bench.run(bench.inbound('status', { responseUrl: '' }));
  expect(bench.chat.answers.map(({ to }) => to)).toEqual(['C0SOC']);
});

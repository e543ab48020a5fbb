import { describe, expect, it } from 'vitest';
import { type Alert, inLines, NAMED_IN_ROOT, type Reason } from '../../src/core/alert.ts';
import type { Message } from '../../src/core/ports.ts';
import type { PolicyFacts } from '../../src/core/response.ts';
import { SEVERITIES } from '../../src/core/severity.ts';
import { alertLine, alertRoot, type ShownAlert } from '../../src/views/alert.ts';
import { aSlackLab, virtualClock } from '../pipelines/support.ts';
import { anAlert } from '../support/asking.ts';
import { buttonsOf, problemsOf, shown } from '../support/blocks.ts';
import { anIncident, aSubject, aWorkload, HOUR, MINUTE, T0 } from '../support/builders.ts';

const MAYA = { team: 'T1', user: 'U0MAYA001' };

type Parts = Partial<Omit<ShownAlert, 'alert'>> & { readonly alert?: Partial<Alert> };
const aHost = (name = 'web-01', { alert, ...parts }: Parts = {}): ShownAlert => ({
  workload: aWorkload({ name, labels: 'app=shop env=prod role=web' }),
  quarantine: undefined,
  link: 'https://pce.example.com/#/workloads/1',
  ...parts,
  alert: anAlert({
    id: `id-${name}`.slice(0, 30),
    fingerprint: name,
    subject: aSubject(name),
    title: `Firewall tampering on ${name}`,
    ...alert,
  }),
});

const RULE = {
  title: 'Firewall tampering',
  todo: 'Look at who was logged in and what ran at that time.',
};
const root = (alerts: readonly ShownAlert[], notify?: string): Message =>
  alertRoot({ incident: anIncident(), alerts, ...RULE }, notify);
const line = (alerts: readonly ShownAlert[], reason: Reason = 'more', notify?: string): Message =>
  alertLine({ incident: anIncident(), alerts, ...RULE }, reason, notify);

const hostsNamed = (n: number, long = ''): ShownAlert[] =>
  Array.from({ length: n }, (_, i) => aHost(`h${String(i).padStart(4, '0')}${long}`));

/** The messages an incident with these alerts is told in when all are found at once: as dispatch cuts them. */
const messagesOf = (alerts: readonly ShownAlert[]): Message[] => {
  const byId = new Map(alerts.map((one) => [one.alert.fingerprint, one]));
  const rest = inLines(alerts.slice(NAMED_IN_ROOT).map(({ alert }) => alert));
  return [root(alerts), ...rest.map((ids) => line(ids.flatMap((id) => byId.get(id) ?? [])))];
};

describe('the messages of an incident', () => {
  for (const n of [1, 2, 10, 11, 300, 1_000])
    for (const [kind, long] of [
      ['short names', ''],
      ['names of a cloud', '.eu-central-1.compute.internal.example.com'],
    ] as const)
      it(`name every one of ${n} hosts with ${kind}, within the limits of Slack`, () => {
        const alerts = hostsNamed(n, long);
        const messages = messagesOf(alerts);
        for (const message of messages) {
          expect(problemsOf(message)).toEqual([]);
          expect(message.text.length).toBeLessThanOrEqual(120);
        }
        const said = messages.map(shown).join('\n');
        for (const { alert } of alerts) expect(said).toContain(alert.subject.name);
        expect(messages.length).toBeLessThanOrEqual(1 + Math.ceil(n / 150));
      });

  it('link the runbook of the rule, and nothing that is no link', () => {
    const with_ = (runbook: string): string =>
      shown(alertRoot({ incident: anIncident(), alerts: [aHost()], ...RULE, runbook }));
    expect(with_('https://wiki.example.com/a|b')).toContain('<https://wiki.example.com/a%7Cb|Runbook>');
    expect(with_('javascript:alert(1)')).not.toContain('Runbook');
    expect(shown(root([aHost()]))).not.toContain('Runbook');
  });

  it('are led by what is said of all their hosts together, which is no host among them', () => {
    const lead = aHost('prod-east', {
      workload: undefined,
      alert: {
        subject: { kind: 'pce', href: null, name: 'prod-east' },
        title: 'loc=fra: 30 VENs went offline',
        story: ['All 30 carry loc=fra.'],
      },
    });
    const said = messagesOf([lead, ...hostsNamed(30)]).map(shown);
    expect(root([lead, ...hostsNamed(30)]).text).toContain('loc=fra: 30 VENs went offline');
    expect(said[0]).toContain('All 30 carry loc=fra.');
    expect(said[0]).toContain('and 21 more, named in the thread');
    expect(said[0]).not.toContain('prod-east since');
    expect(shown(line([lead, ...hostsNamed(30)], 'resolved'))).not.toContain('prod-east,');
  });

  it('are taken by a Slack that checks them, and whoever is named in them is not notified', async () => {
    const lab = await aSlackLab(virtualClock(), { pace: 0 });
    const hostile = '<!channel> <@U0OPS0001> @here *bold* `code` & "quotes" \u202Egnp.exe\u2066 \u0000';
    const sets = [
      hostsNamed(1),
      hostsNamed(11),
      hostsNamed(1_000),
      hostsNamed(300, '.eu-central-1.compute.internal'),
      [aHost(hostile, { alert: { title: `Tampering on ${hostile}`, story: [hostile, { bold: hostile }] } })],
      Array.from({ length: 30 }, (_, i) => aHost(`${i}${hostile}${'x'.repeat(10_000)}`)),
    ];
    for (const [n, alerts] of sets.entries())
      for (const [at, message] of messagesOf(alerts).entries())
        await lab.chat.post({ channel: 'C0SOC0001', key: `${n}.${at}` }, message);
    expect(lab.mentions()).toEqual([]);
  });

  it('mention whom the configuration names, and nobody else', async () => {
    const lab = await aSlackLab(virtualClock(), { pace: 0 });
    await lab.chat.post({ channel: 'C0SOC0001', key: 'k' }, root([aHost('<!here>')], 'S0SECOPS1'));
    expect(lab.mentions()).toMatchObject([{ kind: 'usergroup', id: 'S0SECOPS1' }]);
  });
});

describe('hostile names', () => {
  const names: readonly (readonly [string, string])[] = [
    ['a mention of everybody', '<!channel>'],
    ['a mention of a person', '<@U0OPS0001>'],
    ['a link', '<https://evil.example.com|web-01>'],
    ['a date', '<!date^0^{date}|x>'],
    ['markup', '*web* _01_ ~x~ `y` > z'],
    ['an entity', '&lt;!channel&gt;'],
    ['text that runs the other way', '\u202Ehost\u2067'],
    ['zero-width and tag characters', 'we\u200Bb\u{E0041}-01'],
    ['control characters', 'a\u0000b\u0007c\nd\re'],
    ['half a character', 'a\uD800b'],
    ['10,000 characters', 'x'.repeat(10_000)],
    ['10,000 characters that need escaping', '<&>"\\'.repeat(2_000)],
  ];
  for (const [sentence, name] of names)
    it(`stay literal and fit: ${sentence}`, () => {
      const one = aHost(name, {
        workload: aWorkload({
          name,
          labels: [{ href: '/l/1', key: name, value: name }],
          os: name,
        }),
        alert: { title: name, story: [name, { bold: name }], resolved: { at: T0, why: name } },
        quarantine: { by: MAYA, at: T0, policy: {} },
      });
      const many = Array.from({ length: 12 }, () => one);
      for (const alerts of [[one], many, hostsNamed(5).concat(one)])
        for (const message of [root(alerts), line(alerts), line(alerts, 'resolved')]) {
          expect(problemsOf(message)).toEqual([]);
          expect(message.text.length).toBeLessThanOrEqual(120);
        }
    });

  it('of a PCE console are no link', () => {
    for (const link of ['javascript:alert(1)', 'not a url', 'file:///etc/passwd'])
      expect(JSON.stringify(root([aHost('web-01', { link })]))).not.toContain('open in PCE');
    expect(problemsOf(root([aHost('web-01', { link: 'https://pce.example.com/a|b>c<d' })]))).toEqual([]);
  });
});

describe('the push notification', () => {
  it('says how bad, what, on what and when, in a line', () =>
    expect(root([aHost()]).text).toBe('Error: Firewall tampering on web-01 (shop/prod) 10:00 UTC'));

  it('leaves out what is not known', () =>
    expect(root([aHost('web-01', { workload: undefined })]).text).toBe(
      'Error: Firewall tampering on web-01 10:00 UTC',
    ));

  const inDev = { workload: aWorkload({ labels: 'app=hr env=dev' }) };
  const several: readonly (readonly [string, readonly ShownAlert[], string])[] = [
    ['names up to three hosts', hostsNamed(3), 'on h0000, h0001 and h0002 (shop/prod)'],
    ['counts more of them', hostsNamed(12), 'on 12 hosts (shop/prod)'],
    ['counts those whose names are long', hostsNamed(2, '.eu-central-1.compute.internal'), 'on 2 hosts'],
    [
      'says how many are of which app and environment',
      [...hostsNamed(9), aHost('x', inDev)],
      'on 10 hosts (shop/prod 9, hr/dev 1)',
    ],
  ];
  for (const [sentence, alerts, says] of several)
    it(`${sentence} where there are several`, () =>
      expect(root(alerts).text).toContain(`Error: Firewall tampering ${says}`));

  it('names what is no host without saying that it is one', () => {
    const disk = (name: string) =>
      aHost(name, { workload: undefined, alert: { subject: { kind: 'node', href: null, name } } });
    expect(root([disk('core0 disk'), disk('core1 disk')]).text).toBe(
      'Error: Firewall tampering: core0 disk and core1 disk 10:00 UTC',
    );
    expect(root(['a', 'b', 'c', 'd'].map(disk)).text).toBe(
      'Error: Firewall tampering: 4 alerts on prod-east 10:00 UTC',
    );
  });

  it('is at most 120 characters whatever the title, and the time still stands', () => {
    const { text } = root([aHost('web-01', { alert: { title: 'x'.repeat(500) } })]);
    expect(text.length).toBeLessThanOrEqual(120);
    expect(text).toMatch(/… \(shop\/prod\) 10:00 UTC$/);
  });

  it('of what is over says when it was over', () => {
    const over = { alert: { state: 'resolved' as const, resolved: { at: T0 + 4 * MINUTE, why: 'back' } } };
    expect(root([aHost('a', over)]).text).toBe('Resolved: Firewall tampering on a (shop/prod) 10:04 UTC');
    expect(line([aHost('a', over)], 'resolved').text).toBe(root([aHost('a', over)]).text);
  });
});

describe('the root message', () => {
  it('answers what happened, to what, since when, how bad, and what to do', () => {
    const said = shown(root([aHost('web-01')]));
    for (const part of [
      '🟠 *Error* · *Firewall tampering on web-01*',
      'web-01 · app=shop env=prod role=web · Ubuntu 22.04 · full enforcement',
      'The host firewall was changed outside Illumio at 10:00 UTC.',
      '*What to do:* Look at who was logged in',
      '[Quarantine…] [Acknowledge] [More: Investigate, Snooze 1 h, Assign to me, Silence…, Why this message]',
      'PCE prod-east · first seen 10:00:00 UTC (10:00:00Z) · sent because: first',
    ])
      expect(said).toContain(part);
  });

  for (const severity of SEVERITIES)
    it(`says "${severity}" in a word beside its mark`, () =>
      expect(shown(root([aHost('web-01', { alert: { severity } })])).toLowerCase()).toContain(
        `*${severity}*`,
      ));

  it('counts occurrences from when they began', () => {
    const said = shown(root([aHost('web-01', { alert: { count: 7, lastAt: T0 + 4 * MINUTE } })]));
    expect(said).toContain('*Error* ×7 since 10:00 UTC');
    expect(said).toContain('over 4 min');
  });

  it('says that labels are unknown rather than nothing', () =>
    expect(shown(root([aHost('web-01', { workload: undefined })]))).toContain('web-01 · labels unknown'));

  const states: readonly (readonly [string, Parts, readonly string[], readonly string[]])[] = [
    ['firing', {}, [], ['quarantine', 'acknowledge']],
    [
      'acknowledged',
      { alert: { acknowledged: { by: MAYA, at: T0 + 4 * MINUTE } } },
      ['✓ Acknowledged by @U0MAYA001 10:04 UTC'],
      ['quarantine'],
    ],
    [
      'quarantined, waiting for policy',
      { quarantine: { by: MAYA, at: T0 + 9 * MINUTE, policy: {} } },
      ['■ Labelled for quarantine by @U0MAYA001 10:09 UTC, waiting for policy'],
      ['release', 'acknowledge'],
    ],
    [
      'quarantined, policy received',
      { quarantine: { by: MAYA, at: T0, policy: { receivedAt: T0 + MINUTE } } },
      ['— policy received 10:01 UTC, not applied yet'],
      ['release', 'acknowledge'],
    ],
    [
      'quarantined, static policy',
      { quarantine: { by: MAYA, at: T0, policy: { receivedAt: T0 + MINUTE, staged: true } } },
      ['— policy staged 10:01 UTC: it takes effect after Apply Policy', 'Apply the staged policy'],
      ['release', 'acknowledge'],
    ],
    [
      'quarantined, policy applied, its effect not read yet',
      { quarantine: { by: MAYA, at: T0, policy: { receivedAt: T0, appliedAt: T0 + MINUTE } } },
      ['— policy applied 10:01 UTC, what it stops is being read'],
      ['release', 'acknowledge'],
    ],
    [
      'quarantined, and something still passes',
      {
        quarantine: {
          by: MAYA,
          at: T0,
          policy: { receivedAt: T0, appliedAt: T0 + MINUTE, effect: { verdict: 'partly', at: T0 } },
        },
      },
      ['policy applied 10:01 UTC, 🔴 open in part', 'Look what still passes'],
      ['release', 'acknowledge'],
    ],
    [
      'quarantined, and no policy came',
      { quarantine: { by: MAYA, at: T0, policy: { overdue: true } } },
      ['🔴 no new policy was computed'],
      ['release', 'acknowledge'],
    ],
    [
      'snoozed',
      { alert: { snoozed: { by: MAYA, until: T0 + HOUR } } },
      ['Snoozed by @U0MAYA001 until 11:00 UTC'],
      ['quarantine', 'acknowledge'],
    ],
    [
      'resolved',
      { alert: { state: 'resolved', resolved: { at: T0 + 4 * HOUR, why: 'no tampering for 4 h' } } },
      ['✓ *Resolved* 14:00 UTC · *Firewall tampering on web-01* — no tampering for 4 h', 'lasted 4 h'],
      ['close-real', 'close-expected', 'close-false'],
    ],
    ['a fact that suggests nothing', { alert: { state: 'told', suggests: [] } }, [], ['acknowledge']],
  ];
  for (const [state, parts, lines, buttons] of states)
    it(`${state}: says so, and has only the buttons that still apply`, () => {
      const message = root([aHost('web-01', parts)]);
      for (const one of lines) expect(shown(message)).toContain(one);
      expect(buttonsOf(message).map(({ action }) => action)).toEqual(buttons);
      expect(JSON.stringify(message)).not.toMatch(/contained|isolated/i);
      expect(problemsOf(message)).toEqual([]);
    });

  it('contained: policy applied and isolated, with the end of its time; and red where the host lost its controller', () => {
    const policy = {
      receivedAt: T0 + MINUTE,
      appliedAt: T0 + MINUTE,
      effect: { verdict: 'isolated', at: T0 + MINUTE },
    } as const;
    const of = (more: object): string =>
      shown(
        root([
          aHost('web-01', {
            quarantine: { by: MAYA, at: T0, until: T0 + 4 * HOUR, policy: { ...policy, ...more } },
          }),
        ]),
      );
    expect(of({})).toContain(
      '■ Contained by @U0MAYA001 — policy applied 10:01 UTC, isolated; review at 14:00 UTC',
    );
    expect(of({ silent: true })).toContain('🔴 the host lost its controller');
  });

  it('has no "What to do" when nothing is left to do, nor a reason why it was sent', () => {
    const said = shown(root([aHost('web-01', { alert: { state: 'resolved' } })]));
    expect(said).not.toContain('What to do');
    expect(said).not.toContain('sent because');
  });

  const held = (policy: PolicyFacts): Parts => ({ quarantine: { by: MAYA, at: T0, policy } });
  const next: readonly (readonly [string, readonly ShownAlert[], string])[] = [
    [
      'waits for policy',
      [aHost('a', held({}))],
      'Wait for the policy to be applied; release when it is explained.',
    ],
    [
      'waits for policy to be applied',
      [aHost('a', held({ receivedAt: T0 }))],
      'Wait for the policy to be applied; release when it is explained.',
    ],
    [
      'is held',
      [aHost('a', held({ receivedAt: T0, appliedAt: T0, effect: { verdict: 'isolated', at: T0 } }))],
      'Find out what happened; release when it is explained.',
    ],
    [
      'gets no policy',
      [aHost('a', held({ overdue: true }))],
      'Look whether a provisioned rule names the quarantine label',
    ],
    ['is held, but another is not', [aHost('a', held({})), aHost('b')], RULE.todo],
    [
      'is held, for an alert that does not suggest it',
      [aHost('a', { ...held({}), alert: { suggests: [] } })],
      RULE.todo,
    ],
  ];
  for (const [sentence, alerts, says] of next)
    it(`says what is next when a host ${sentence}`, () =>
      expect(shown(root(alerts))).toContain(`*What to do:* ${says}`));

  it('shows two buttons and no more: what else can be done is under More', () => {
    const message = root([aHost('a', held({})), aHost('b')]);
    expect(buttonsOf(message).map(({ action }) => action)).toEqual(['quarantine', 'acknowledge']);
    expect(shown(message)).toContain('[More: Release…, Investigate');
  });

  it('says of each host when it began and ended', () => {
    const over = (minutes: number, why: string) => ({
      alert: { state: 'resolved' as const, resolved: { at: T0 + minutes * MINUTE, why } },
    });
    const said = shown(root([aHost('a', over(14, 'back online')), aHost('b', over(0, 'unpaired'))]));
    expect(said).toContain('✓ *Resolved* 10:14 UTC · *Firewall tampering on a and b*\n');
    expect(said).toContain('• a (shop/prod) 10:00 UTC – 10:14 UTC, back online');
    expect(said).toContain('• b (shop/prod) 10:00 UTC, unpaired');
    expect(said).toContain('lasted 14 min');
  });

  it('of many hosts says which groups they are of', () =>
    expect(shown(root(hostsNamed(300)))).toContain(
      'app=shop env=prod 300\n• h0000 (shop/prod) since 10:00 UTC',
    ));

  it('of several hosts names the incident in its buttons, of one its alert', () => {
    expect(buttonsOf(root([aHost()])).map(({ value }) => value)).toEqual(['id-web-01', 'id-web-01']);
    expect(new Set(buttonsOf(root(hostsNamed(3))).map(({ value }) => value))).toEqual(
      new Set(['incident:incident00000000000001']),
    );
  });

  it('of several hosts of which one still fires has the buttons of that one', () => {
    const over = { alert: { state: 'resolved' as const, resolved: { at: T0, why: 'back' } } };
    const message = root([aHost('a', over), aHost('b'), aHost('c', over)]);
    expect(new Set(buttonsOf(message).map(({ value }) => value))).toEqual(new Set(['id-b']));
    expect(shown(message)).toContain('• a (shop/prod) 10:00 UTC, back');
    expect(shown(message)).toContain('✓ 2 of 3 are over; still open: b');
  });

  it('says how many of several are acknowledged', () => {
    const done = { alert: { acknowledged: { by: MAYA, at: T0 } } };
    expect(shown(root([aHost('a', done), aHost('b')]))).toContain(
      'Acknowledged by @U0MAYA001 10:00 UTC (1 of 2)',
    );
  });
});

describe('a line of the thread', () => {
  for (const [reason, words] of [
    ['more', 'one more'],
    ['repeat', 'still firing after its quiet period'],
    ['escalated', 'it became worse'],
    ['unanswered', 'nobody has acknowledged it'],
    ['late', 'recorded late by the PCE'],
  ] as const)
    it(`says why it is said: ${reason}`, () =>
      expect(shown(line([aHost()], reason))).toContain(`sent because: ${words}`));

  it('about one host has buttons of its own; about several it has none', () => {
    expect(buttonsOf(line([aHost()])).map(({ value }) => value)).toEqual(['id-web-01', 'id-web-01']);
    expect(buttonsOf(line(hostsNamed(3)))).toEqual([]);
  });

  it('says that all is over, why, and for whom', () => {
    const over = { alert: { state: 'resolved' as const, resolved: { at: T0, why: 'no tampering for 4 h' } } };
    expect(shown(line([aHost('a', over), aHost('b', over)], 'resolved'))).toBe(
      '✓ *Resolved* 10:00 UTC · *Firewall tampering on a and b* — no tampering for 4 h\na, b',
    );
    expect(problemsOf(line(hostsNamed(1_000), 'resolved'))).toEqual([]);
  });

  it('mentions the group of the configuration when it became worse', () =>
    expect(shown(line([aHost()], 'escalated', 'S0SECOPS1'))).toContain('@S0SECOPS1'));
});

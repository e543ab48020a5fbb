import { describe, expect, it } from 'vitest';
import { aBench } from '../support/asking.ts';
import {
  anEvent,
  aWorkload,
  byUser,
  byVen,
  changeOf,
  HOUR,
  labels,
  MINUTE,
  noticeOf,
  T0,
} from '../support/builders.ts';

const web = aWorkload({ name: 'web-01', labels: 'app=shop env=prod role=web' });
const ruleSet = (id: string, name: string, changes: object, type = 'update') => ({
  uuid: id,
  resource: { rule_set: { href: `/orgs/1/sec_policy/draft/rule_sets/${id}`, name } },
  changes,
  change_type: type,
});
const call = (method: string, api_endpoint: string, http_status_code = 204) => ({
  uuid: 'c',
  api_method: method,
  api_endpoint,
  http_status_code,
  src_ip: '198.51.100.23',
});

/** A morning: tampering, a relabelling, a rule set changed and provisioned, another one only drafted, a sign-in that failed. */
const morning = () => [
  anEvent({ event_type: 'agent.tampering', severity: 'err', at: T0 - 3 * HOUR, created_by: byVen(web) }),
  anEvent({
    event_type: 'workload.update',
    at: T0 - 2 * HOUR,
    created_by: byUser('jdoe@example.com'),
    status: 'success',
    action: call('PUT', '/api/v2/orgs/1/workloads/1'),
    resource_changes: [
      changeOf(web, { labels: { created: labels('env=prod'), deleted: labels('env=dev') } }),
    ],
  }),
  anEvent({
    event_type: 'rule_set.update',
    at: T0 - 90 * MINUTE,
    created_by: byUser('jdoe@example.com'),
    status: 'success',
    action: call('PUT', '/api/v2/orgs/1/sec_policy/draft/rule_sets/12'),
    resource_changes: [ruleSet('12', 'Shop', { enabled: { before: true, after: false } })],
  }),
  anEvent({
    event_type: 'sec_policy.create',
    at: T0 - 80 * MINUTE,
    created_by: byUser('ana@example.com'),
    status: 'success',
    action: call('POST', '/api/v2/orgs/1/sec_policy', 201),
    resource_changes: [
      {
        uuid: 'p',
        resource: {
          sec_policy: {
            href: '/orgs/1/sec_policy/540',
            version: 540,
            commit_message: 'quarter end',
            modified_objects: {
              rulesets: { '/orgs/1/sec_policy/draft/rule_sets/12': { action: 'modified', name: 'Shop' } },
            },
          },
        },
        changes: { workloads_affected: { before: null, after: 3 } },
        change_type: 'create',
      },
    ],
  }),
  anEvent({
    event_type: 'rule_set.create',
    at: T0 - HOUR,
    created_by: byUser('jdoe@example.com'),
    status: 'success',
    resource_changes: [ruleSet('13', 'Everything', { enabled: { before: null, after: true } }, 'create')],
  }),
  anEvent({
    event_type: 'user.sign_in',
    status: 'failure',
    severity: 'err',
    at: T0 - 30 * MINUTE,
    notifications: [noticeOf('user.login_failed', { associated_user: { supplied_username: 'root' } })],
  }),
];

const aMorning = () => {
  const bench = aBench();
  bench.pce.recorded = morning();
  return bench;
};

describe('/illumio events', () => {
  it('lists what matches, newest first, and says what it rests on', async () => {
    const said = await aMorning().ask('events severity=error', 'U0ANA');
    expect(said).toContain('2 events with severity=error');
    expect(said).toContain('2 errors, 0 warnings, 1 failed. Newest first.');
    expect(said.indexOf('user.sign_in')).toBeLessThan(said.indexOf('agent.tampering'));
    expect(said).toContain('by the VEN of web-01');
    expect(said).toContain('last 24 h · 2 rows read · complete · prod-east');
  });

  it('writes times of a change to the minute, so that the line can be read', async () => {
    const bench = aBench();
    bench.pce.recorded = [
      anEvent({
        event_type: 'agent.update',
        at: T0 - HOUR,
        resource_changes: [
          {
            resource: { ven: { href: '/orgs/1/vens/1', hostname: 'web-01' } },
            changes: {
              security_policy_applied_at: {
                before: '2026-11-20T17:55:54.042Z',
                after: '2026-11-22T12:42:51.988Z',
              },
            },
            change_type: 'update',
          },
        ],
      }),
    ];
    expect(await bench.ask('events', 'U0ANA')).toContain(
      'security_policy_applied_at: 2026-11-20 17:55Z → 2026-11-22 12:42Z',
    );
  });

  it.each([
    ['events type=rule_set.* by=jdoe', '2 events with', undefined],
    ['events type=rule_set.update', '1 event with', 'rule_set.update'],
    ['events type=rule_set.update,agent.tampering', '2 events with', undefined],
    ['events by=JDOE@example.com status=success', '3 events with', undefined],
    ['events by=web-01', '1 event with', undefined],
  ])('%s', async (words, expected, typed) => {
    const bench = aMorning();
    expect(await bench.ask(words, 'U0ANA')).toContain(expected);
    // Only what the PCE can narrow exactly is asked of it; never a wider question than was typed.
    expect(bench.pce.asked).toEqual([`events ${typed ?? '*'} *`]);
  });

  it.each([
    [
      'events typ=agent.tampering',
      /Events have no "typ"\. Did you mean type=\?/,
      '/illumio events type=agent.tampering',
    ],
    [
      'events type=agent.tamperin',
      /I know no event type "agent.tamperin"\. Nearest: agent.tampering/,
      'type=agent.tampering',
    ],
    ['events severity=grave', /"grave" is no severity/, 'severity=error'],
    ['events tampering', /I can't read "tampering"/, 'type=agent.tampering'],
    ['events status=maybe', /success or failure/, 'status=failure'],
    ['events --as xml', /csv, json, cef, leef/, '/illumio events'],
    ['events --since 24h --from 2026-11-22T00:00:00Z', /not both/, '/illumio events'],
  ])('explains %s', async (words, why, copy) => {
    const bench = aMorning();
    const said = await bench.ask(words, 'U0ANA');
    expect(said).toMatch(why);
    expect(said).toContain(copy);
    expect(bench.pce.asked).toEqual([]);
  });

  it('names who is near when nobody of that name did anything', async () => {
    expect(await aMorning().ask('events by=jdo', 'U0ANA')).toMatch(/Nobody of that name.*Nearest: jdoe/);
  });

  it('says how far back it reaches when the log was too long to read', async () => {
    const bench = aMorning();
    bench.pce.logFrom = T0 - HOUR;
    const said = await bench.ask('events', 'U0ANA');
    expect(said).toContain(
      `truncated: complete from ${new Date(T0 - HOUR).toISOString()} on, older ones were not read`,
    );
  });

  it('turns pages over one window, whenever they are looked at', async () => {
    const bench = aMorning();
    const [first] = await bench.messages('events -n 2', 'U0ANA');
    const buttons = JSON.stringify(first?.blocks);
    const [, next = ''] = /"value":"(events --from [^"]+ --page 2)"/.exec(buttons) ?? [];
    expect(next).toContain(`--to ${new Date(T0).toISOString()} -n 2 --pce prod-east --page 2`);
    bench.pce.recorded.push(anEvent({ at: T0 + MINUTE }));
    await bench.clock.advance(5 * MINUTE);
    const said = await bench.ask(next, 'U0ANA');
    expect(said).toContain('page 2 of 3');
    expect(said).toContain('sec_policy.create');
    expect(said).toContain('rule_set.update');
  });

  it('whatever the names are, a page fits one message and nothing in them becomes a mention', async () => {
    const bench = aBench();
    const odd = `<!channel> <@U0MAYA> ${'a very long name '.repeat(40)}`;
    bench.pce.recorded = Array.from({ length: 40 }, (_, n) =>
      anEvent({
        event_type: `rule_set.update`,
        at: T0 - n * MINUTE,
        created_by: byUser(odd),
        resource_changes: [ruleSet('12', odd, { description: { before: odd, after: odd } })],
      }),
    );
    bench.pce.drafts = Array.from({ length: 40 }, (_, n) => ({
      kind: 'rule set',
      href: '/orgs/1/sec_policy/draft/rule_sets/12',
      name: odd,
      change: 'changed' as const,
      by: { href: '/users/1', name: odd },
      at: T0 - n * HOUR,
    }));
    // Every message is held against Slack's limits by the bench.
    for (const words of [
      'events -n 50',
      'changes -n 50',
      'policy pending',
      `event ${bench.pce.recorded[0]?.href}`,
    ]) {
      const messages = await bench.messages(words, 'U0ANA');
      // In rich text it is literal; only mrkdwn could make a mention of it.
      const markup = [...JSON.stringify(messages).matchAll(/"type":"mrkdwn","text":"([^"]*)"/g)];
      expect(markup.filter(([, text = '']) => /<[!@]/.test(text.replaceAll(/<!date\^[^>]*>/g, '')))).toEqual(
        [],
      );
    }
  });

  it('is for analysts', async () => {
    const bench = aMorning();
    for (const words of ['events', 'event x', 'who jdoe', 'changes', 'policy pending'])
      expect(await bench.ask(words, 'U0VIC')).toMatch(/needs the role analyst/);
    expect(bench.pce.asked).toEqual([]);
  });

  it('unknown: types nobody documented, of notifications too', async () => {
    const bench = aBench();
    bench.pce.recorded = [
      anEvent({ event_type: 'flux.capacitor', at: T0 - HOUR }),
      anEvent({ event_type: 'flux.capacitor', at: T0 - MINUTE }),
      anEvent({ event_type: 'agent.update', at: T0 - 2, notifications: [noticeOf('agent.dreamt')] }),
      anEvent({
        event_type: 'agent.update',
        at: T0 - 1,
        notifications: [noticeOf('agent.policy_deploy_succeeded')],
      }),
    ];
    const said = await bench.ask('events unknown', 'U0ANA');
    expect(said).toContain('2 types of events that nobody documented');
    expect(said).toMatch(/flux\.capacitor.*2/);
    expect(said).toContain('agent.dreamt');
    expect(said).not.toContain('policy_deploy_succeeded');
  });
});

describe('/illumio event', () => {
  it('tells who, what before → after, how, and when', async () => {
    const bench = aMorning();
    const href = bench.pce.recorded[1]?.href ?? '';
    const said = await bench.ask(`event ${href.split('/').at(-1)}`, 'U0ANA');
    expect(said).toContain('workload.update');
    expect(said).toContain('jdoe@example.com · from 198.51.100.23');
    expect(said).toContain('workload web-01 changed: labels: env=dev → env=prod');
    expect(said).toContain('PUT /api/v2/orgs/1/workloads/1 → HTTP 204');
    expect(said).toContain(new Date(T0 - 2 * HOUR).toISOString());
    expect(said).toContain('seen by me; no rule took it into account, so that I did not keep when');
    expect(said).toContain(href);
  });

  it.each([
    [
      'to the minute',
      { at: T0 - HOUR + 40_000 },
      `(${new Date(T0 - HOUR).toISOString().slice(0, 16)}Z), and a rule took it`,
    ],
    ['that it was not kept', {}, 'seen by me, I did not keep when, and a rule took it into account'],
  ])('says when it was seen %s', async (_, seen, words) => {
    const bench = aMorning();
    const [, { href, at } = { href: '', at: 0 }] = bench.pce.recorded;
    await bench.store.commit([
      {
        type: 'polled',
        pce: 'prod-east',
        stream: 'events',
        seen: [[href, at]],
        memories: {},
        wakes: {},
        ...seen,
      },
    ]);
    expect(await bench.ask(`event ${href.split('/').at(-1)}`, 'U0ANA')).toContain(words);
  });

  it('takes the whole href too, and says what it has not', async () => {
    const bench = aMorning();
    const href = bench.pce.recorded[0]?.href ?? '';
    expect(await bench.ask(`event ${href}`, 'U0ANA')).toContain('agent.tampering');
    // The log is asked for one event by its id too.
    expect(await bench.ask(`events ${href.split('/').at(-1)}`, 'U0ANA')).toContain('agent.tampering');
    expect(await bench.ask('event 0000-none', 'U0ANA')).toContain('prod-east has no event 0000-none');
    expect(await bench.ask('event', 'U0ANA')).toContain('event wants the id of one event');
  });
});

describe('/illumio who', () => {
  it('tells what somebody changed and from where; reads and sign-ins are no changes', async () => {
    const said = await aMorning().ask('who jdoe', 'U0ANA');
    expect(said).toContain('jdoe: 3 changes');
    expect(said).toContain('None failed. From 198.51.100.23.');
    expect(said).toContain('workload web-01: labels: env=dev → env=prod');
    expect(said).toContain('rule set Shop: enabled: true → false');
    expect(said).not.toContain('agent.tampering');
  });

  it('names who is near', async () => {
    expect(await aMorning().ask('who jdeo', 'U0ANA')).toMatch(/Nearest: jdoe/);
  });
});

describe('/illumio changes', () => {
  it('says of each change whether it was provisioned, as which version and by whom', async () => {
    const said = await aMorning().ask('changes', 'U0ANA');
    expect(said).toContain('2 changes of the policy');
    expect(said).toContain('1 provisioning; 1 change not provisioned in this time');
    expect(said).toMatch(
      /rule set Shop: enabled: true → false \(provisioned as version 540 by ana@example.com/,
    );
    expect(said).toMatch(/rule set Everything: enabled: none → true \(draft\)/);
    expect(said).toContain('(version 540: quarter end)');
    expect(said).not.toContain('workload.update');
  });
});

describe('/illumio policy pending', () => {
  it('lists drafts with whose they are and what was changed in them', async () => {
    const bench = aMorning();
    bench.pce.drafts = [
      {
        kind: 'rule set',
        href: '/orgs/1/sec_policy/draft/rule_sets/13',
        name: 'Everything',
        change: 'created',
        by: { href: '/users/16', name: undefined },
        at: T0 - HOUR,
      },
    ];
    const said = await bench.ask('policy pending', 'U0ANA');
    expect(said).toContain('1 draft not provisioned');
    expect(said).toContain('*rule set Everything* created by jdoe@example.com, 1 h ago\n');
    expect(said).toContain('enabled: none → true');
  });

  it('says so when nothing waits', async () => {
    expect(await aBench().ask('policy pending', 'U0ANA')).toMatch(
      /Nothing waits to be provisioned\nPCE prod-east$/,
    );
  });
});

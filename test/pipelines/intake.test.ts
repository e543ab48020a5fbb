import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDoors, signedByPagerDuty, signedByUs } from '../../src/adapters/http/index.ts';
import { owedOf } from '../../src/core/output/owed.ts';
import { createIntake, INTAKE_RATE } from '../../src/pipelines/intake.ts';
import { createMeter } from '../../src/pipelines/meter.ts';
import { aWorkload, MINUTE, SECOND } from '../support/builders.ts';
import { fakeAudit, fakeLog } from '../support/fakes.ts';
import { anAlerting } from './support.ts';

const SECRET = 'a shared secret that is long';
const PAGER = 'pagerduty secret';
const ADDRESS = '192.0.2.77';
const WEB = aWorkload({
  href: '/orgs/1/workloads/web-01',
  hostname: 'web-01',
  labels: 'env=prod',
  interfaces: [{ name: 'eth0', address: ADDRESS }],
});
const TWINS = ['a', 'b'].map((end) =>
  aWorkload({ href: `/orgs/1/workloads/twin-${end}`, hostname: 'twin', labels: '' }),
);

const CALL = {
  id: 'det-1',
  source: 'EDR',
  title: 'Credential dumping',
  severity: 'critical',
  hosts: ['web-01'],
  facts: { process: 'lsass.exe' },
};

const hex = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');

interface Post {
  readonly path?: string;
  readonly method?: 'POST' | 'GET' | 'PUT';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The port with real sockets, the pipeline and the alerting of one PCE behind it. */
const anIntake = async (given: Pick<NonNullable<Parameters<typeof anAlerting>[0]>, 'store'> = {}) => {
  const { alerting, clock, store, inventory } = anAlerting({ hosts: [WEB, ...TWINS], ...given });
  const audit = fakeAudit();
  const meter = createMeter();
  const troubles: string[] = [];
  const log = fakeLog();
  const intake = createIntake({
    desks: new Map([['prod-east', { inventory, alerting }]]),
    store,
    audit,
    meter,
    clock,
    log,
    tell: (trouble) => void troubles.push(trouble),
  });
  const ours = signedByUs(SECRET, clock, intake.first);
  const server = await openDoors(
    {
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      times: { headersMs: 200, requestMs: 300, checkMs: 20 },
    },
    {
      '/v1/alerts': { check: ours, take: intake.alert },
      '/v1/acknowledgements': { check: ours, take: intake.acknowledge },
      '/v1/pagerduty': { check: signedByPagerDuty(PAGER, clock), take: intake.pagerDuty },
    },
    { log, refused: intake.refused },
  );
  onTestFinished(server.close);
  const signed = (body: string, { at = clock.now(), secret = SECRET } = {}): Record<string, string> => {
    const stamp = String(Math.floor(at / SECOND));
    return { 'x-chatops-timestamp': stamp, 'x-chatops-signature': `v1=${hex(secret, `${stamp}.${body}`)}` };
  };
  const post = async ({ path = '/v1/alerts', method = 'POST', body = '', headers = {} }: Post) => {
    const response = await request(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { ...headers },
      ...(method === 'GET' ? {} : { body }),
    });
    return {
      status: response.statusCode,
      retryAfter: response.headers['retry-after'],
      body: (await response.body.json()) as Record<string, unknown>,
    };
  };
  const report = (over: object = {}, sign: Parameters<typeof signed>[1] = {}) => {
    const body = JSON.stringify({ ...CALL, ...over });
    return post({ body, headers: signed(body, sign) });
  };
  const alerts = () => store.alertsSince(0);
  return { port: server.port, post, report, signed, alerts, audit, troubles, log, clock, store, intake };
};

describe('an alert of another product', () => {
  it('is an alert of its host, with a quarantine to ask for and nothing done', async () => {
    const { report, alerts, audit } = await anIntake();
    expect(await report()).toMatchObject({ status: 202, body: { status: 'accepted' } });
    expect(await alerts()).toMatchObject([
      {
        rule: 'external',
        severity: 'critical',
        title: 'Credential dumping on web-01',
        workloads: [WEB.href],
        suggests: ['quarantine'],
        story: ['EDR reports: Credential dumping.', ' process: lsass.exe', '.'],
      },
    ]);
    expect(audit.entries).toMatchObject([
      { actorName: 'EDR', action: 'external-alert', verdict: 'noted', reason: 'det-1: Credential dumping' },
    ]);
  });

  const named: readonly (readonly [string, object, object])[] = [
    [
      'a host that no workload is called is told of, without a button',
      { hosts: ['web'] },
      { title: 'Credential dumping on web', workloads: [], suggests: [] },
    ],
    [
      'of two hosts of one name none is chosen',
      { hosts: ['twin'] },
      { title: 'Credential dumping on twin', workloads: [], suggests: [] },
    ],
    ['names are compared without case', { hosts: ['WEB-01'] }, { workloads: [WEB.href] }],
    ['an address finds its host', { hosts: [], ips: [ADDRESS] }, { workloads: [WEB.href] }],
    [
      'an address nobody has is told of',
      { hosts: [], ips: ['203.0.113.9'] },
      { subject: { kind: 'ip', name: '203.0.113.9' }, workloads: [] },
    ],
  ];
  it.each(named)('%s', async (_, over, expected) => {
    const { report, alerts } = await anIntake();
    await report(over);
    expect(await alerts()).toMatchObject([expected]);
  });

  it('name and address of one host are one alert', async () => {
    const { report, alerts } = await anIntake();
    await report({ hosts: ['web-01'], ips: [ADDRESS] });
    expect(await alerts()).toHaveLength(1);
  });

  it('one id is taken once, also when it is signed anew and after the bot forgot all it had in memory', async () => {
    const { report, alerts, clock, store } = await anIntake();
    await report();
    await clock.advance(2 * SECOND);
    expect(await report()).toMatchObject({ status: 200, body: { status: 'known' } });
    expect(await alerts()).toMatchObject([{ count: 1 }]);
    expect(await store.intakeTaken('prod-east|EDR|det-1')).toBe(true);
  });

  it('the same detection again under a new id counts; another one on the host is an alert of its own', async () => {
    const { report, alerts } = await anIntake();
    await report();
    await report({ id: 'det-2' });
    await report({ id: 'det-3', title: 'Ransomware' });
    expect((await alerts()).map(({ title, count }) => [title, count])).toEqual([
      ['Credential dumping on web-01', 2],
      ['Ransomware on web-01', 1],
    ]);
  });

  it('a source that reports too much waits, another one does not', async () => {
    const { report } = await anIntake();
    for (let i = 0; i < INTAKE_RATE.perSource; i += 1) await report({ id: `many-${i}` });
    expect(await report({ id: 'one more' })).toMatchObject({ status: 429, retryAfter: '60' });
    expect(await report({ source: 'IDS' })).toMatchObject({ status: 202 });
  });
});

/** What makes a call wrong, each with the status it is refused with. */
const BAD_BODY = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.json(),
  fc
    .constantFrom('id', 'source', 'title', 'severity', 'hosts', 'facts', 'url', 'extra')
    .chain((key) =>
      fc
        .oneof(
          fc.integer(),
          fc.constant(null),
          fc.constant('\u202E<!channel>\n'),
          fc.array(fc.integer(), { minLength: 1 }),
        )
        .map((value) => JSON.stringify({ ...CALL, [key]: value })),
    ),
);

describe('calls that are not to be believed', () => {
  it('a hundred and more that are forged or malformed make no alert, end nothing and stand in the audit', async () => {
    const { post, report, signed, alerts, audit, clock, troubles, log } = await anIntake();
    const good = JSON.stringify(CALL);
    const bodies = [...new Set(fc.sample(BAD_BODY, { numRuns: 100, seed: 8 }))];
    const calls: (readonly [Post, number])[] = [
      ...bodies.map((body): [Post, number] => [{ body, headers: signed(body) }, 400]),
      ...bodies.slice(0, 20).map((body): [Post, number] => [{ body }, 401]),
      ...['', 'v1=', 'v1=00', `v1=${'0'.repeat(64)}`, `v0=${hex(SECRET, good)}`, '\u00ff'.repeat(67)].map(
        (given): [Post, number] => [
          { body: good, headers: { ...signed(good), 'x-chatops-signature': given } },
          401,
        ],
      ),
      ...['', '0', '-1', '1e9', '99999999999999', 'now'].map((stamp): [Post, number] => [
        { body: good, headers: { ...signed(good), 'x-chatops-timestamp': stamp } },
        401,
      ]),
      ...[-6, 6, 600].map((minutes): [Post, number] => [
        { body: good, headers: signed(good, { at: clock.now() + minutes * MINUTE }) },
        401,
      ]),
      ...Array.from({ length: 10 }, (_, i): [Post, number] => [
        { body: good, headers: signed(good, { secret: `guess ${i}` }) },
        401,
      ]),
      [{ body: `${good} `, headers: signed(good) }, 401],
      [{ body: ' '.repeat(70_000), headers: signed(good) }, 413],
      [{ path: '/v1/alert', body: good, headers: signed(good) }, 404],
      [{ path: '/__proto__', body: good, headers: signed(good) }, 404],
      [{ method: 'GET' }, 405],
      [{ method: 'PUT', body: good, headers: signed(good) }, 405],
      [{ path: '/v1/pagerduty', body: good, headers: signed(good) }, 401],
      [{ path: '/v1/acknowledgements', body: good, headers: signed(good, { at: clock.now() - 1_000 }) }, 400],
    ];
    expect(calls.length).toBeGreaterThan(100);
    for (const [call, status] of calls) expect([(await post(call)).status, call]).toEqual([status, call]);
    expect(await alerts()).toEqual([]);
    expect(audit.entries.filter(({ verdict }) => verdict === 'refused')).toHaveLength(calls.length);
    expect(troubles).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await report()).toMatchObject({ status: 202 });
  });

  it('the very same call again is refused', async () => {
    const { post, signed, alerts } = await anIntake();
    const body = JSON.stringify(CALL);
    const headers = signed(body);
    expect((await post({ body, headers })).status).toBe(202);
    expect((await post({ body, headers })).status).toBe(409);
    expect(await alerts()).toHaveLength(1);
  });

  it('the very same call at the same moment, and again after a restart, is refused', async () => {
    const before = await anIntake();
    const body = JSON.stringify({ dedupe: 'x', by: 'Jane Doe' });
    const call = { path: '/v1/acknowledgements', body, headers: before.signed(body) };
    const both = await Promise.all([before.post(call), before.post(call)]);
    expect(both.map(({ status }) => status).sort()).toEqual([404, 409]);
    const after = await anIntake({ store: before.store });
    expect((await after.post(call)).status).toBe(409);
    expect(after.audit.entries.at(-1)).toMatchObject({
      verdict: 'refused',
      why: '409 /v1/acknowledgements: replayed: this call was taken before',
    });
  });

  it('a flood is an audit line for each of the first and a count of the rest', async () => {
    const { intake, audit } = await anIntake();
    for (let i = 0; i < INTAKE_RATE.audited + 50; i += 1)
      intake.refused({ path: '/v1/alerts', from: '192.0.2.7', status: 401, why: 'wrong' });
    await intake.flush();
    expect(audit.entries).toHaveLength(INTAKE_RATE.audited + 1);
    expect(audit.entries.at(-1)?.why).toBe('50 further calls refused');
  });

  it.each([
    ['bytes that are no HTTP', '\x16\x03\x01\x02\x00garbage\r\n\r\n'],
    ['a head that never ends', 'POST /v1/alerts HTTP/1.1\r\nhost: x\r\n'],
    ['a body that never comes', 'POST /v1/alerts HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n\r\n{'],
  ])('%s: the connection is ended', async (_, bytes) => {
    const { port, report } = await anIntake();
    const socket = connect(port, '127.0.0.1');
    socket.resume();
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket, 'close');
    expect(await report()).toMatchObject({ status: 202 });
  });
});

describe('an answer from the pager', () => {
  const answer = async (world: Awaited<ReturnType<typeof anIntake>>, over: object = {}) => {
    const [alert] = await world.alerts();
    const body = JSON.stringify({ dedupe: alert?.fingerprint, by: 'Jane Doe', ...over });
    return world.post({ path: '/v1/acknowledgements', body, headers: world.signed(body) });
  };

  it('acknowledges the alert, and the pager is owed nothing it did not say itself but that', async () => {
    const world = await anIntake();
    await world.report();
    await world.clock.advance(SECOND);
    expect(await answer(world)).toMatchObject({ status: 200, body: { status: 'acknowledged' } });
    const [alert] = await world.alerts();
    expect(alert?.acknowledged?.by).toEqual({ name: 'Jane Doe', via: 'pager' });
    expect(world.audit.entries.at(-1)).toMatchObject({ actorName: 'Jane Doe via pager', verdict: 'done' });
    expect(alert && owedOf(alert, undefined, world.clock.now())?.kind).toBe('firing');
    expect(await answer(world, { by: 'Somebody else' })).toMatchObject({ body: { status: 'known' } });
  });

  it('an alert nobody knows is refused', async () => {
    const world = await anIntake();
    await world.report();
    expect(await answer(world, { dedupe: 'prod-east|external|workload:x' })).toMatchObject({ status: 404 });
  });

  it('PagerDuty’s own signature and words do as well; what happened before it fired again does not count', async () => {
    const world = await anIntake();
    await world.report();
    const [alert] = await world.alerts();
    const say = (type: string, occurredAt: number) => {
      const body = JSON.stringify({
        event: {
          event_type: type,
          occurred_at: new Date(occurredAt).toISOString(),
          agent: { summary: 'Earline Greenholt' },
          data: { incident_key: alert?.fingerprint },
        },
      });
      const headers = { 'x-pagerduty-signature': `v1=${'0'.repeat(64)}, v1=${hex(PAGER, body)}` };
      return world.post({ path: '/v1/pagerduty', body, headers });
    };
    const now = world.clock.now();
    expect(await say('incident.triggered', now)).toMatchObject({ body: { status: 'ignored' } });
    expect(await say('incident.acknowledged', now - MINUTE)).toMatchObject({ body: { status: 'known' } });
    expect((await world.alerts())[0]?.acknowledged).toBeUndefined();
    expect(await say('incident.acknowledged', now)).toMatchObject({ body: { status: 'acknowledged' } });
    expect((await world.alerts())[0]?.acknowledged?.by).toEqual({
      name: 'Earline Greenholt',
      via: 'PagerDuty',
    });
  });
});

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openPce } from '../../../src/adapters/pce/index.ts';
import type { PceErrorCode } from '../../../src/core/ports.ts';
import type { FaultSpec } from '../../../src/simulators/pce/http/faults.ts';
import { testClock } from './support/clock.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter, START, settingsFor, testLog } from './support/pce.ts';

/** For faults that keep us waiting. */
const SHORT = { headers: 500, body: 500, call: 500 };

const aLabWithOne = async (fault?: FaultSpec) => {
  const times = fault?.kind === 'delay' || fault?.kind === 'slow' ? SHORT : {};
  const lab = await aLab({ workloads: 3 }, { times });
  const href = Object.keys(lab.sim.control.state().workloads)[0] ?? '';
  if (fault !== undefined) lab.sim.control.fault(fault);
  const sent = (): string[] => lab.sim.control.state().requests.map(({ method }) => method);
  return { ...lab, href, sent };
};

type Row = readonly [string, Omit<FaultSpec, 'path'>, PceErrorCode, RegExp, number];

describe('fault 18: a GET that keeps failing', () => {
  it.each<Row>([
    [
      '401 is final',
      { kind: 'status', status: 401 },
      'unauthorised',
      /does not accept the read key \(HTTP 401: Simulated/,
      1,
    ],
    ['403 is final', { kind: 'status', status: 403 }, 'forbidden', /read key may not do this.*HTTP 403/, 1],
    [
      '406 is final, in the words of the PCE',
      { kind: 'status', status: 406 },
      'invalid',
      /^HTTP 406: Simulated status 406 \(service_un/,
      1,
    ],
    ['400 is final', { kind: 'status', status: 400 }, 'invalid', /HTTP 400/, 1],
    ['429 is tried once more', { kind: 'status', status: 429 }, 'rate-limited', /fewer calls \(HTTP 429/, 2],
    ['500 is tried three times', { kind: 'status', status: 500 }, 'unavailable', /^HTTP 500: Simulated/, 3],
    ['503 is tried three times', { kind: 'status', status: 503 }, 'unavailable', /^HTTP 503/, 3],
    ['a reset connection three times', { kind: 'reset' }, 'unavailable', /connection lost/, 3],
    ['a redirect is no answer', { kind: 'status', status: 302 }, 'bad-answer', /HTTP 302/, 3],
    ['a maintenance page at 200 is no answer', { kind: 'html' }, 'bad-answer', /web page instead of JSON/, 3],
    [
      'a maintenance page at 503 is unavailable',
      { kind: 'html', status: 503 },
      'unavailable',
      /^HTTP 503$/,
      3,
    ],
    ['an empty 200 is no answer', { kind: 'empty' }, 'bad-answer', /empty/, 3],
    ['half a JSON is no answer', { kind: 'half' }, 'bad-answer', /not JSON/, 3],
    [
      'a body cut by the connection is none either',
      { kind: 'truncate' },
      'unavailable',
      /connection lost/,
      3,
    ],
    ['an answer that does not come times out', { kind: 'delay', ms: 10_000 }, 'timeout', /answer in time/, 3],
    [
      'a dripping body times out as a whole',
      { kind: 'slow', ms: 10_000 },
      'timeout',
      /no complete answer in time/,
      3,
    ],
  ])('%s', async (_, fault, code, message, tries) => {
    const { pce, href, sent } = await aLabWithOne({ path: '/workloads/', ...fault });
    const error = await failureOf(pce.workload(href));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(sent()).toHaveLength(tries);
    expect(error.retryable).toBe(['rate-limited', 'unavailable', 'timeout', 'bad-answer'].includes(code));
  });

  it.each<[string, Omit<FaultSpec, 'path'>]>([
    ['a reset', { kind: 'reset' }],
    ['two 503', { kind: 'status', times: 2 }],
    ['a 429', { kind: 'status', status: 429 }],
    ['a maintenance page', { kind: 'html' }],
    ['half a body', { kind: 'half' }],
    ['a lost body', { kind: 'truncate' }],
    ['a time-out', { kind: 'delay', ms: 10_000 }],
  ])('succeeds after %s', async (_, fault) => {
    const { pce, href } = await aLabWithOne({ path: '/workloads/', times: 1, ...fault });
    expect((await pce.workload(href))?.href).toBe(href);
    expect(pce.reach()).toMatchObject({ failingSince: undefined, refused: false });
  });

  it('waits longer before each further try, with jitter', async () => {
    const { pce, href, clock } = await aLabWithOne({ path: '/workloads/', kind: 'status' });
    await failureOf(pce.workload(href));
    expect(clock.slept).toEqual([400, 800]);
  });

  it.each<[string, Record<string, string>, number]>([
    ['without Retry-After two seconds', {}, 2_000],
    ['with Retry-After what it says', { 'Retry-After': '7' }, 7_000],
    ['at most half a minute', { 'Retry-After': '86400' }, 30_000],
    ['Retry-After 0 at once', { 'Retry-After': '0' }, 0],
    ['nonsense like nothing', { 'Retry-After': 'abc' }, 2_000],
    ['an HTTP date until then', { 'Retry-After': new Date(START + 4_000).toUTCString() }, 4_000],
  ])('after a 429 it waits %s', async (_, headers, ms) => {
    const { pce, href, clock } = await aLabWithOne({
      path: '/workloads/',
      kind: 'status',
      status: 429,
      times: 1,
      headers,
    });
    await pce.workload(href);
    expect(clock.slept).toEqual([ms]);
  });
});

describe('a PUT', () => {
  it.each<Row>([
    [
      'a time-out',
      { kind: 'delay', ms: 10_000, after: 'apply' },
      'timeout',
      /whether the PCE did it is not known/,
      1,
    ],
    ['a reset', { kind: 'reset', after: 'apply' }, 'timeout', /connection lost; whether/, 1],
    [
      'a 503, which a proxy may have given',
      { kind: 'status', after: 'apply' },
      'timeout',
      /HTTP 503.*whether/,
      1,
    ],
    [
      'a page at 200, which is no 204',
      { kind: 'html', after: 'apply' },
      'timeout',
      /HTTP 200 instead of 204; whether/,
      1,
    ],
    ['a 500', { kind: 'status', status: 500 }, 'timeout', /HTTP 500.*whether/, 1],
  ])('is never repeated after %s: its outcome is unknown', async (_, fault, code, message, tries) => {
    const { pce, href, sent } = await aLabWithOne({ path: '/workloads/', method: 'PUT', ...fault });
    const error = await failureOf(pce.putLabels(href, []));
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringMatching(message) });
    expect(sent()).toHaveLength(tries);
  });

  it.each<Row>([
    ['406', { kind: 'status', status: 406 }, 'invalid', /HTTP 406/, 1],
    ['403', { kind: 'status', status: 403 }, 'forbidden', /write key may not/, 1],
    ['404', { kind: 'status', status: 404 }, 'not-found', /does not have this/, 1],
  ])('%s says that nothing was done', async (_, fault, code, message, tries) => {
    const { pce, href, sent } = await aLabWithOne({ path: '/workloads/', method: 'PUT', ...fault });
    expect(await failureOf(pce.putLabels(href, []))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(sent()).toHaveLength(tries);
  });

  it('is repeated once after 429, which means not processed', async () => {
    const { pce, href, sim } = await aLabWithOne({
      path: '/workloads/',
      method: 'PUT',
      kind: 'status',
      status: 429,
      times: 1,
    });
    await pce.putLabels(href, []);
    expect(sim.control.state().writes).toHaveLength(1);
  });

  it('whose answer does not even begin has its own limit', async () => {
    const fake = await aFake(() => {});
    const pce = anAdapter(fake.url, { times: { headers: 100, call: 30_000 } });
    const error = await failureOf(pce.putLabels('/orgs/1/workloads/a', []));
    expect(error).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^no answer in time; whether/),
    });
  });

  it('under way when the bot stops is in doubt too', async () => {
    const fake = await aFake(() => void pce.close());
    const pce = openPce(settingsFor(fake.url), { clock: testClock(), log: testLog() });
    expect(await failureOf(pce.putLabels('/orgs/1/workloads/a', []))).toMatchObject({ code: 'timeout' });
    expect(await failureOf(pce.putLabels('/orgs/1/workloads/a', []))).toMatchObject({ code: 'unavailable' });
    expect(fake.requests).toHaveLength(1);
  });

  it('that cannot even connect is not in doubt', async () => {
    const pce = anAdapter('http://127.0.0.1:1');
    expect(await failureOf(pce.putLabels('/orgs/1/workloads/a', []))).toMatchObject({
      code: 'unavailable',
      message: 'connection refused',
      retryable: true,
    });
  });
});

describe('the wire', () => {
  it('carries the right key, and none for node_available', async () => {
    const seen: string[] = [];
    const fake = await aFake((request, response) => {
      const user = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString();
      seen.push(`${request.method} ${request.url?.split('?')[0]?.split('/').pop()} ${user}`);
      request.method === 'PUT' ? response.writeHead(204).end() : sendJson(response, []);
    });
    const pce = anAdapter(fake.url, {
      settings: {
        read: { key: 'api_r', secret: 'r' },
        write: { key: 'api_w', secret: 'w' },
        traffic: { key: 'api_t', secret: 't' },
      },
    });
    await pce.health();
    await pce.putLabels('/orgs/1/workloads/abc', []);
    await pce.deleteStaleQueries();
    expect(seen).toEqual([
      'GET health api_r:r',
      'GET node_available ',
      'PUT abc api_w:w',
      'GET async_queries api_t:t',
    ]);
  });

  it('unpacks gzip, whether a header announces it or not', async () => {
    const body = gzipSync(JSON.stringify([{ href: '/orgs/1/labels/1', key: 'env', value: 'prod' }]));
    const fake = await aFake((_, response, n) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(n === 1 ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(body);
    });
    const pce = anAdapter(fake.url);
    for (const _ of [1, 2]) expect((await pce.findLabel('env', 'prod'))?.href).toBe('/orgs/1/labels/1');
  });

  it('refuses damaged gzip and a body without end', async () => {
    const fake = await aFake((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.url?.includes('health')) {
        for (let n = 0; n < 20; n += 1) response.write(' '.repeat(1024 * 1024));
        return;
      }
      response.end(gzipSync(JSON.stringify([1, 2, 3])).subarray(0, 20));
    });
    const pce = anAdapter(fake.url);
    expect(await failureOf(pce.findLabel('env', 'prod'))).toMatchObject({
      code: 'bad-answer',
      message: 'an answer whose gzip is damaged',
    });
    expect(await failureOf(pce.health())).toMatchObject({
      code: 'bad-answer',
      message: /longer than 16777216 bytes/,
    });
  });

  it('percent-encodes what it asks for', async () => {
    const fake = await aFake((_, response) => sendJson(response, []));
    await anAdapter(fake.url).findLabel('env', 'a+b c&d');
    expect(fake.requests[0]).toBe('GET /orgs/1/labels?key=env&value=a%2Bb%20c%26d&max_results=500');
  });

  it('logs the request id, and keeps it with an error; secrets are in neither', async () => {
    const log = testLog();
    const fake = await aFake((_, response) =>
      sendJson(response, [{ token: 'lock_error', message: 'Locked' }], 406, { 'X-Request-Id': 'id-7' }),
    );
    const error = await failureOf(anAdapter(fake.url, { log }).workload('/orgs/1/workloads/a'));
    expect(error).toMatchObject({ requestId: 'id-7', message: 'HTTP 406: Locked (lock_error)' });
    expect(log.lines).toMatchObject([{ pce: 'lab', requestId: 'id-7', code: 'invalid' }]);
    expect(JSON.stringify(log.lines)).not.toMatch(/simsecret|Basic/);
  });

  it.each([
    ['an object', { token: 'a', message: 'b' }, 'HTTP 406: b (a)'],
    ['an item with `error`', [{ error: 'b' }], 'HTTP 406: b'],
    ['a token alone', [{ token: 'a' }], 'HTTP 406: a'],
    ['nothing of use', [], 'HTTP 406'],
  ])('reads an error body that is %s', async (_, body, message) => {
    const fake = await aFake((_request, response) => sendJson(response, body, 406));
    expect((await failureOf(anAdapter(fake.url).workload('/orgs/1/workloads/a'))).message).toBe(message);
  });

  it('keeps what the PCE embeds of our input short', async () => {
    const fake = await aFake((_, response) => sendJson(response, [{ message: 'x'.repeat(5_000) }], 406));
    expect(
      (await failureOf(anAdapter(fake.url).workload('/orgs/1/workloads/a'))).message.length,
    ).toBeLessThan(320);
  });

  it('follows no href out of the workloads', async () => {
    const fake = await aFake((_, response) => sendJson(response, {}));
    for (const href of [
      '/orgs/1/api_keys/1',
      '/orgs/1/workloads/../users',
      '//elsewhere.example.com/x',
      '/orgs/1/workloads/a?b',
    ]) {
      expect(await failureOf(anAdapter(fake.url).workload(href))).toMatchObject({ code: 'invalid' });
    }
    expect(fake.requests).toEqual([]);
  });

  it('rejects calls under way, and later ones, once it is closed', async () => {
    const fake = await aFake((_request, _response, n) => {
      if (n === 1) void pce.close();
    });
    const pce = openPce(settingsFor(fake.url), { clock: testClock(), log: testLog() });
    expect(await failureOf(pce.version())).toMatchObject({
      code: 'unavailable',
      message: 'the bot is stopping',
    });
    expect(await failureOf(pce.version())).toMatchObject({ message: 'the bot is stopping' });
    expect(fake.requests).toHaveLength(1);
  });
});

describe('reach through real calls', () => {
  it('sees a refused key, and that the PCE itself is there', async () => {
    const { sim, clock } = await aLab();
    const pce = anAdapter(sim.url, { clock, settings: { read: { key: 'api_sim', secret: 'wrong' } } });
    await failureOf(pce.version());
    expect(pce.reach().refused).toBe(false);
    await failureOf(pce.version());
    expect(pce.reach()).toMatchObject({
      refused: true,
      why: expect.stringMatching(/does not accept the read key/),
    });
  });

  it('is not refused by a PCE that has no /health', async () => {
    const { sim, pce } = await aLab();
    sim.control.fault({ path: '/health', kind: 'status', status: 403 });
    for (const _ of [1, 2, 3]) expect(await pce.health()).toMatchObject({ available: false });
    expect(pce.reach()).toMatchObject({ refused: false, failingSince: undefined });
  });

  it('counts its calls', async () => {
    const { pce } = await aLab();
    for (const _ of [1, 2, 3]) await pce.version();
    expect(pce.callsPerMinute()).toBe(3);
  });
});

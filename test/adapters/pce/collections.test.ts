import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { FaultSpec } from '../../../src/simulators/pce/http/faults.ts';
import { failureOf } from './support/failure.ts';
import { aFake, sendJson } from './support/fake.ts';
import { aLab, anAdapter } from './support/pce.ts';

const hrefsOf = async (pce: {
  eachWorkload: (take: (one: { href: string }) => void) => Promise<void>;
}): Promise<string[]> => {
  const hrefs: string[] = [];
  await pce.eachWorkload(({ href }) => hrefs.push(href));
  return hrefs;
};

describe('all workloads', () => {
  it.each([
    [60, 1],
    [499, 1],
    [500, 1],
    [1_234, 3],
  ])('of %i come in %i reads', async (workloads, reads) => {
    const { pce, sim } = await aLab({ workloads });
    const hrefs = await hrefsOf(pce);
    expect(new Set(hrefs).size).toBe(workloads);
    const { requests } = sim.control.state();
    expect(requests.filter(({ path }) => /workloads$|datafiles/.test(path))).toHaveLength(reads);
  });

  it('leave no job behind', async () => {
    const { pce, sim } = await aLab({ workloads: 600 });
    await hrefsOf(pce);
    expect(sim.control.state().requests.at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
  });

  it.each<[string, FaultSpec]>([
    ['a poll answers 503', { path: '/jobs/', kind: 'status', times: 2 }],
    ['a poll is reset', { path: '/jobs/', kind: 'reset', times: 1 }],
    ['the data file is cut short', { path: '/datafiles/', kind: 'truncate', times: 1 }],
    ['the data file comes as half', { path: '/datafiles/', kind: 'half', times: 1 }],
  ])('are complete although %s', async (_, fault) => {
    const { pce, sim } = await aLab({ workloads: 700 });
    sim.control.fault(fault);
    expect(new Set(await hrefsOf(pce)).size).toBe(700);
  });
});

const ROWS = Array.from({ length: 800 }, (_, n) => ({ href: `/orgs/1/workloads/w${n}` }));
const JOB = '/orgs/1/jobs/j';
const FILE = '/orgs/1/datafiles/d';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const accepted =
  (headers: Record<string, string>): Answer =>
  (_, response) =>
    response.writeHead(202, headers).end();
const rows =
  (count: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    sendJson(response, ROWS.slice(0, count), 200, headers);
const job =
  (body: object): Answer =>
  (_, response) =>
    sendJson(response, { href: JOB, ...body });
const refused: Answer = (_, response) => sendJson(response, [{ token: 'x', message: 'no' }], 406);

/** A PCE of 800 workloads that hands out 500 at most, unless a part says otherwise. */
const aPce = async (parts: { start?: Answer; poll?: Answer; file?: Answer; long?: Answer }) => {
  let polls = 0;
  return await aFake((request, response) => {
    const url = request.url ?? '';
    if (request.headers['prefer'] === 'respond-async')
      (parts.start ?? accepted({ location: JOB }))(request, response);
    else if (request.method === 'DELETE') response.writeHead(204).end();
    else if (url.includes('/jobs/')) {
      polls += 1;
      const answer =
        polls < 3 ? job({ status: polls === 1 ? 'pending' : 'running', result: null }) : undefined;
      (answer ?? parts.poll ?? job({ status: 'done', result: { href: FILE } }))(request, response);
    } else if (url.includes('/datafiles/')) (parts.file ?? rows(800))(request, response);
    else (url.includes('max_results=500') ? rows(500) : (parts.long ?? rows(500)))(request, response);
  });
};

describe('a collection above 500 rows', () => {
  it.each<[string, Parameters<typeof aPce>[0]]>([
    ['through a job', {}],
    [
      'with the Location as an absolute URL',
      { start: accepted({ location: `https://other.example.com:8443/api/v2${JOB}` }) },
    ],
    ['with the Location under /api/v2', { start: accepted({ location: `/api/v2${JOB}` }) }],
    ['when the PCE answers the job request at once', { start: rows(800) }],
    ['with a large max_results where jobs are refused', { start: refused, long: rows(800) }],
    [
      'the same where the job fails',
      { poll: job({ status: 'failed', result: { message: 'no room' } }), long: rows(800) },
    ],
    ['the same where the job request is answered at once and cut', { start: rows(500), long: rows(800) }],
    [
      'the same where it is cut at another size, as a header tells',
      { start: rows(600, { 'X-Matched-Count': '800' }), long: rows(800) },
    ],
  ])('is read %s', async (_, parts) => {
    const fake = await aPce(parts);
    expect(new Set(await hrefsOf(anAdapter(fake.url))).size).toBe(800);
  });

  it.each<[string, Parameters<typeof aPce>[0], object]>([
    [
      'no way gives all rows',
      { start: refused },
      { code: 'invalid', message: /only 500 workloads, and not all in a job: HTTP 406: no/ },
    ],
    [
      'the job fails',
      { poll: job({ status: 'failed', result: { message: 'no room' } }) },
      { code: 'unavailable', message: /job failed: no room/ },
    ],
    [
      'the job is done without result',
      { poll: job({ status: 'done', result: null }) },
      { code: 'bad-answer', message: /no result/ },
    ],
    [
      'the job never ends ("completed" is no status of a job)',
      { poll: job({ status: 'completed' }) },
      { code: 'timeout', message: /job in time/ },
    ],
    ['there is no Location', { start: accepted({}) }, { code: 'bad-answer', message: /did not say where/ }],
    [
      'the file is a page',
      { file: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>') },
      { code: 'bad-answer', message: /web page/ },
    ],
  ])('is refused, not cut, when %s', async (_, parts, expected) => {
    const fake = await aPce(parts);
    const { message, ...rest } = expected as { message: RegExp };
    expect(await failureOf(hrefsOf(anAdapter(fake.url)))).toMatchObject({
      ...rest,
      message: expect.stringMatching(message),
    });
  });

  it('is asked for as often as Retry-After says, within 1 to 30 s', async () => {
    const fake = await aPce({ start: accepted({ location: JOB, 'retry-after': '0' }) });
    const { pce, clock } = await aLab();
    await pce.version();
    const adapter = anAdapter(fake.url, { clock });
    await hrefsOf(adapter);
    expect(clock.slept).toEqual([1_000, 5_000, 5_000]);
  });
});

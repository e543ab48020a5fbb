import { get as httpGet } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Client } from './support.ts';
import { basic, start, tokens } from './support.ts';

const EVENTS = '/orgs/1/events';

/** GET with node:http, which shows what reached the client before a connection broke. */
const rawGet = (client: Client, path: string): Promise<{ readonly text: string; readonly broken: boolean }> =>
  new Promise((resolve, reject) => {
    const url = `${client.sim.url}/api/v2${path}`;
    httpGet(url, { headers: basic('api_sim', 'simsecret') }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => {
        text += part.toString();
      });
      response.on('end', () => resolve({ text, broken: false }));
      response.on('error', () => resolve({ text, broken: true }));
    }).on('error', reject);
  });

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('faults of /_sim/faults (design §8)', () => {
  it('status answers with that status, the headers given and an error array', async () => {
    const client = await start();
    await client.drive('faults', {
      path: EVENTS,
      kind: 'status',
      status: 429,
      headers: { 'Retry-After': '3' },
    });
    const reply = await client.get(EVENTS);
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '3']);
    expect(tokens(reply)).toEqual(['too_many_requests_error']);
  });

  it('status is 503 when none is given', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'status' });
    expect((await client.get(EVENTS)).status).toBe(503);
  });

  it('reset ends the connection without an answer', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'reset' });
    await expect(client.get(EVENTS)).rejects.toThrow();
    expect(client.sim.control.state().requests.at(-1)).toMatchObject({ path: `/api/v2${EVENTS}`, status: 0 });
  });

  it('half is a complete message with half of the JSON', async () => {
    const client = await start();
    const whole = (await client.get(EVENTS)).text;
    await client.drive('faults', { path: EVENTS, kind: 'half' });
    const reply = await client.get(EVENTS);
    expect(reply.status).toBe(200);
    expect(reply.text).toBe(whole.slice(0, Math.floor(whole.length / 2)));
  });

  it('truncate breaks the connection in the middle of the body', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'truncate' });
    const { text, broken } = await rawGet(client, EVENTS);
    expect(broken).toBe(true);
    expect(text.length).toBeGreaterThan(0);
    expect(isJson(text)).toBe(false);
  });

  it('html is a maintenance page with status 200', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'html' });
    const reply = await client.get(EVENTS);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect(reply.text).toContain('<html>');
  });

  it('empty is 200 with nothing', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'empty' });
    const reply = await client.get(EVENTS);
    expect([reply.status, reply.text]).toEqual([200, '']);
  });

  it.each(['delay', 'slow'])('%s gives the true answer, later', async (kind) => {
    const client = await start();
    const whole = (await client.get(EVENTS)).text;
    await client.drive('faults', { path: EVENTS, kind, ms: 60 });
    const before = performance.now();
    expect((await client.get(EVENTS)).text).toBe(whole);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });
});

describe('whom a fault hits', () => {
  it.each([
    ['the path in full', { path: '/api/v2/orgs/1/events' }, 503],
    ['a part of the path', { path: 'events' }, 503],
    ['a star stands for anything', { path: '/orgs/*/events' }, 503],
    ['another path does not fit', { path: '/orgs/1/labels' }, 200],
    ['a dot is a dot', { path: 'orgs.1' }, 200],
    ['the method fits', { path: 'events', method: 'get' }, 503],
    ['another method does not fit', { path: 'events', method: 'PUT' }, 200],
  ])('%s', async (_, where, status) => {
    const client = await start();
    await client.drive('faults', { kind: 'status', ...where });
    expect((await client.get(EVENTS)).status).toBe(status);
  });

  it('times limits it, and without times it stays until deleted', async () => {
    const client = await start();
    await client.drive('faults', { path: EVENTS, kind: 'status', times: 2 });
    const statuses = [await client.get(EVENTS), await client.get(EVENTS), await client.get(EVENTS)].map(
      (reply) => reply.status,
    );
    expect(statuses).toEqual([503, 503, 200]);
    await client.drive('faults', { path: EVENTS, kind: 'status' });
    expect((await client.get(EVENTS)).status).toBe(503);
    await client.call('DELETE', '/_sim/faults');
    expect((await client.get(EVENTS)).status).toBe(200);
  });

  it('one fault is deleted by its id, others stay', async () => {
    const client = await start();
    const { id } = (await client.drive('faults', { path: EVENTS, kind: 'status' })).json<{ id: string }>();
    await client.drive('faults', { path: '/noop', kind: 'status' });
    await client.call('DELETE', `/_sim/faults?id=${id}`);
    expect((await client.get(EVENTS)).status).toBe(200);
    expect((await client.get('/noop')).status).toBe(503);
  });

  it.each([
    ['an unknown kind', { path: EVENTS, kind: 'explode' }],
    ['no path', { kind: 'reset' }],
    ['an unknown field', { path: EVENTS, kind: 'reset', count: 1 }],
    ['after something else', { path: EVENTS, kind: 'reset', after: 'dinner' }],
  ])('406 for %s', async (_, spec) => {
    const client = await start();
    expect((await client.call('POST', '/_sim/faults', spec)).status).toBe(406);
  });
});

describe('a write whose answer is spoilt', () => {
  const kinds = ['status', 'reset', 'half', 'html', 'empty', 'truncate'];

  it.each(kinds)('%s: the write did not happen', async (kind) => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.drive('faults', { path: href, method: 'PUT', kind });
    const outcome = await client.put(href, { enforcement_mode: 'idle' }).catch(() => undefined);
    expect(outcome?.status).not.toBe(204);
    expect((await client.workload('web-01'))['enforcement_mode']).toBe('full');
    expect(client.sim.control.state().writes).toHaveLength(0);
  });

  it.each(kinds)(
    '%s after apply: the write happened once, with its event, and the client did not hear it',
    async (kind) => {
      const client = await start();
      const { href } = await client.workload('web-01');
      await client.drive('faults', { path: href, method: 'PUT', kind, after: 'apply' });
      const outcome = await client.put(href, { enforcement_mode: 'idle' }).catch(() => undefined);
      expect(outcome?.status).not.toBe(204);
      expect((await client.workload('web-01'))['enforcement_mode']).toBe('idle');
      expect(client.sim.control.state().writes).toHaveLength(1);
      expect((await client.get(`${EVENTS}?event_type=workload.update`)).json()).toHaveLength(1);
    },
  );

  it('delay after apply: the write is there before its answer', async () => {
    const client = await start();
    const { href } = await client.workload('web-01');
    await client.drive('faults', { path: href, method: 'PUT', kind: 'delay', ms: 300, after: 'apply' });
    const pending = client.put(href, { enforcement_mode: 'idle' });
    const seen = async (): Promise<unknown> => {
      const mode = (await client.workload('web-01'))['enforcement_mode'];
      return mode === 'idle'
        ? client.sim.control.state().requests.find(({ method }) => method === 'PUT')?.status
        : seen();
    };
    expect(await seen()).toBe(0);
    expect((await pending).status).toBe(204);
  });
});

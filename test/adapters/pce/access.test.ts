import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXPIRED, GOOD, KEY, OTHER_HOST } from './support/certificates.ts';
import { aFake } from './support/fake.ts';
import { aLab, anAdapter, cleanUp } from './support/pce.ts';

/** A file with this text that is gone after the test. */
const aFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'pce-'));
  cleanUp(async () => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, text);
  return file;
};

describe('the address of a PCE', () => {
  it.each<[string, object, RegExp]>([
    [
      'plain http to another machine',
      { url: 'http://pce.example.com:8443' },
      /^PCE lab: http:\/\/pce.example.com:8443 is not https\. Plain http is for this machine/,
    ],
    [
      'plain http to a name that only begins like ours',
      { url: 'http://localhost.example.com' },
      /is not https/,
    ],
    ['something else than http', { url: 'ftp://127.0.0.1' }, /is not https/],
    ['no URL', { url: 'pce.example.com' }, /the url is not a URL/],
    [
      'a key in the url',
      { url: 'https://api_1:s3cret@pce.example.com' },
      /^(?!.*s3cret).*the key belongs into/,
    ],
    [
      'a CA file that is not there',
      { caFile: '/nowhere/ca.pem' },
      /ca_file \/nowhere\/ca.pem cannot be read/,
    ],
    [
      'a CA file without certificate',
      { caFile: new URL(import.meta.url).pathname.replace('access.test.ts', 'reach.test.ts') },
      /holds no PEM certificate/,
    ],
  ])('is refused at once for %s', (_, settings, sentence) => {
    expect(() => anAdapter('https://pce.example.com', { settings })).toThrow(sentence);
  });

  it.each([
    'http://localhost:1',
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'https://pce.example.com:8443/',
    'https://pce.example.com/api/v2',
  ])('may be %s', (url) => {
    expect(() => anAdapter(url)).not.toThrow();
  });

  it('may have a path before the API, and a slash at its end', async () => {
    const fake = await aFake((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    );
    await anAdapter(`${fake.url}/pce/`).version();
    expect(fake.requests).toEqual(['GET /pce/product_version']);
  });
});

describe('access', () => {
  it('is there with the right key', async () => {
    const { pce } = await aLab();
    expect(await pce.checkAccess()).toEqual({ ok: true });
    expect(await pce.version()).toMatch(/^25\.2/);
  });

  it.each<[string, 'read' | 'write' | 'traffic', object, object]>([
    [
      'a wrong key',
      'read',
      { read: { key: 'api_sim', secret: 'wrong' } },
      { code: 'unauthorised', why: /^the PCE does not accept the read key/ },
    ],
    [
      'a wrong write key',
      'write',
      { write: { key: 'api_x', secret: 'x' } },
      { code: 'unauthorised', why: /write key/ },
    ],
    [
      'a wrong traffic key',
      'traffic',
      { traffic: { key: 'api_x', secret: 'x' } },
      { code: 'unauthorised', why: /traffic key/ },
    ],
    [
      'another organisation',
      'read',
      { org: 77 },
      { code: 'forbidden', why: /the read key is right, but not for organisation 77/ },
    ],
  ])('is refused with %s', async (_, key, settings, expected) => {
    const { sim, clock } = await aLab();
    const { why, ...rest } = expected as { why: RegExp };
    const access = await anAdapter(sim.url, { clock, settings }).checkAccess(key);
    expect(access).toMatchObject({ ok: false, ...rest, why: expect.stringMatching(why) });
  });

  it('is not there at an address without PCE', async () => {
    const fake = await aFake((_, response) =>
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>?</h1>'),
    );
    expect(await anAdapter(fake.url).checkAccess()).toMatchObject({
      code: 'not-found',
      why: expect.stringMatching(/^no PCE API at this url/),
    });
  });

  it('is not there behind a maintenance page', async () => {
    const { pce, sim } = await aLab();
    sim.control.fault({ path: '/noop', kind: 'html' });
    expect(await pce.checkAccess()).toMatchObject({ code: 'bad-answer' });
  });

  it.each([
    ['a port nobody listens on', 'http://127.0.0.1:1', 'connection refused'],
    ['a name nobody has', 'https://pce.invalid', /^host name not found/],
  ])('is not there at %s', async (_, url, why) => {
    expect(await anAdapter(url).checkAccess()).toMatchObject({
      code: 'unavailable',
      why: typeof why === 'string' ? why : expect.stringMatching(why),
    });
  });
});

describe('TLS', () => {
  const aSecureLab = async (cert: string, caFile?: string) => {
    const { sim, clock } = await aLab({ tls: { cert, key: KEY } });
    return anAdapter(sim.url, { clock, settings: { caFile } });
  };

  it('works with the operator’s own authority', async () => {
    expect(await (await aSecureLab(GOOD, aFile(GOOD))).checkAccess()).toEqual({ ok: true });
  });

  it.each<[string, string, string | undefined, string]>([
    ['is not known', GOOD, undefined, 'TLS: certificate is self-signed; name it in ca_file'],
    ['has expired', EXPIRED, EXPIRED, 'TLS: certificate expired'],
    ['is for another host', OTHER_HOST, OTHER_HOST, 'TLS: certificate is for another host name'],
  ])('names the problem when the certificate %s', async (_, cert, ca, why) => {
    const pce = await aSecureLab(cert, ca === undefined ? undefined : aFile(ca));
    expect(await pce.checkAccess()).toEqual({ ok: false, code: 'unavailable', why });
    expect(pce.reach()).toMatchObject({ refused: false, why });
  });

  it('is not spoken by a plain server', async () => {
    const fake = await aFake((_, response) => response.end());
    const access = await anAdapter(fake.url.replace('http:', 'https:')).checkAccess();
    expect(access).toMatchObject({ code: 'unavailable', why: expect.stringMatching(/^TLS: /) });
  });
});

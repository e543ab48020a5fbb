import { expect, test } from 'vitest';
import { type Bench, bench } from './support.ts';

const SOC = 'C0SOC0001';
const png = Buffer.from('89504e470d0a1a0a', 'hex');

const upload = async (b: Bench, name: string, bytes: Buffer): Promise<string> => {
  const { upload_url: url, file_id: id } = await b.api('files.getUploadURLExternal', {
    filename: name,
    length: bytes.length,
  });
  expect(id).toMatch(/^F[A-Z0-9]{8,}$/);
  expect(await (await fetch(url, { method: 'POST', body: bytes })).text()).toBe(`OK - ${bytes.length}`);
  return id;
};

test.each<[string, Record<string, unknown>, string]>([
  ['a length of 0', { filename: 'a.csv', length: 0 }, 'missing_argument'],
  ['no name', { length: 1 }, 'missing_argument'],
  [
    'an alt text of 1001 characters',
    { filename: 'a.png', length: 1, alt_txt: 'x'.repeat(1001) },
    'alt_txt_too_large',
  ],
])('an upload with %s is refused', async (_what, args, error) => {
  const b = await bench();
  expect(await b.api('files.getUploadURLExternal', args)).toMatchObject({ ok: false, error });
});

test('a file nobody uploaded cannot be completed, nor shared where the bot is not', async () => {
  const b = await bench();
  const { file_id: id } = await b.api('files.getUploadURLExternal', { filename: 'a.csv', length: 1 });
  const complete = 'files.completeUploadExternal';
  expect(await b.api(complete, { files: [{ id }], channel_id: SOC })).toMatchObject({
    error: 'file_not_found',
  });
  const good = await upload(b, 'a.csv', Buffer.from('x'));
  expect(await b.api(complete, { files: [{ id: good }], channel_id: 'C0NOTMEM1' })).toMatchObject({
    error: 'not_in_channel',
  });
  expect(b.messages('C0NOTMEM1')).toEqual([]);
});

test('a file is shared in a thread, and files.info names where', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'root' });
  const id = await upload(b, 'hosts.csv', Buffer.from('web-01'));
  const args = {
    files: [{ id, title: 'Hosts' }],
    channel_id: SOC,
    thread_ts: ts,
    initial_comment: 'all hosts',
  };
  expect(await b.api('files.completeUploadExternal', args)).toMatchObject({ ok: true });
  const [, shared] = b.messages(SOC);
  expect(shared).toMatchObject({
    text: 'all hosts',
    thread_ts: ts,
    files: [{ id, name: 'hosts.csv', text: 'web-01' }],
  });
  const { file } = await b.api('files.info', { file: id });
  expect(file.shares.public[SOC]).toMatchObject([{ ts: shared.ts, thread_ts: ts }]);
  expect(await (await fetch(file.url_private)).text()).toBe('web-01');
});

test('a private image may be shown once it is processed, a shared one at once', async () => {
  const b = await bench({ fileMs: 5_000 });
  const show = (id: string) =>
    b.api('chat.postMessage', {
      channel: SOC,
      text: 'x',
      blocks: [{ type: 'image', slack_file: { id }, alt_text: 'x' }],
    });
  const lonely = await upload(b, 'chart.png', png);
  expect(await show(lonely)).toMatchObject({ error: 'invalid_blocks' });
  await b.api('files.completeUploadExternal', { files: [{ id: lonely }] });
  expect(await show(lonely)).toMatchObject({ error: 'invalid_blocks' });
  expect((await b.api('files.info', { file: lonely })).file.mimetype).toBe('');
  b.clock.advance(5_000);
  expect((await b.api('files.info', { file: lonely })).file).toMatchObject({
    mimetype: 'image/png',
    thumb_360: expect.any(String),
  });
  expect(await show(lonely)).toMatchObject({ ok: true });
  const shared = await upload(b, 'chart.png', png);
  await b.api('files.completeUploadExternal', { files: [{ id: shared }], channel_id: SOC });
  expect(await show(shared)).toMatchObject({ ok: true });
});

import { expect, test } from 'vitest';
import { openSocket } from './socket.ts';
import { type Any, type Bench, bench, input, modal, plain } from './support.ts';

const SOC = 'C0SOC0001';
const option = (text: string, value = text) => ({ text: plain(text), value });
const numbered = (count: number) => Array.from({ length: count }, (_, n) => option(`web-${n}`));

/** A form with one external select, and an app that answers what is typed with `answer`. */
const typing = async (
  answer: unknown,
  element: object = { type: 'external_select', min_query_length: 1 },
): Promise<{ b: Bench; view: string; received: Any[]; type(value: string): Promise<Any> }> => {
  const b = await bench();
  const { received } = await openSocket(b, ({ payload }) =>
    payload['type'] === 'block_suggestion' ? answer : {},
  );
  const trigger = ((await b.sim.control.command({ user: 'maya', channel: SOC, text: '' })) as Any).trigger_id;
  const opened = await b.api('views.open', {
    trigger_id: trigger,
    view: modal([input('host', {}, element)], { submit: plain('Go'), private_metadata: 'draft-1' }),
  });
  return {
    b,
    view: opened.view.id,
    received,
    type: (value) =>
      b.sim.control.suggest({
        user: 'maya',
        view_id: opened.view.id,
        action_id: 'host',
        value,
      }) as Promise<Any>,
  };
};

test('asks the app for options over the socket, and keeps what it offers', async () => {
  const { b, view, received, type } = await typing({ options: [option('web-01 · env=prod', 'ref-1')] });
  expect(await type('web')).toMatchObject({ ok: true, options: [{ value: 'ref-1' }] });
  expect(received.at(-1)).toMatchObject({
    type: 'interactive',
    accepts_response_payload: true,
    payload: {
      type: 'block_suggestion',
      action_id: 'host',
      value: 'web',
      view: { private_metadata: 'draft-1' },
    },
  });
  await b.sim.control.submit({ user: 'maya', view_id: view, values: { host: 'ref-1' } });
  expect(received.at(-1)?.payload.view.state.values['host-block'].host).toEqual({
    type: 'external_select',
    selected_option: option('web-01 · env=prod', 'ref-1'),
  });
});

test('what was not offered cannot be chosen', async () => {
  const { b, view, type } = await typing({ options: [option('web-01')] });
  await type('web');
  const values = { host: 'db-01' };
  await expect(b.sim.control.submit({ user: 'maya', view_id: view, values })).rejects.toThrow(
    /no option db-01; there are web-01/,
  );
});

test('nothing is asked below min_query_length, which is 3 unless it is said', async () => {
  const { received, type } = await typing({ options: [] }, { type: 'external_select' });
  const before = received.length;
  expect(await type('we')).toMatchObject({ ok: true, options: [] });
  expect(received.length).toBe(before);
  await type('web');
  expect(received.length).toBe(before + 1);
});

test.each<[string, unknown, RegExp]>([
  ['more than 100 options', { options: numbered(101) }, /no more than 100 items/],
  ['a text of 76 characters', { options: [option('x'.repeat(76), 'x')] }, /less than 76 characters/],
  ['a value of 76 characters', { options: [option('x', 'x'.repeat(76))] }, /less than 76 characters/],
  ['an empty text', { options: [option('', 'x')] }, /more than 0 characters/],
  ['a text that is no text object', { options: [{ text: 'web-01', value: 'x' }] }, /must be an object/],
  ['mrkdwn', { options: [{ text: { type: 'mrkdwn', text: 'x' }, value: 'x' }] }, /unsupported type/],
  ['no list', { choices: [] }, /missing required field: options/],
  ['no answer at all', undefined, /missing required field: options/],
])('an answer with %s shows nothing and is an error of the person', async (_what, answer, message) => {
  const { b, type } = await typing(answer);
  expect(await type('web')).toMatchObject({ ok: false, error: 'invalid_options', options: [] });
  expect(b.state().errors).toMatchObject([{ error: 'invalid_options' }]);
  expect(JSON.stringify(b.state().errors)).toMatch(message);
});

test('100 options are taken, none is no error, and groups are options too', async () => {
  expect((await (await typing({ options: numbered(100) })).type('web')).options).toHaveLength(100);
  expect(await (await typing({ options: [] })).type('web')).toMatchObject({ ok: true, options: [] });
  const groups = { option_groups: [{ label: plain('prod'), options: [option('web-01')] }] };
  expect((await (await typing(groups)).type('web')).options).toMatchObject([{ value: 'web-01' }]);
});

test('several can be chosen, as many as the element takes', async () => {
  const { b, view, received, type } = await typing(
    { options: numbered(3) },
    { type: 'multi_external_select', min_query_length: 1, max_selected_items: 2 },
  );
  await type('web');
  const submit = (...chosen: string[]) =>
    b.sim.control.submit({ user: 'maya', view_id: view, values: { host: chosen } });
  await expect(submit('web-0', 'web-1', 'web-2')).rejects.toThrow(/at most 2/);
  await submit('web-0', 'web-2');
  expect(received.at(-1)?.payload.view.state.values['host-block'].host.selected_options).toEqual([
    option('web-0'),
    option('web-2'),
  ]);
});

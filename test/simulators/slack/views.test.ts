import { expect, test } from 'vitest';
import { answerSubmission, openSocket } from './socket.ts';
import { type Any, actions, type Bench, bench, button, input, modal, plain, section } from './support.ts';

const SOC = 'C0SOC0001';
const submittable = (blocks: object[] = [input('reason')], more: object = {}) =>
  modal(blocks, { submit: plain('Go'), ...more });

/** A trigger_id as a slash command hands it out. */
const trigger = async (b: Bench): Promise<string> =>
  ((await b.sim.control.command({ user: 'maya', channel: SOC, text: '' })) as Any)['trigger_id'];

const open = async (b: Bench, view: object): Promise<Any> =>
  (await b.api('views.open', { trigger_id: await trigger(b), view })).view;

test('a trigger_id is good once', async () => {
  const b = await bench();
  const id = await trigger(b);
  expect(await b.api('views.open', { trigger_id: id, view: modal([]) })).toMatchObject({ ok: true });
  expect(await b.api('views.open', { trigger_id: id, view: modal([]) })).toMatchObject({
    error: 'exchanged_trigger_id',
  });
});

test('a trigger_id is good for 3 s', async () => {
  const b = await bench();
  const [early, late] = [await trigger(b), await trigger(b)];
  b.clock.advance(3_000);
  expect(await b.api('views.open', { trigger_id: early, view: modal([]) })).toMatchObject({ ok: true });
  b.clock.advance(1);
  expect(await b.api('views.open', { trigger_id: late, view: modal([]) })).toMatchObject({
    error: 'expired_trigger_id',
  });
});

test('an invented trigger_id is refused', async () => {
  const b = await bench();
  expect(await b.api('views.open', { trigger_id: '1.2.3', view: modal([]) })).toMatchObject({
    error: 'invalid_trigger_id',
  });
});

test('a stale hash is refused, a fresh one accepted, an unknown view not found', async () => {
  const b = await bench();
  const { id, hash } = await open(b, modal([]));
  const updated = await b.api('views.update', { view_id: id, hash, view: modal([section('new')]) });
  expect(updated).toMatchObject({ ok: true });
  expect(await b.api('views.update', { view_id: id, hash, view: modal([]) })).toMatchObject({
    error: 'hash_conflict',
  });
  expect(
    await b.api('views.update', { view_id: id, hash: updated.view.hash, view: modal([]) }),
  ).toMatchObject({ ok: true });
  expect(await b.api('views.update', { view_id: 'V0NOSUCH1', view: modal([]) })).toMatchObject({
    error: 'not_found',
  });
});

test('a stack holds three views', async () => {
  const b = await bench();
  await openSocket(b);
  let view = await open(b, modal([actions(button('more'))]));
  for (const outcome of ['pushed', 'pushed', 'push_limit_reached']) {
    const clicked = (await b.sim.control.click({ user: 'maya', view_id: view.id, action_id: 'more' })) as Any;
    const pushed = await b.api('views.push', {
      trigger_id: clicked['trigger_id'],
      view: modal([actions(button('more'))]),
    });
    expect(pushed.error ?? 'pushed').toBe(outcome);
    view = pushed.view ?? view;
  }
  expect(b.state().views.map((one: Any) => one.top)).toEqual([false, false, true]);
});

test('what was typed survives an update of the view', async () => {
  const b = await bench();
  await openSocket(
    b,
    answerSubmission({ response_action: 'errors', errors: { 'reason-block': 'Say more' } }),
  );
  const { id } = await open(b, submittable());
  await b.sim.control.submit({ user: 'maya', view_id: id, values: { reason: 'short' } });
  expect(b.state().views[0].errors).toEqual({ 'reason-block': 'Say more' });
  await b.api('views.update', { view_id: id, view: submittable([section('new'), input('reason')]) });
  expect(b.state().views[0].state.values['reason-block'].reason.value).toBe('short');
});

test.each<[string, unknown, string[]]>([
  ['an empty ack closes the view on top', {}, ['First']],
  ['clear closes them all', { response_action: 'clear' }, []],
  [
    'update replaces it',
    { response_action: 'update', view: modal([], { title: plain('Later') }) },
    ['First', 'Later'],
  ],
  [
    'push shows another above',
    { response_action: 'push', view: modal([], { title: plain('Third') }) },
    ['First', 'Second', 'Third'],
  ],
  [
    'errors keep it open',
    { response_action: 'errors', errors: { 'reason-block': 'no' } },
    ['First', 'Second'],
  ],
])('in answer to a submission %s', async (_what, payload, titles) => {
  const b = await bench();
  await openSocket(b, answerSubmission(payload));
  const first = await open(b, modal([actions(button('more'))], { title: plain('First') }));
  const clicked = (await b.sim.control.click({ user: 'maya', view_id: first.id, action_id: 'more' })) as Any;
  const second = submittable([input('reason')], { title: plain('Second') });
  const { view } = await b.api('views.push', { trigger_id: clicked['trigger_id'], view: second });
  await b.sim.control.submit({ user: 'maya', view_id: view.id, values: { reason: 'x' } });
  expect(b.state().views.map((one: Any) => one.title)).toEqual(titles);
  expect(b.state().errors).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['an invalid view', { response_action: 'update', view: modal([{ type: 'table' }]) }, 'invalid_arguments'],
  ['errors of no input', { response_action: 'errors', errors: { nowhere: 'x' } }, 'invalid_errors'],
  ['an unknown action', { response_action: 'dance' }, 'invalid_response_action'],
])('a submission answered with %s becomes an error of the person', async (_what, payload, error) => {
  const b = await bench();
  await openSocket(b, answerSubmission(payload));
  const { id } = await open(b, submittable());
  await b.sim.control.submit({ user: 'maya', view_id: id, values: { reason: 'x' } });
  expect(b.state().errors).toMatchObject([{ user: 'U0MAYA001', error }]);
  expect(b.state().views).toHaveLength(1);
});

test('the state of a submission has the type of each element', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  const option = (value: string) => ({ text: plain(value), value });
  const options = [option('1h'), option('4h')];
  const blocks = [
    input('reason'),
    input('for', {}, { type: 'static_select', options, initial_option: option('4h') }),
    input('what', { optional: true }, { type: 'checkboxes', options }),
    input('when', { optional: true }, { type: 'datepicker' }),
    input('count', {}, { type: 'number_input', is_decimal_allowed: false, max_value: '9' }),
  ];
  const { id } = await open(b, submittable(blocks));
  const values = { 'reason-block': { reason: 'x' }, what: ['1h'], when: '2026-11-22', count: 7 };
  await b.sim.control.submit({ user: 'maya', view_id: id, values });
  expect(received.at(-1)?.payload.view.state.values).toEqual({
    'reason-block': { reason: { type: 'plain_text_input', value: 'x' } },
    'for-block': { for: { type: 'static_select', selected_option: option('4h') } },
    'what-block': { what: { type: 'checkboxes', selected_options: [option('1h')] } },
    'when-block': { when: { type: 'datepicker', selected_date: '2026-11-22' } },
    'count-block': { count: { type: 'number_input', value: '7' } },
  });
});

test.each<[string, object, object, RegExp]>([
  [
    'an option that is not there',
    { type: 'static_select', options: [{ text: plain('a'), value: 'a' }] },
    { field: 'b' },
    /no option b; there are a/,
  ],
  ['too long a text', { max_length: 3 }, { field: 'long' }, /at most 3 characters/],
  [
    'a word for a number',
    { type: 'number_input', is_decimal_allowed: false },
    { field: 'x' },
    /not a number/,
  ],
  ['a field that is not there', {}, { nowhere: 'x' }, /no input nowhere/],
])('the client does not take %s', async (_what, element, values, message) => {
  const b = await bench();
  await openSocket(b);
  const { id } = await open(b, submittable([input('field', {}, element)]));
  await expect(b.sim.control.submit({ user: 'maya', view_id: id, values })).rejects.toThrow(message);
});

test('closing is told only where notify_on_close asks for it', async () => {
  const b = await bench();
  const { received } = await openSocket(b);
  const quiet = await open(b, modal([]));
  expect(await b.sim.control.close({ user: 'maya', view_id: quiet.id })).toMatchObject({ notified: 0 });
  const told = await open(b, modal([], { notify_on_close: true }));
  expect(await b.sim.control.close({ user: 'maya', view_id: told.id })).toMatchObject({
    ok: true,
    notified: 1,
  });
  expect(received.at(-1)?.payload).toMatchObject({ type: 'view_closed', is_cleared: false });
  expect(b.state().views).toEqual([]);
});

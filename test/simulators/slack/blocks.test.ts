import { expect, test } from 'vitest';
import { type Any, actions, bench, button, input, modal, plain, section } from './support.ts';

const SOC = 'C0SOC0001';
const long = (length: number): string => 'x'.repeat(length);
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const option = (value: string, text = 'Option') => ({ text: plain(text), value });
const menu = (options: object[], more: object = {}) => ({
  type: 'static_select',
  action_id: 'menu',
  options,
  ...more,
});
const raw = (text: string) => ({ type: 'raw_text', text });
const table = (rows: number, columns: number) => ({
  type: 'table',
  rows: times(rows, () => times(columns, () => raw('x'))),
});
const dataTable = (rows: object[][], more: object = {}) => ({
  type: 'data_table',
  caption: 'Hosts',
  rows,
  ...more,
});
const rich = (...elements: object[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});
const confirm = (more: object) => ({
  title: plain('Sure?'),
  text: plain('Really'),
  confirm: plain('Yes'),
  deny: plain('No'),
  ...more,
});
const pie = (segments: object[]) => ({
  type: 'data_visualization',
  title: 'Shares',
  chart: { type: 'pie', segments },
});

test.each<[string, object[], string]>([
  [
    '51 blocks',
    times(51, () => ({ type: 'divider' })),
    'no more than 50 items allowed [json-pointer:/blocks]',
  ],
  ['an unknown block type', [{ type: 'sectoin' }], 'unsupported type: sectoin [json-pointer:/blocks/0/type]'],
  [
    'an unknown key',
    [{ ...section('x'), colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['an alert, which is for modals', [{ type: 'alert', text: plain('x') }], 'unsupported type: alert'],
  [
    'a file block, which only Slack makes',
    [{ type: 'file', external_id: 'x', source: 'remote' }],
    'unsupported type: file',
  ],
  [
    'a block_id of 256 characters',
    [{ type: 'divider', block_id: long(256) }],
    'must be less than 256 characters',
  ],
  [
    'a block_id used twice',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    '`block_id` "a" already exists',
  ],
  [
    'a header of 151 characters',
    [{ type: 'header', text: plain(long(151)) }],
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a header in mrkdwn',
    [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
    'unsupported type: mrkdwn',
  ],
  ['a section without text and fields', [{ type: 'section' }], 'missing required field: text or fields'],
  ['a section with an empty text', [section('')], 'must be more than 0 characters'],
  [
    'a section of 3001 characters',
    [section(long(3001))],
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  ['11 fields', [{ type: 'section', fields: times(11, () => plain('x')) }], 'no more than 10 items allowed'],
  [
    'a field of 2001 characters',
    [{ type: 'section', fields: [plain(long(2001))] }],
    'must be less than 2001 characters',
  ],
  [
    'verbatim on plain_text',
    [{ type: 'section', text: { ...plain('x'), verbatim: true } }],
    'invalid additional property: verbatim',
  ],
  ['emoji on mrkdwn', [section('x', { emoji: false })], 'invalid additional property: emoji'],
  [
    '11 context elements',
    [{ type: 'context', elements: times(11, () => plain('x')) }],
    'no more than 10 items allowed',
  ],
  ['a button in a context block', [{ type: 'context', elements: [button('a')] }], 'unsupported type: button'],
  [
    '26 elements in an actions block',
    [actions(...times(26, (i) => button(`b${i}`)))],
    'no more than 25 items allowed',
  ],
  ['no element in an actions block', [actions()], 'no fewer than 1 items allowed'],
  [
    'a text input in an actions block',
    [actions({ type: 'plain_text_input', action_id: 'a' })],
    'unsupported type: plain_text_input',
  ],
  [
    'a text input beside a section',
    [{ ...section('x'), accessory: { type: 'plain_text_input', action_id: 'a' } }],
    'unsupported type: plain_text_input',
  ],
  [
    'an action_id used twice in a block',
    [actions(button('a'), button('a'))],
    '`action_id` "a" already exists',
  ],
  ['an action_id of 256 characters', [actions(button(long(256)))], 'must be less than 256 characters'],
  [
    'a button text of 76 characters',
    [actions(button('a', { text: plain(long(76)) }))],
    'must be less than 76 characters',
  ],
  [
    'a button text in mrkdwn',
    [actions(button('a', { text: { type: 'mrkdwn', text: 'x' } }))],
    'unsupported type: mrkdwn',
  ],
  [
    'a button value of 2001 characters',
    [actions(button('a', { value: long(2001) }))],
    'must be less than 2001 characters',
  ],
  [
    'a button url of 3001 characters',
    [actions(button('a', { url: long(3001) }))],
    'must be less than 3001 characters',
  ],
  [
    'an unknown button style',
    [actions(button('a', { style: 'warning' }))],
    'must be one of: primary, danger',
  ],
  [
    'a confirm title of 101 characters',
    [actions(button('a', { confirm: confirm({ title: plain(long(101)) }) }))],
    'must be less than 101 characters',
  ],
  [
    'a confirm text of 301 characters',
    [actions(button('a', { confirm: confirm({ text: plain(long(301)) }) }))],
    'must be less than 301 characters',
  ],
  [
    'a confirm button of 31 characters',
    [actions(button('a', { confirm: confirm({ deny: plain(long(31)) }) }))],
    'must be less than 31 characters',
  ],
  [
    'a confirm without its buttons',
    [actions(button('a', { confirm: { title: plain('x'), text: plain('x') } }))],
    'missing required field: confirm',
  ],
  [
    '101 options in a select',
    [actions(menu(times(101, (i) => option(`o${i}`))))],
    'no more than 100 items allowed',
  ],
  [
    'a select without options',
    [actions({ type: 'static_select', action_id: 'a' })],
    'must have exactly one of: options, option_groups',
  ],
  [
    'an option text of 76 characters',
    [actions(menu([option('a', long(76))]))],
    'must be less than 76 characters',
  ],
  [
    'an option value of 76 characters',
    [actions(menu([option(long(76))]))],
    'must be less than 76 characters',
  ],
  [
    'an initial option that is no option',
    [actions(menu([option('a')], { initial_option: option('b') }))],
    'must be one of the options',
  ],
  [
    'a placeholder of 151 characters',
    [actions(menu([option('a')], { placeholder: plain(long(151)) }))],
    'must be less than 151 characters',
  ],
  [
    '6 options in an overflow menu',
    [actions({ type: 'overflow', action_id: 'o', options: times(6, (i) => option(`o${i}`)) })],
    'no more than 5 items allowed',
  ],
  [
    '11 checkboxes',
    [actions({ type: 'checkboxes', action_id: 'o', options: times(11, (i) => option(`o${i}`)) })],
    'no more than 10 items allowed',
  ],
  [
    '11 radio buttons',
    [actions({ type: 'radio_buttons', action_id: 'o', options: times(11, (i) => option(`o${i}`)) })],
    'no more than 10 items allowed',
  ],
  [
    'a date that is none',
    [actions({ type: 'datepicker', action_id: 'o', initial_date: '22.11.2026' })],
    'must match pattern',
  ],
  [
    'an image without alt text',
    [{ type: 'image', image_url: 'https://example.com/a.png' }],
    'missing required field: alt_text',
  ],
  [
    'an alt text of 2001 characters',
    [{ type: 'image', image_url: 'https://example.com/a.png', alt_text: long(2001) }],
    'must be less than 2001 characters',
  ],
  [
    'an image url of 3001 characters',
    [{ type: 'image', image_url: `https://${long(2993)}`, alt_text: 'x' }],
    'must be less than 3001 characters',
  ],
  [
    'an image with url and file',
    [{ type: 'image', image_url: 'https://example.com', slack_file: { id: 'F000000001' }, alt_text: 'x' }],
    'must have exactly one of: image_url, slack_file',
  ],
  [
    'a file nobody uploaded',
    [{ type: 'image', slack_file: { id: 'F0NOSUCH01' }, alt_text: 'x' }],
    'invalid slack file',
  ],
  ['a table of 101 rows', [table(101, 1)], 'no more than 100 items allowed [json-pointer:/blocks/0/rows]'],
  ['a table of 21 columns', [table(1, 21)], 'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]'],
  [
    'a mrkdwn table cell',
    [{ type: 'table', rows: [[{ type: 'mrkdwn', text: 'x' }]] }],
    'unsupported type: mrkdwn',
  ],
  ['a data_table without rows below the header', [dataTable([[raw('a')]])], 'no fewer than 2 items allowed'],
  [
    'a data_table with uneven rows',
    [dataTable([[raw('a')], [raw('b'), raw('c')]])],
    'rows must have equal length',
  ],
  [
    'a data_table with a rich_text header',
    [dataTable([[rich({ type: 'text', text: 'a' })], [raw('b')]])],
    'header cells must not be rich_text',
  ],
  [
    'a data_table page of 101',
    [dataTable([[raw('a')], [raw('b')]], { page_size: 101 })],
    'must be between 1 and 100',
  ],
  ['mrkdwn inside rich_text', [rich({ type: 'mrkdwn', text: 'x' })], 'unsupported type: mrkdwn'],
  [
    'a text right below rich_text',
    [{ type: 'rich_text', elements: [{ type: 'text', text: 'x' }] }],
    'unsupported type: text',
  ],
  [
    'a list of texts',
    [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'x' }] }],
      },
    ],
    'unsupported type: text',
  ],
  [
    'an unknown rich_text style',
    [rich({ type: 'text', text: 'x', style: { blink: true } })],
    'invalid additional property: blink',
  ],
  [
    'markdown of 12,001 characters together',
    times(2, () => ({ type: 'markdown', text: long(6001) })),
    'must be less than 12001 characters together',
  ],
  [
    'a card title of 151 characters',
    [{ type: 'card', title: { type: 'mrkdwn', text: long(151) } }],
    'must be less than 151 characters',
  ],
  [
    'a card body of 201 characters',
    [{ type: 'card', body: { type: 'mrkdwn', text: long(201) } }],
    'must be less than 201 characters',
  ],
  [
    '11 cards in a carousel',
    [{ type: 'carousel', elements: times(11, () => ({ type: 'card' })) }],
    'no more than 10 items allowed',
  ],
  [
    '11 blocks in a container',
    [{ type: 'container', child_blocks: times(11, () => ({ type: 'divider' })) }],
    'no more than 10 items allowed',
  ],
  [
    '6 elements in context_actions',
    [
      {
        type: 'context_actions',
        elements: times(6, (i) => ({
          type: 'icon_button',
          action_id: `i${i}`,
          icon: 'trash',
          text: plain('x'),
        })),
      },
    ],
    'no more than 5 items allowed',
  ],
  [
    'a chart title of 51 characters',
    [{ ...pie([{ label: 'a', value: 1 }]), title: long(51) }],
    'must be less than 51 characters',
  ],
  [
    '7 segments of a pie',
    [pie(times(7, (i) => ({ label: `s${i}`, value: 1 })))],
    'no more than 6 items allowed',
  ],
  ['a segment of nothing', [pie([{ label: 'a', value: 0 }])], 'must be between'],
  [
    'two series of one name',
    [
      {
        type: 'data_visualization',
        title: 'x',
        chart: { type: 'line', series: times(2, () => ({ name: 'a', data: [{ label: 'x', value: 1 }] })) },
      },
    ],
    'names of series must be unique',
  ],
  [
    '3 charts',
    times(3, () => pie([{ label: 'a', value: 1 }])),
    'no more than 2 data_visualization blocks allowed',
  ],
  [
    'an input label of 2001 characters',
    [input('a', { label: plain(long(2001)) })],
    'must be less than 2001 characters',
  ],
  [
    'a file input, which is for modals',
    [input('a', {}, { type: 'file_input' })],
    'unsupported type: file_input',
  ],
])('a message with %s is refused', async (_what, blocks, message) => {
  const b = await bench();
  const refused = await b.api('chat.postMessage', { channel: SOC, text: 'x', blocks });
  expect(refused).toMatchObject({ ok: false, error: 'invalid_blocks' });
  expect(refused.response_metadata.messages.join('\n')).toContain(message);
  expect(b.messages(SOC)).toEqual([]);
});

test('a second table is refused with a code of its own', async () => {
  const b = await bench();
  const refused = await b.api('chat.postMessage', {
    channel: SOC,
    text: 'x',
    blocks: [table(1, 1), dataTable([[raw('a')], [raw('b')]])],
  });
  expect(refused).toMatchObject({
    ok: false,
    error: 'invalid_attachments',
    response_metadata: { messages: ['only_one_table_allowed'] },
  });
});

test('blocks that are no JSON are refused as such', async () => {
  const b = await bench();
  expect(await b.api('chat.postMessage', { channel: SOC, blocks: '[{' })).toMatchObject({
    error: 'invalid_blocks_format',
  });
});

test('everything at its limit is accepted, and gets the ids it lacks', async () => {
  const b = await bench();
  const blocks = [
    { type: 'header', text: plain(long(150)) },
    section(long(3000), { verbatim: true }),
    { type: 'section', fields: times(10, () => plain(long(2000))) },
    { type: 'context', elements: times(10, () => plain('x')) },
    actions(...times(24, (i) => button(`b${i}`, { text: plain(long(75)), value: long(2000) })), {
      type: 'button',
      text: plain('No id'),
    }),
    {
      ...section('x'),
      accessory: {
        type: 'overflow',
        action_id: 'more',
        options: times(5, (i) => option(`${i}${long(74)}`, long(75))),
      },
    },
    table(100, 20),
    rich(
      { type: 'text', text: '<!channel>', style: { bold: true } },
      { type: 'link', url: 'https://example.com' },
      { type: 'emoji', name: 'wave' },
    ),
    pie(times(6, (i) => ({ label: `s${i}`, value: 1 }))),
    { type: 'image', image_url: 'https://example.com/a.png', alt_text: long(2000) },
    { type: 'markdown', text: long(12_000) },
    input('reason'),
  ];
  const posted = await b.api('chat.postMessage', { channel: SOC, text: 'x', blocks });
  expect(posted.response_metadata ?? 'accepted').toBe('accepted');
  const stored = b.messages(SOC)[0].blocks;
  expect(stored.every((block: Any) => typeof block.block_id === 'string')).toBe(true);
  expect(stored[4].elements[24].action_id).toMatch(/^[0-9a-f]{5}$/);
});

test.each<[string, object, string]>([
  [
    'a title of 25 characters',
    modal([], { title: plain(long(25)) }),
    'must be less than 25 characters [json-pointer:/view/title/text]',
  ],
  ['no title', { type: 'modal', blocks: [] }, 'missing required field: title'],
  ['a submit of 25 characters', modal([], { submit: plain(long(25)) }), 'must be less than 25 characters'],
  ['an input but no submit', modal([input('a')]), 'missing required field: submit'],
  ['101 blocks', modal(times(101, () => ({ type: 'divider' }))), 'no more than 100 items allowed'],
  [
    'private_metadata of 3001 characters',
    modal([], { private_metadata: long(3001) }),
    'must be less than 3001 characters',
  ],
  [
    'a callback_id of 256 characters',
    modal([], { callback_id: long(256) }),
    'must be less than 256 characters',
  ],
  ['a table, which is for messages', modal([table(1, 1)]), 'unsupported type: table'],
  [
    'a markdown block, which is for messages',
    modal([{ type: 'markdown', text: 'x' }]),
    'unsupported type: markdown',
  ],
  ['a card, which modals do not render', modal([{ type: 'card' }]), 'unsupported type: card'],
  [
    'an alert of 201 characters',
    modal([{ type: 'alert', text: plain(long(201)) }]),
    'must be less than 201 characters',
  ],
  [
    'an input of 3001 characters',
    modal([input('a', {}, { max_length: 3001 })], { submit: plain('Go') }),
    'must be between 1 and 3000',
  ],
  ['the type of a home', { type: 'home', title: plain('x'), blocks: [] }, 'must be one of: modal'],
  [
    'an unknown key',
    modal([], { colour: 'red' }),
    'invalid additional property: colour [json-pointer:/view]',
  ],
])('a modal with %s is refused', async (_what, view, message) => {
  const b = await bench();
  const refused = await b.api('views.open', { trigger_id: '1.2.3', view });
  expect(refused).toMatchObject({ ok: false, error: 'invalid_arguments' });
  expect(refused.response_metadata.messages.join('\n')).toContain(message);
});

test.each<[string, object, string]>([
  ['a table, which homes do not render', { type: 'home', blocks: [table(1, 1)] }, 'unsupported type: table'],
  [
    'a title, which homes have not',
    { type: 'home', title: plain('x'), blocks: [] },
    'invalid additional property: title',
  ],
  [
    '101 blocks',
    { type: 'home', blocks: times(101, () => ({ type: 'divider' })) },
    'no more than 100 items allowed',
  ],
])('an App Home with %s is refused', async (_what, view, message) => {
  const b = await bench();
  const refused = await b.api('views.publish', { user_id: 'U0MAYA001', view });
  expect(refused).toMatchObject({ ok: false, error: 'invalid_arguments' });
  expect(refused.response_metadata.messages.join('\n')).toContain(message);
});

test('a view of more than 250 kB is refused', async () => {
  const b = await bench();
  const view = modal(times(90, () => section(long(3000))));
  expect(await b.api('views.open', { trigger_id: '1.2.3', view })).toMatchObject({ error: 'view_too_large' });
});

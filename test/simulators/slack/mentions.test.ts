import { expect, test } from 'vitest';
import { type Any, bench, plain, section } from './support.ts';

const SOC = 'C0SOC0001';
const rich = (...elements: object[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

test.each<[string, Record<string, unknown>, string[]]>([
  [
    '<!channel> in the text of a message without blocks fires',
    { text: 'hey <!channel>' },
    ['channel channel'],
  ],
  ['<!here|here> fires', { text: '<!here|here>' }, ['here here']],
  [
    '<!everyone> in a mrkdwn section fires',
    { text: 'x', blocks: [section('<!everyone>')] },
    ['everyone everyone'],
  ],
  [
    'a person in mrkdwn fires, verbatim or not',
    { text: 'x', blocks: [section('<@U0MAYA001>', { verbatim: true })] },
    ['user U0MAYA001'],
  ],
  [
    'a group in a context block fires',
    {
      text: 'x',
      blocks: [{ type: 'context', elements: [{ type: 'mrkdwn', text: '<!subteam^S0SECOPS1|@secops>' }] }],
    },
    ['usergroup S0SECOPS1'],
  ],
  [
    'a bare @channel in a text object that is not verbatim fires',
    { text: 'x', blocks: [section('to @channel now')] },
    ['channel channel'],
  ],
  [
    'a rich_text user element fires',
    { text: 'x', blocks: [rich({ type: 'user', user_id: 'U0JO00001' })] },
    ['user U0JO00001'],
  ],
  [
    'a rich_text broadcast element fires',
    { text: 'x', blocks: [rich({ type: 'broadcast', range: 'here' })] },
    ['here here'],
  ],
  [
    'a rich_text group element in a table cell fires',
    {
      text: 'x',
      blocks: [{ type: 'table', rows: [[rich({ type: 'usergroup', usergroup_id: 'S0SECOPS1' })]] }],
    },
    ['usergroup S0SECOPS1'],
  ],
  ['a mention in an attachment fires', { text: 'x', attachments: [{ text: '<!here>' }] }, ['here here']],
  [
    'a bare @channel in the top-level text fires only with link_names',
    { text: '@channel', link_names: true },
    ['channel channel'],
  ],
  ['a bare @channel in the top-level text stays quiet', { text: '@channel' }, []],
  [
    'a bare @channel in a verbatim text object stays quiet',
    { text: 'x', blocks: [section('@channel', { verbatim: true })] },
    [],
  ],
  ['an address is no @here', { text: 'x', blocks: [section('ops@here.example.com')] }, []],
  ['the text beside blocks stays quiet', { text: '<!channel>', blocks: [section('x')] }, []],
  [
    'plain_text stays quiet',
    { text: 'x', blocks: [{ type: 'section', text: plain('<!channel> <@U0MAYA001>') }] },
    [],
  ],
  [
    'rich_text text stays quiet',
    { text: 'x', blocks: [rich({ type: 'text', text: '<!channel> @here' })] },
    [],
  ],
  [
    'a raw cell stays quiet',
    { text: 'x', blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: '<!channel>' }]] }] },
    [],
  ],
  ['escaped text stays quiet', { text: '&lt;!channel&gt; &lt;@U0MAYA001&gt;' }, []],
])('%s', async (_what, message, expected) => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, ...message });
  const { mentions } = b.state();
  expect(mentions.map((one: Any) => `${one.kind} ${one.id}`)).toEqual(expected);
  for (const one of mentions) expect(one).toMatchObject({ channel: SOC, ts, at: b.clock.now() });
});

test('an update, an ephemeral and a person notify nobody', async () => {
  const b = await bench();
  const { ts } = await b.api('chat.postMessage', { channel: SOC, text: 'x' });
  await b.api('chat.update', { channel: SOC, ts, text: '<!channel>' });
  await b.api('chat.postEphemeral', { channel: SOC, user: 'U0MAYA001', text: '<!channel>' });
  await b.sim.control.message({ user: 'maya', channel: SOC, text: '<!channel>' });
  expect(b.state().mentions).toEqual([]);
});

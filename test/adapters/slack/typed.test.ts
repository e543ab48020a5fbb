import { describe, expect, it } from 'vitest';
import { askedOf, saidIn, typedText } from '../../../src/adapters/slack/typed.ts';

describe('what a person typed, out of what Slack sends', () => {
  it.each([
    ['workload web-01', 'workload web-01', 'plain words'],
    [
      'workload <http://web-01.example.com|web-01.example.com>',
      'workload web-01.example.com',
      'a name Slack made a link of',
    ],
    ['see <https://example.com/a>', 'see example.com/a', 'a bare link'],
    ['<mailto:jdoe@example.com|jdoe@example.com>', 'jdoe@example.com', 'an address of a person'],
    ['a &lt;b&gt; &amp; c', 'a <b> & c', 'escaped characters'],
    ['<@U0MAYA001> and <#C0SOC0001|soc>', 'U0MAYA001 and C0SOC0001', 'people and channels by id'],
    ['&amp;lt;', '&lt;', 'once, not twice'],
  ])('%s', (text, expected) => expect(typedText(text)).toBe(expected));
});

describe('what is asked of the bot', () => {
  it.each([
    ['<@U0BOT> workload web-01', 'workload web-01'],
    ['hey <@U0BOT|illumio>, workload web-01', ', workload web-01'],
    ['<@U0BOT>', ''],
    ['<@U0BOT> <@U0BOT> help', 'U0BOT help'],
  ])('%s', (text, expected) => expect(askedOf('U0BOT', text)).toBe(expected));
});

it('everything a message says is read: blocks and old attachments too, ids and settings not', () => {
  const said = saidIn({
    text: 'Detection on web-01',
    bot_id: 'B0OTHER-01',
    blocks: [
      { type: 'section', block_id: 'id-99', fields: [{ type: 'mrkdwn', text: '*Host* db-01' }] },
      {
        type: 'rich_text',
        elements: [
          {
            elements: [
              { type: 'text', text: '192.0.2.10' },
              { type: 'link', url: 'https://app-02.example.com/x' },
            ],
          },
        ],
      },
    ],
    attachments: [{ fallback: 'mail-03', fields: [{ title: 'Host', value: 'dc-04' }], color: '#ff0001' }],
  });
  for (const word of ['web-01', 'db-01', '192.0.2.10', 'app-02.example.com', 'mail-03', 'dc-04'])
    expect(said).toContain(word);
  for (const other of ['B0OTHER', 'id-99', 'ff0001', 'mrkdwn']) expect(said).not.toContain(other);
});

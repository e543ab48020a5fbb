import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostWords } from '../../src/core/host-words.ts';

describe('words that may name a host', () => {
  it.each<[string, string, string[]]>([
    ['names with a digit or a dash', 'login failed on web-01 and db2', ['web-01', 'db2']],
    ['whole names', 'web-01.example.com:8443 is down.', ['web-01.example.com']],
    ['addresses, with and without a port', '192.0.2.10:443, (198.51.100.7)', ['192.0.2.10', '198.51.100.7']],
    ['IPv6', 'from 2001:db8::5 to [2001:db8::6]', ['2001:db8::5', '2001:db8::6']],
    ['inside a link', 'https://web-01.example.com/path', ['web-01.example.com']],
    ['each once', 'web-01 web-01 WEB-02', ['web-01', 'WEB-02']],
    ['no plain words, numbers or options', 'restart the server at 10 --share please', []],
  ])('%s', (_, text, expected) => expect(hostWords(text)).toEqual(expected));

  it('no word is ever an option, a label or a pattern, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        const words = hostWords(text);
        expect(words.length).toBeLessThanOrEqual(80);
        for (const word of words) expect(word).toMatch(/^[\w:][\w.:-]*$/);
      }),
    );
  });
});

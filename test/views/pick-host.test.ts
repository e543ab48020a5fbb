import { describe, expect, it } from 'vitest';
import { pickHost } from '../../src/views/pick-host.ts';
import { anAlert } from '../support/asking.ts';
import { buttonsOf, problemsOf, shown } from '../support/blocks.ts';
import { aSubject } from '../support/builders.ts';

const hosts = (n: number, name = 'web') =>
  Array.from({ length: n }, (_, i) =>
    anAlert({ id: `a${i}`, subject: aSubject(`${name}-${i}`), title: `Firewall tampering on ${name}-${i}` }),
  );

describe('the question which host is meant', () => {
  it('has a button for each host, which carries the id of its own alert', () => {
    const message = pickHost('quarantine', hosts(3));
    expect(message.text).toBe('Which host do you want to quarantine?');
    expect(buttonsOf(message)).toEqual([
      { action: 'quarantine', value: 'a0', text: 'web-0' },
      { action: 'quarantine', value: 'a1', text: 'web-1' },
      { action: 'quarantine', value: 'a2', text: 'web-2' },
    ]);
  });

  for (const [sentence, alerts] of [
    ['20 hosts', hosts(20)],
    ['300 hosts', hosts(300)],
    ['hostile names', hosts(5, '<!channel> *x* "')],
    ['names of 10,000 characters', hosts(20, '<&>"'.repeat(2_500))],
  ] as const)
    it(`fits a message: ${sentence}`, () => expect(problemsOf(pickHost('release', alerts))).toEqual([]));

  it('says how to name the ones it cannot offer', () =>
    expect(shown(pickHost('quarantine', hosts(25)))).toContain(
      "and 5 more: use /illumio quarantine followed by the host's name",
    ));
});

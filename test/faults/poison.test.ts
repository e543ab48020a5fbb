import { describe, expect, it } from 'vitest';
import { type Host, tampering } from '../../chaos/subjects.ts';
import { problemsOf } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';
import { aRunning, EACH, told } from './support.ts';

const deep = (levels: number): unknown => (levels === 0 ? 'end' : { a: [deep(levels - 1)] });

/** What an event may carry in its text. Each stands in the name of the process that tampered, and in a field nobody reads. */
const POISON: readonly (readonly [string, unknown])[] = [
  ['10 MB in one field', 'x'.repeat(10 * 1024 * 1024)],
  ['U+0000 and other control characters', 'a\u0000b\u0007c\u001b[31m'],
  ['marks that turn the direction', '\u202Egpj.exe\u202C \u2066x\u2069'],
  ['a mention of everybody', '<!channel> <!here> <!everyone>'],
  ['a mention of a person and of a group', '<@U0MAYA001> <!subteam^S0SECOPS1>'],
  ['a link', '<https://evil.example|open in PCE>'],
  ['mrkdwn', '*bold* _it_ ~no~ `code` ```block``` > quote'],
  ['half a surrogate pair', 'a\uD83Db'],
  ['a number beyond all', 1e308],
  ['deep JSON', deep(2_000)],
];

describe('fault 42: a poisoned event', () => {
  it.each(POISON)(
    '%s: calls nobody, costs no other event, and what is posted is valid',
    async (_, poison) => {
      const { world, hosts } = await aRunning(EACH);
      const [sick, well] = hosts as [Host, Host];
      world.pce.control.events([
        tampering(sick, {
          unknown_field: poison,
          notifications: [
            {
              notification_type: 'workload.oob_policy_changes',
              info: { tampering_revert_succeeded: true, num_reverts: 1, process_name: poison, extra: poison },
            },
          ],
        }),
        tampering(well),
      ]);
      await world.until(() => told(world, sick) + told(world, well) > 1, 10 * MINUTE);
      await world.pass(MINUTE);
      expect([told(world, sick), told(world, well)]).toEqual([1, 1]);
      expect(world.mentions()).toEqual([]);
      for (const message of world.messages()) expect(problemsOf(message as never)).toEqual([]);
    },
    60_000,
  );
});

import type { Command } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import { optionsIn } from './option-words.ts';
import { bullets, codeText, context, type Inline, md, message, preformatted, richText } from './parts.ts';

type Shown = Pick<Command, 'id' | 'summary' | 'usage' | 'examples' | 'role'>;

/** One line per command with an example that works on their data. */
export const helpView = (commands: readonly Shown[]): Message =>
  message(
    'What you can ask',
    [
      richText([{ bold: 'What you can ask' }]),
      bullets(...commands.map(({ summary, examples }) => [{ bold: examples[0] ?? '' }, ` — ${summary}`])),
      context(md`Answers are seen by you alone. /illumio help followed by a command shows three examples.`),
    ],
    3_000,
  );

/** One command: what it is for, how it is written, examples on their data, what its options mean, and who may use it. */
export const commandHelpView = ({ id, summary, usage, examples, role }: Shown): Message => {
  const options = optionsIn(usage);
  return message(`${id}: ${summary}`, [
    richText([{ bold: id }, ` — ${summary}`], [codeText(usage)]),
    richText([{ bold: 'Examples' }]),
    preformatted(examples),
    ...(options.length === 0
      ? []
      : [bullets(...options.map(({ option, says }): Inline[] => [codeText(option), ` ${says}`]))]),
    context(
      md`Role it needs: ${role} · /illumio can-i says what you may do to a host, /illumio help lists all commands`,
    ),
  ]);
};

import type { Command } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import { bullets, context, md, message, preformatted, richText } from './parts.ts';

type Shown = Pick<Command, 'id' | 'summary' | 'usage' | 'examples'>;

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

export const commandHelpView = ({ id, summary, usage, examples }: Shown): Message =>
  message(`${id}: ${summary}`, [
    richText([{ bold: id }, ` — ${summary}`], [`Usage: ${usage}`]),
    preformatted(examples),
  ]);

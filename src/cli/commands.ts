import { commands } from '../commands/index.ts';
import type { Command } from '../core/command.ts';
import { commandsPage } from './commands-page.ts';
import { defineVerb, EXIT } from './verb.ts';

export const verb = defineVerb({
  name: 'commands',
  usage: 'commands [--json | --markdown]',
  help: `Lists the sub-commands of /illumio: name, the role one needs, what it does.

  --markdown  docs/commands.md: every command with its words, examples and pictures
  --json      [{id, role, summary, usage, examples}]`,
  options: { json: { type: 'boolean', default: false }, markdown: { type: 'boolean', default: false } },
  async run({ flags }, edge) {
    if (flags.markdown) edge.out(commandsPage(commands).trimEnd());
    else edge.out(flags.json ? JSON.stringify(commands.map(described)) : table(commands));
    return EXIT.done;
  },
});

const described = ({ id, role, summary, usage, examples }: Command) => ({
  id,
  role,
  summary,
  usage,
  examples,
});

const table = (all: readonly Command[]): string => {
  const width = Math.max(...all.map(({ id }) => id.length));
  const roles = Math.max(...all.map(({ role }) => role.length));
  return all
    .map(({ id, role, summary }) => `${id.padEnd(width)}  ${role.padEnd(roles)}  ${summary}`)
    .join('\n');
};

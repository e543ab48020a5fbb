import { ROLES } from '../core/authorise.ts';
import type { Command } from '../core/command.ts';

/** Pictures of the demo page, by command; the browser test takes them (UPDATE_SCREENSHOTS=1). */
export const COMMAND_PICTURES: Readonly<Record<string, string>> = {
  workload: 'The hosts that match a pattern, for the person who asked alone',
  quarantine: 'Without a host: one is chosen, the next is offered while it is typed',
  top: 'The busiest sources of a day',
  trend: 'Agents by mode over three days, a stretch without samples left blank',
  board: 'The board of the workloads with what changed since yesterday',
  handover: 'What the next shift has to know',
};

/** docs/commands.md: what stands in the registry, for people. */
export const commandsPage = (commands: readonly Command[]): string =>
  [
    '# Commands',
    '',
    'Written by `illumio-chatops commands --markdown`; a test holds it equal. Answers are for the person who asks; `--share` posts them',
    'in a channel of `share_channels`, `--files` sends list and chart by direct message. With several PCEs `--pce` chooses one.',
    'Labels are `env=prod`, `app=erp*`, `env!=dev`; several mean all of them, a comma means any (`env=prod,stage`).',
    '',
    ...ROLES.flatMap((role) =>
      chapter(
        role,
        commands.filter((command) => command.role === role),
      ),
    ),
  ].join('\n');

const chapter = (role: string, commands: readonly Command[]): readonly string[] =>
  commands.length === 0 ? [] : [`## For who is ${role}`, '', ...commands.flatMap(section)];

const section = ({ id, summary, usage, examples }: Command): readonly string[] => {
  const picture = COMMAND_PICTURES[id];
  return [
    `### ${id}`,
    '',
    `${sentence(summary)}`,
    '',
    '```',
    usage,
    '',
    ...examples,
    '```',
    '',
    ...(picture === undefined ? [] : [`![${picture}](screenshots/command-${id}.png)`, '']),
  ];
};

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;

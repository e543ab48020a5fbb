import type { Command, CommandDeps } from '../core/command.ts';
import { labelText } from '../core/label.ts';
import { listed } from '../core/text.ts';
import { commandHelpView, helpView } from '../views/help.ts';
import { nearestText, problem } from './problem.ts';

/** What can be asked, with examples in which the host, label and PCE are ones of theirs. */
export const help: Command = {
  id: 'help',
  summary: 'what you can ask, with examples',
  usage: '/illumio help [command]',
  examples: ['/illumio help', '/illumio help top', '/illumio help quarantine'],
  role: 'viewer',
  scope: 'own',
  async run([word], _asker, deps) {
    const { commands } = deps.catalog;
    const fitting = (command: Command): Command => ({
      ...command,
      examples: onTheirData(command.examples, deps),
    });
    if (word === undefined) return { kind: 'answer', message: helpView(commands.map(fitting)) };
    const command = commands.find(({ id }) => id === word);
    if (command !== undefined) return { kind: 'answer', message: commandHelpView(fitting(command)) };
    const ids = commands.map(({ id }) => id);
    return problem(
      `There is no command "${word}".${nearestText(word, ids)} I know ${listed(ids, 20)}.`,
      '/illumio help',
    );
  },
};

/** Examples are written about web-01, env=prod, prod-east …; these are replaced by a host, label, PCE and channel that exist. */
const onTheirData = (examples: readonly string[], { desks, settings }: CommandDeps): string[] => {
  const [desk] = desks;
  const host = desk && firstManaged(desk.inventory.workloads());
  const label = host?.labels.find(({ key }) => key === 'env') ?? host?.labels[0];
  const address = host?.interfaces.find((one) => /^[\d.]+$/.test(one.address))?.address;
  return examples.map((example) =>
    example
      .replaceAll('web-01', word(host?.name) ?? 'web-01')
      .replaceAll('web*', word(host === undefined ? undefined : `${host.name.slice(0, 3)}*`) ?? 'web*')
      .replaceAll('env=prod', word(label && labelText([label])) ?? 'env=prod')
      .replaceAll('192.0.2.10', address ?? '192.0.2.10')
      .replaceAll('192.0.2.0/24', address?.replace(/\d+$/, '0/24') ?? '192.0.2.0/24')
      .replaceAll('#soc-alerts', settings.channels.fallthrough)
      .replaceAll('prod-east', desk?.pce.name ?? 'prod-east'),
  );
};

/** Only what can be typed back as one word. */
const word = (text: string | undefined): string | undefined =>
  text !== undefined && /^[^\s,"]+$/.test(text) ? text : undefined;

const firstManaged = <T extends { readonly managed: boolean }>(all: Iterable<T>): T | undefined => {
  for (const one of all) if (one.managed) return one;
  return undefined;
};

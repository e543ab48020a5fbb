import type { Asker, Command, CommandDeps, Reply } from '../core/command.ts';
import { chosenDesks } from './desks.ts';
import { quarantineForm } from './forms.ts';
import { findHosts, visibleHosts } from './hosts.ts';
import { problem } from './problem.ts';
import { sourceOf } from './source.ts';
import { someTargets } from './targets.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'quarantine', example: '/illumio quarantine web-01' };

/** Opens the quarantine form for one host or several; nothing is changed before it is submitted. */
export const quarantine: Command = {
  id: 'quarantine',
  summary: 'isolate a host, or up to ten at once: shows what would change, and asks why',
  usage: '/illumio quarantine [<host> …] [--choose] [--message time] [--pce name]',
  examples: [
    '/illumio quarantine web-01',
    '/illumio quarantine 192.0.2.10',
    '/illumio quarantine web-01 web-02 --pce prod-east',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    if (deps.settings.quarantine === undefined)
      return problem('Quarantine is off: the configuration names no strategy and no labels for it.');
    if (given.length === 0) return { kind: 'form', form: quarantineForm };
    if (given.includes('--choose')) return chosen(given, asker, deps);
    const { words, message } = withoutMessage(given);
    const targets = await someTargets(words, 'quarantine', asker, deps);
    if (targets.kind === 'problem') return targets;
    const evidence = message && (await sourceOf(message, asker, deps)).link;
    const [first, ...others] = targets.workloads;
    return {
      kind: 'respond',
      action: 'quarantine',
      pce: targets.desk.pce.name,
      hrefs: [first.href, ...others.map(({ href }) => href)],
      ...(evidence === undefined ? {} : { evidence }),
    };
  },
};

/** The time of the message that speaks for it, where one does: the other words say which hosts. */
const withoutMessage = (
  given: readonly string[],
): { words: readonly string[]; message: string | undefined } => {
  const at = given.indexOf('--message');
  const message = at < 0 ? undefined : given[at + 1];
  return message !== undefined && /^\d+\.\d+$/.test(message)
    ? { words: given.toSpliced(at, 2), message }
    : { words: given, message: undefined };
};

/** The form with these hosts in it already: some can be taken out and others put in before anything is read. */
const chosen = async (given: readonly string[], asker: Asker, { desks }: CommandDeps): Promise<Reply> => {
  const parsed = parseWords(given, THIS, ['choose', 'pce', 'message']);
  if (!parsed.ok) return parsed.problem;
  const { message } = parsed.flags;
  const among = chosenDesks(desks, parsed.flags.pce);
  if ('kind' in among) return among;
  const hits = parsed.words.map((word) => findHosts([word], among, THIS));
  const wrong = hits.find((one) => one.kind === 'problem');
  if (wrong !== undefined) return wrong;
  const found = hits.flatMap((one) => (one.kind === 'found' ? one.hits : []));
  return {
    kind: 'form',
    form: quarantineForm,
    chosen: (await visibleHosts(found, asker))
      .filter(({ workload }) => workload.managed)
      .map(({ desk, workload }) => ({ pce: desk.pce.name, workload })),
    ...(message === undefined ? {} : { more: ['--message', message] }),
  };
};

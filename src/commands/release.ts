import type { Command, CommandDeps } from '../core/command.ts';
import type { Workload } from '../core/workload.ts';
import { problem } from './problem.ts';
import { oneTarget } from './target.ts';

/** Opens the release form for a host in quarantine. */
export const release: Command = {
  id: 'release',
  summary: 'give a quarantined host back the labels it had',
  usage: '/illumio release <host> [--pce name]',
  examples: [
    '/illumio release web-01',
    '/illumio release 192.0.2.10',
    '/illumio release web-01 --pce prod-east',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    const target = await oneTarget(given, 'release', asker, deps);
    if (target.kind === 'problem') return target;
    const { desk, workload } = target;
    const [ours] = await deps.store.quarantines(desk.pce.name, workload.href);
    if (ours === undefined && !labelled(workload, deps))
      return problem(
        `${workload.name} is not in quarantine: this bot has put no label on it, and it carries none of the quarantine labels. There is nothing to release.`,
        `/illumio workload ${workload.name}`,
      );
    return { kind: 'respond', action: 'release', pce: desk.pce.name, href: workload.href };
  },
};

/** True when it carries a quarantine label that somebody else may have put on. */
const labelled = ({ labels }: Workload, { settings }: CommandDeps): boolean =>
  Object.entries(settings.quarantine?.labels ?? {}).some(([key, value]) =>
    labels.some((label) => label.key === key && label.value === value),
  );

import type { Command, CommandDeps } from '../core/command.ts';
import type { Workload } from '../core/workload.ts';
import { problem } from './problem.ts';
import { someTargets } from './targets.ts';

/** Opens the release form for a host in quarantine, or several. */
export const release: Command = {
  id: 'release',
  summary: 'give a quarantined host back the labels it had',
  usage: '/illumio release <host> … [--pce name]',
  examples: [
    '/illumio release web-01',
    '/illumio release 192.0.2.10',
    '/illumio release web-01 web-02 --pce prod-east',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    const targets = await someTargets(given, 'release', asker, deps);
    if (targets.kind === 'problem') return targets;
    const { desk, workloads } = targets;
    const ours = await deps.store.quarantines(desk.pce.name);
    const cut = workloads.filter(
      (one) => ours.some(({ target }) => target.href === one.href) || labelled(one, deps),
    );
    const [first, ...others] = cut;
    if (first === undefined)
      return problem(
        workloads.length > 1
          ? `None of these ${workloads.length} hosts is in quarantine. There is nothing to release.`
          : `${workloads[0].name} is not in quarantine: this bot has put no label on it, and it carries none of the quarantine labels. There is nothing to release.`,
        `/illumio workload ${workloads[0].name}`,
      );
    return {
      kind: 'respond',
      action: 'release',
      pce: desk.pce.name,
      hrefs: [first.href, ...others.map(({ href }) => href)],
    };
  },
};

/** True when it carries a quarantine label that somebody else may have put on. */
const labelled = ({ labels }: Workload, { settings }: CommandDeps): boolean =>
  Object.entries(settings.quarantine?.labels ?? {}).some(([key, value]) =>
    labels.some((label) => label.key === key && label.value === value),
  );

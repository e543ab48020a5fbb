import type { Command } from '../core/command.ts';
import { problem } from './problem.ts';
import { someTargets } from './targets.ts';

/** Opens the quarantine form for one host or several; nothing is changed before it is submitted. */
export const quarantine: Command = {
  id: 'quarantine',
  summary: 'isolate a host, or up to ten at once: shows what would change, and asks why',
  usage: '/illumio quarantine <host> … [--pce name]',
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
    const targets = await someTargets(given, 'quarantine', asker, deps);
    if (targets.kind === 'problem') return targets;
    const [first, ...others] = targets.workloads;
    return {
      kind: 'respond',
      action: 'quarantine',
      pce: targets.desk.pce.name,
      hrefs: [first.href, ...others.map(({ href }) => href)],
    };
  },
};

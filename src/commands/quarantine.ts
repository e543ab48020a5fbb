import type { Command } from '../core/command.ts';
import { problem } from './problem.ts';
import { oneTarget } from './target.ts';

/** Opens the quarantine form for one host; nothing is changed before it is submitted. */
export const quarantine: Command = {
  id: 'quarantine',
  summary: 'isolate a host: shows what would change, and asks why',
  usage: '/illumio quarantine <host> [--pce name]',
  examples: [
    '/illumio quarantine web-01',
    '/illumio quarantine 192.0.2.10',
    '/illumio quarantine web-01 --pce prod-east',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    if (deps.settings.quarantine === undefined)
      return problem('Quarantine is off: the configuration names no strategy and no labels for it.');
    const target = await oneTarget(given, 'quarantine', asker, deps);
    if (target.kind === 'problem') return target;
    const { pce } = target.desk;
    return { kind: 'respond', action: 'quarantine', pce: pce.name, href: target.workload.href };
  },
};

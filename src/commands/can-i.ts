import { ACTION_ROLES } from '../core/authorise.ts';
import type { Command } from '../core/command.ts';
import { nearest } from '../core/nearest.ts';
import { listed } from '../core/text.ts';
import { problem } from './problem.ts';
import { oneTarget } from './target.ts';

/** Whether the asker may do something to one host now, and why: the same decisions as when it is done, and nothing is changed. */
export const canI: Command = {
  id: 'can-i',
  summary: 'whether you may do something to a host, and why or why not; changes nothing',
  usage: '/illumio can-i <action> <host> [--pce name]',
  examples: [
    '/illumio can-i quarantine web-01',
    '/illumio can-i release web-01',
    '/illumio can-i quarantine web-01 --pce prod-east',
  ],
  role: 'viewer',
  scope: 'own',
  async run([action = '', ...rest], asker, deps) {
    const known = deps.catalog.actions
      .filter(({ id, asks }) => asks === undefined && Object.hasOwn(ACTION_ROLES, id))
      .map(({ id }) => id);
    if (!known.includes(action)) {
      const [near = known[0]] = nearest(action, known);
      const said = action === '' ? 'I expected an action and a host.' : `I know no action "${action}".`;
      return problem(`${said} Actions: ${listed(known)}.`, `/illumio can-i ${near} ${rest[0] ?? 'web-01'}`);
    }
    const target = await oneTarget(rest, `can-i ${action}`, asker, deps);
    if (target.kind === 'problem') return target;
    return { kind: 'explain', action, pce: target.desk.pce.name, href: target.workload.href };
  },
};

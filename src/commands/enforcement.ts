import type { Command } from '../core/command.ts';
import { nearest } from '../core/nearest.ts';
import { listed } from '../core/text.ts';
import { WANTED } from '../core/wanted.ts';
import { problem } from './problem.ts';
import { oneTarget } from './target.ts';

/** Opens the form that sets how strictly one host is enforced; nothing is changed before it is submitted. */
export const enforcement: Command = {
  id: 'enforcement',
  summary: 'set how strictly a host is enforced, or take that back: shows before and after, and asks why',
  usage: '/illumio enforcement <host> idle|visibility_only|selective|full|back [--pce name]',
  examples: [
    '/illumio enforcement web-01 full',
    '/illumio enforcement web-01 back',
    '/illumio enforcement web-01 visibility_only --pce prod-east',
  ],
  role: 'responder',
  scope: 'own',
  async run([host = '', mode = '', ...rest], asker, deps) {
    const wanted = WANTED.find((one) => one === mode.toLowerCase());
    if (wanted === undefined) {
      const [near = 'full'] = nearest(mode, WANTED);
      const said = mode === '' ? 'I expected a host and a mode.' : `There is no mode "${mode}".`;
      return problem(`${said} Modes: ${listed(WANTED)}.`, `/illumio enforcement ${host || 'web-01'} ${near}`);
    }
    const target = await oneTarget([host, ...rest], 'enforcement', asker, deps);
    if (target.kind === 'problem') return target;
    return {
      kind: 'respond',
      action: 'enforcement',
      pce: target.desk.pce.name,
      hrefs: [target.workload.href],
      wanted,
    };
  },
};

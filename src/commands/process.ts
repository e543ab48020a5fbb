import type { Command } from '../core/command.ts';
import { top } from './top.ts';

/** `top process` under the name people look for: the PCE has no source ports, processes are what it can say of senders. */
export const processes: Command = {
  id: 'process',
  summary: 'which processes are behind most connections',
  usage:
    '/illumio process [key=value …] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio process', '/illumio process env=prod', '/illumio process env=prod --since 7d'],
  role: 'analyst',
  scope: 'estate',
  run: (words, asker, deps) => top.run(['process', ...words], asker, deps),
};

import type { Command } from '../core/command.ts';
import { top } from './top.ts';

/** `top service` under the name people look for. */
export const services: Command = {
  id: 'services',
  summary: 'which services are used most',
  usage:
    '/illumio services [key=value …] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio services', '/illumio services env=prod', '/illumio services env=prod --since 7d'],
  role: 'analyst',
  scope: 'estate',
  run: (words, asker, deps) => top.run(['service', ...words], asker, deps),
};

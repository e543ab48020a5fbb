import type { Message } from '../core/ports.ts';
import { bold, context, joined, md, mention, message, section } from './parts.ts';

/** Why somebody may or may not do something to a host. No `against` = he may. Whole sentences. */
export interface Explained {
  /** "quarantine web-01". */
  readonly what: string;
  readonly against: readonly string[];
  /** What speaks for it, and what it would take. */
  readonly facts: readonly string[];
  /** Ids of people and groups who can, when he cannot for want of a role. */
  readonly who: readonly string[];
}

/** The answer to `/illumio can-i`. */
export const canIView = ({ what, against, facts, who }: Explained): Message => {
  const yes = against.length === 0;
  return message(`${yes ? 'Yes' : 'No'}: ${what}`, [
    section(yes ? md`${bold('Yes')}, you can ${what} now.` : md`${bold('No')}, you can't ${what} now.`),
    ...against.map((line) => section(md`${line}`)),
    ...(who.length === 0
      ? []
      : [section(md`People who can: ${joined(who.slice(0, 10).map(mention), ', ')}.`)]),
    ...facts.map((line) => context(md`${line}`)),
    context(md`Nothing was changed. All of this is asked again when it is done.`),
  ]);
};

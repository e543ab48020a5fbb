import type { PceDesk } from './command.ts';

/**
 * A host or label as the value of a line in a list: position of its PCE, and href. With the PCE's name it could exceed the 75 characters
 * that Slack takes (facts/slack §3). Holds while the bot runs, as the forms it stands in do.
 */
export const refOf = (desks: readonly PceDesk[], pce: string, href: string): string =>
  `${desks.findIndex((desk) => desk.pce.name === pce)}|${href}`;

/** The other way round; undefined for what is none of ours. */
export const parseRef = (
  desks: readonly PceDesk[],
  ref: string,
): { readonly desk: PceDesk; readonly href: string } | undefined => {
  const [, n, href = ''] = /^(\d+)\|(.+)$/.exec(ref) ?? [];
  const desk = n === undefined ? undefined : desks[Number(n)];
  return desk && { desk, href };
};

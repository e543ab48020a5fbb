import { type Newcomers, stillHeld } from '../core/newcomers.ts';
import type { Message } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { button, context, md, mention, message, section, time } from './parts.ts';

/** More people have no button of their own. */
const BUTTONS = 10;

/** Who joined a user group that a role is given to, when it will be theirs, and how one of the approver list lets them in before. */
export const newcomersCard = (some: Newcomers, holdMs: number, now: number): Message => {
  const { group, since, people } = some;
  const held = stillHeld(some, holdMs, now);
  const letIn = people.flatMap(({ user, joined: { letIn } }) =>
    letIn === undefined ? [] : [{ user, letIn }],
  );
  return message(`${counted(people.length, 'person', 'people')} joined user group ${group}`, [
    section(
      md`${counted(people.length, 'person', 'people')} joined user group ${group} ${time(since)}. What this bot lets its members do is theirs ${time(since + holdMs)}, or as soon as one of the approver list lets them in.`,
    ),
    ...held.slice(0, BUTTONS).map((user) => ({
      ...section(md`${mention(user)} waits.`),
      accessory: button({ action: 'let-in', value: `${group}|${user}`, text: 'Let in now' }),
    })),
    ...(held.length > BUTTONS ? [context(md`${held.length - BUTTONS} more wait.`)] : []),
    ...letIn.map(({ user, letIn: { name, at } }) =>
      context(md`${mention(user)} was let in by ${name} ${time(at)}.`),
    ),
    ...(held.length === 0 ? [context(md`Nobody of them waits any more.`)] : []),
  ]);
};

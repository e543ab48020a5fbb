import type { Person } from '../core/alert.ts';
import { leaf, textLeaf } from './leaf.ts';

const CHANNEL = /^[CG][A-Z0-9]{8,}$/;
const TEAM = /^T[A-Z0-9]{8,}$/;
const GROUP = /^S[A-Z0-9]{8,}$/;
const USER = /^[UW][A-Z0-9]{8,}$/;
/** On Enterprise Grid a person may be named by the organisation (E…) instead of a workspace (definitions §8). */
const PERSON = /^([TE][A-Z0-9]{8,})\/([UW][A-Z0-9]{8,})$/;

const NAME_HINT = 'names change, ids do not';

const CHANNEL_HINT = 'begins with C: channel → View channel details, at the very bottom';

export const channel = textLeaf({
  expects: 'a Slack channel id',
  hint: CHANNEL_HINT,
  json: { pattern: CHANNEL.source },
  read: (text, wrong) =>
    CHANNEL.test(text)
      ? text
      : text.startsWith('#')
        ? wrong(
            'must be a channel id, not a name',
            `${NAME_HINT}: channel → View channel details, at the bottom`,
          )
        : undefined,
});

/** One channel, or several that are told the same. */
export const channels = leaf<readonly string[]>({
  expects: 'a Slack channel id, or a list of them',
  hint: CHANNEL_HINT,
  json: {
    anyOf: [
      { type: 'string', pattern: CHANNEL.source },
      { type: 'array', minItems: 1, items: { type: 'string', pattern: CHANNEL.source } },
    ],
  },
  read: (raw, wrong) => {
    const ids = Array.isArray(raw) ? raw : [raw];
    const bad = ids.find((id) => typeof id !== 'string' || !CHANNEL.test(id));
    if (ids.length > 0 && bad === undefined) return ids;
    return typeof bad === 'string' && bad.startsWith('#')
      ? wrong(
          'must be a channel id, not a name',
          `${NAME_HINT}: channel → View channel details, at the bottom`,
        )
      : undefined;
  },
});

export const team = textLeaf({
  expects: 'a Slack team id',
  hint: 'begins with T: it stands in the address of Slack in a browser, app.slack.com/client/T…',
  json: { pattern: TEAM.source },
  read: (text) => (TEAM.test(text) ? text : undefined),
});

const PERSON_HINT = 'write team/member ids: T0123ABCD/U0123ABCD (profile → ⋮ → Copy member ID)';

const asPerson = (text: string): Person | undefined => {
  const [, home, user] = PERSON.exec(text) ?? [];
  return home === undefined || user === undefined ? undefined : { team: home, user };
};

/** One named person: approvers and admins are never given by a group (definitions §8). */
export const person = textLeaf<Person>({
  expects: 'a person',
  hint: PERSON_HINT,
  json: { pattern: PERSON.source },
  read: (text, wrong) =>
    asPerson(text) ??
    (GROUP.test(text)
      ? wrong('must be a person, not a group', `who edits the group would decide; ${PERSON_HINT}`)
      : undefined),
});

/** A person or a user group. */
export const member = textLeaf<Person | { readonly group: string }>({
  expects: 'a person or a user group',
  hint: `${PERSON_HINT}, or a group id S0123ABCD`,
  json: { pattern: `${PERSON.source}|${GROUP.source}` },
  read: (text) => (GROUP.test(text) ? { group: text } : asPerson(text)),
});

/** Who is called by name in a message: a user group or a user. */
export const mention = textLeaf({
  expects: 'a user group id or a member id',
  hint: 'write S0123ABCD (a user group) or U0123ABCD (a person)',
  json: { pattern: `${GROUP.source}|${USER.source}` },
  read: (text) => (GROUP.test(text) || USER.test(text) ? text : undefined),
});

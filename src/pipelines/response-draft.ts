import type { Action } from '../core/action.ts';
import type { Person } from '../core/alert.ts';
import type { Handling } from '../core/ports.ts';
import type { ModeChange, Response, Target } from '../core/response.ts';
import { md } from '../views/parts.ts';
import { notice, OTHER_REASON } from '../views/response.ts';
import type { RespondingDeps } from './response-desk.ts';

export interface Submission {
  readonly draft: string;
  readonly person: Person;
  readonly viewId: string;
  readonly values: Readonly<Record<string, string>>;
}

/** One host of a form, as it was shown. */
export interface DraftHost {
  readonly target: Target;
  /** The quarantine that a release would give back. */
  readonly releases: string | null;
  /** The change of mode that was shown. */
  readonly mode?: ModeChange;
}

/** What a form showed to whom: kept here, so that nothing a client sends decides. */
export interface Draft {
  readonly action: Action;
  readonly pce: string;
  readonly hosts: readonly [DraftHost, ...DraftHost[]];
  readonly person: Person;
  readonly name: string;
  readonly channel: string | null;
  readonly alert: string | null;
  readonly expires: number;
  /** Whether it was offered to end by itself. */
  readonly mayEnd: boolean;
  /** The host name that must be typed before it is sent (definitions §7.2); absent for an ordinary host. */
  readonly typed?: string;
}

/** A form that was sent in: refused with what its sender reads, or requests that are to be made durable together. */
export type Sent =
  | { readonly ok: false; readonly handling: Handling }
  | { readonly ok: true; readonly action: Action; readonly responses: readonly [Response, ...Response[]] };

/** Makes requests of what a form showed and its sender filled in; or says which field is wrong, and then the draft stays. */
export const requestsOf = (
  draft: Draft,
  values: Submission['values'],
  { ids, clock, limits }: Pick<RespondingDeps, 'ids' | 'clock' | 'limits'>,
): Sent => {
  const reason = reasonOf(values);
  if (typeof reason !== 'string') return wrong(reason.missing, 'Say why: it stands in the audit log.');
  if (draft.typed !== undefined && !sameName(values['typed'], draft.typed))
    return wrong('typed', `Type ${draft.typed}, so that it is no other host.`);
  const ticket = (values['ticket'] ?? '').trim();
  const review = draft.action.timed === true ? reviewOf(values, limits.reviewsMs, draft.mayEnd) : undefined;
  const batch = draft.hosts.length > 1 ? ids.next() : undefined;
  const at = clock.now();
  const requestFor = ({ target, releases, mode }: DraftHost): Response => ({
    id: ids.next(),
    action: draft.action.id,
    pce: draft.pce,
    target,
    by: draft.person,
    byName: draft.name,
    reason,
    ...(ticket === '' ? {} : { ticket }),
    ...(review === undefined ? {} : { review }),
    ...(batch === undefined ? {} : { batch }),
    ...(mode === undefined ? {} : { mode }),
    channel: draft.channel,
    alert: draft.alert,
    requestedAt: at,
    state: 'requested',
    releases,
  });
  const [first, ...others] = draft.hosts;
  return {
    ok: true,
    action: draft.action,
    responses: [requestFor(first), ...others.map(requestFor)],
  };
};

/** Only a forged payload carries another person's form; an old one is audited too, for who looks for the difference. */
export const expiredForm = (
  draft: Draft | undefined,
  person: Person,
  { audit }: Pick<RespondingDeps, 'audit'>,
): Handling => ({
  ack: {
    update: notice({ title: 'Expired' }, '', [
      md`This form is no longer valid. Nothing was done; open it again from the message.`,
    ]),
  },
  work: () =>
    audit.append({
      actor: person,
      actorName: person.user,
      action: draft === undefined ? 'form' : `${draft.action.id} form`,
      verdict: 'refused',
      why:
        draft === undefined
          ? 'the form is unknown or too old'
          : 'the form was opened by somebody else, or expired',
      ...(draft === undefined
        ? {}
        : {
            pce: draft.pce,
            target: { href: null, name: draft.hosts.map(({ target }) => target.name).join(', ') },
          }),
    }),
});

const wrong = (field: string, why: string): Sent => ({
  ok: false,
  handling: { ack: { errors: { [field]: why } } },
});

const sameName = (typed = '', name: string): boolean => typed.trim().toLowerCase() === name.toLowerCase();

/** One of the quick reasons, with or without words, or words alone; else the field that wants one. */
const reasonOf = (values: Submission['values']): string | { readonly missing: 'reason' | 'words' } => {
  const chosen = values['reason'] ?? '';
  const words = (values['words'] ?? '').trim();
  if (chosen === '') return { missing: 'reason' };
  if (chosen !== OTHER_REASON) return words === '' ? chosen : `${chosen}: ${words}`;
  return words === '' ? { missing: 'words' } : words;
};

/** What was chosen, only if it is one of the times offered: a client sends what it likes. */
const reviewOf = (
  values: Submission['values'],
  offered: readonly number[],
  mayEnd: boolean,
): Response['review'] => {
  const chosen = offered.find((ms) => String(ms) === values['review']);
  const afterMs = chosen ?? offered[1] ?? offered[0];
  if (afterMs === undefined) return undefined;
  return { afterMs, ending: mayEnd && values['ending'] === 'release' ? 'release' : 'ask' };
};

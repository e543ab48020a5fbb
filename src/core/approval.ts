import { samePerson } from './person.ts';
import type { Profile } from './ports.ts';
import type { Needs, Response } from './response.ts';
import { clockUtc, counted } from './text.ts';

const MINUTE_MS = 60_000;

/** A request nobody answers lapses after this and is escalated (definitions §7.5). */
export const APPROVAL_MS = 15 * MINUTE_MS;
/** A release so soon after the quarantine, by the same person, needs a second one (definitions §7.5). */
const SOON_MS = 30 * MINUTE_MS;

/** What it takes to touch a target, however that was found out. Reasons are whole sentences. */
export type Guarded =
  | { readonly verdict: 'never'; readonly reasons: readonly string[] }
  /** 2 = a protected host: two people of the approver list stand behind it. */
  | {
      readonly verdict: 'approval';
      readonly approvals: 1 | 2;
      readonly reasons: readonly string[];
      /** Protected, or it looks vital: its name is typed before it is asked for (definitions §7.2). */
      readonly typed?: true;
    }
  | { readonly verdict: 'ordinary'; readonly reasons: readonly [] };

export interface Weighed {
  readonly guarded: Guarded;
  /** How many hosts were asked for at once. */
  readonly targets: number;
  /** What the action itself says must be seen by a second person. */
  readonly second: readonly string[];
  /** The quarantine that a release would end. */
  readonly releases: Response | undefined;
  /** Whether the one who asks stands on the approver list himself. */
  readonly asksAsApprover: boolean;
}

/**
 * Who must agree before anything is written (definitions §7.5). An ordinary single host needs its responder alone; a protected one
 * has two people of the approver list behind it, of whom the one who asks may be the first.
 */
export const needsOf = (
  { guarded, targets, second, releases, asksAsApprover }: Weighed,
  by: Response['by'],
  now: number,
): Needs => {
  const ended = releases?.endedAt ?? Number.NEGATIVE_INFINITY;
  const mine = releases?.by.user === by.user && releases.by.team === by.team;
  const why = [
    ...guarded.reasons,
    ...second,
    ...(targets > 1 ? [`It is about ${targets} hosts at once.`] : []),
    ...((releases?.needs?.votes ?? 0) > 0 ? ['Its quarantine needed a second person.'] : []),
    ...(mine && now - ended < SOON_MS ? ['The one who asks quarantined it less than 30 min ago.'] : []),
  ];
  if (why.length === 0) return { votes: 0, why };
  const two = guarded.verdict === 'approval' && guarded.approvals === 2 && !asksAsApprover;
  return { votes: two ? 2 : 1, why };
};

/** Why this person cannot decide this request; undefined when he can. Whether he is an approver at all is `authorise`'s question. */
export const voteProblem = (
  response: Response,
  voter: Profile,
  before: { readonly requester: Profile; readonly voters: readonly Profile[] },
  now: number,
): string | undefined => {
  if (response.state !== 'waiting') return decidedText(response);
  if (now >= (response.lapsesAt ?? 0))
    return 'the request lapsed: nobody answered it within 15 min. Ask again.';
  if (samePerson(voter, before.requester))
    return 'you asked for it yourself, so another person of the approver list has to decide';
  if (before.voters.some((one) => samePerson(one, voter)))
    return 'you have approved it already; it needs one more person';
  return undefined;
};

/** Who decided it and when, for whoever comes too late. */
export const decidedText = ({ state, votes = [], outcome, endedAt }: Response): string => {
  const names = votes.map(({ name }) => name).join(' and ');
  const last = votes.at(-1)?.at ?? endedAt;
  const at = last === undefined ? '' : ` at ${clockUtc(last)} UTC`;
  if (state === 'denied') return `it was denied${at}: ${outcome ?? 'no reason was given'}`;
  if (state === 'lapsed') return `it lapsed${at}: ${outcome ?? 'nobody answered'}`;
  return names === '' ? `it needs no approval (${state})` : `it was approved by ${names}${at}`;
};

/** "needs 2 more people of the approver list". */
export const votesLeft = ({ needs, votes = [] }: Pick<Response, 'needs' | 'votes'>): number =>
  Math.max(0, (needs?.votes ?? 0) - votes.length);

/** For people: who has to agree, and why. */
export const needsText = ({ votes, why }: Needs): string =>
  `Needs ${counted(votes, 'other person', 'other people')} of the approver list${why.length === 0 ? '.' : `: ${why.join(' ')}`}`;

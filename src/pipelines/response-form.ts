import type { Action } from '../core/action.ts';
import type { Alert, Person } from '../core/alert.ts';
import { needsText } from '../core/approval.ts';
import type { Label } from '../core/label.ts';
import { ChatError, type Handling, PceError } from '../core/ports.ts';
import type { Needs, Response, Target } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import { type Markup, md } from '../views/parts.ts';
import type { PeersShown } from '../views/peers.ts';
import { loadingModal, notice, OTHER_REASON, responseForm } from '../views/response.ts';
import { contextFor } from './action-context.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import { type Weight, weigh } from './weigh.ts';

const DRAFT_MS = 30 * 60_000;

/** A click or a command that asks for an action on one workload. */
export interface Opening {
  readonly action: string;
  readonly pce: string;
  readonly href: string;
  readonly person: Person;
  readonly channel: string | null;
  readonly alert: Alert | null;
  readonly triggerId: string;
  /** Says something to that person alone. */
  say(text: Markup, plain: string): Promise<void>;
}

export interface Submission {
  readonly draft: string;
  readonly person: Person;
  readonly viewId: string;
  readonly values: Readonly<Record<string, string>>;
}

/** What a form showed to whom: kept here, so that nothing a client sends decides. */
interface Draft {
  readonly action: Action;
  readonly pce: string;
  readonly target: Target;
  readonly person: Person;
  readonly name: string;
  readonly channel: string | null;
  readonly alert: string | null;
  /** The quarantine that a release would give back. */
  readonly releases: string | null;
  readonly expires: number;
  /** Whether it was offered to end by itself. */
  readonly mayEnd: boolean;
}

/** A form that was sent in: refused with what its sender reads, or a request that is to be made durable. */
export type Sent =
  | { readonly ok: false; readonly handling: Handling }
  | { readonly ok: true; readonly action: Action; readonly response: Response };

export interface Forms {
  /** Checks the right, opens the modal, reads the host and shows what would change. Changes nothing. */
  open(opening: Opening): Promise<void>;
  /** Takes a form once: only from the one who opened it, only while it is valid, only with a reason. */
  take(submission: Submission): Sent;
}

/** The forms that are open. They are kept here, so that nothing a client sends decides; a restart forgets them and says so. */
export const createForms = (deps: RespondingDeps): Forms => {
  const { desks, actions, audit, chat, gate, clock, ids, log } = deps;
  const drafts = new Map<string, Draft>();

  const open = async (opening: Opening): Promise<void> => {
    const action = actions.find(({ id, offered }) => offered && id === opening.action);
    const desk = desks.get(opening.pce);
    if (action === undefined || desk === undefined)
      return opening.say(
        md`This button belongs to something this bot no longer knows. Nothing was done.`,
        'Unknown button, nothing done',
      );
    const known = desk.inventory.workload(opening.href);
    const name = known?.name ?? opening.alert?.subject.name ?? 'the host';
    const { verdict, profile } = await gate.check(opening.person, action.right, {
      targets: [known?.labels ?? null],
      channel: opening.channel,
    });
    await audit.append({
      actor: opening.person,
      actorName: profile.name,
      action: `${action.id} asked`,
      verdict: verdict.allowed ? 'allowed' : 'refused',
      ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
      pce: opening.pce,
      target: { href: opening.href, name },
      ...(opening.alert === null ? {} : { alert: opening.alert.id }),
      ...(opening.channel === null ? {} : { channel: opening.channel }),
    });
    if (!verdict.allowed) {
      const { words, plain } = refusalText(`${action.id} ${name}`, verdict);
      return opening.say(words, plain);
    }
    const viewId = await chat.openView(opening.triggerId, loadingModal(action, name));
    await fill(viewId, action, desk, opening, { host: name, person: profile.name });
  };

  /** Reads the host and turns the loading modal into the form, or into the reason why not. */
  const fill = async (
    viewId: string,
    action: Action,
    desk: ResponseDesk,
    opening: Opening,
    { host: name, person }: { readonly host: string; readonly person: string },
  ): Promise<void> => {
    try {
      const workload = await desk.pce.workload(opening.href, 'response');
      if (workload === null)
        return void (await chat.updateView(
          viewId,
          notice(action, name, [md`${name} is no longer in the PCE. Nothing was done.`]),
        ));
      desk.inventory.note(opening.href, workload);
      const context = await contextFor(workload, desk, deps);
      const plan = action.plan(workload, context);
      if (!plan.ok) return void (await chat.updateView(viewId, notice(action, name, [md`${plan.why}`])));
      const releases = action.id === 'release' ? (context.open?.id ?? null) : null;
      const weight = await weigh({ by: opening.person, releases }, workload, plan, context, desk, deps);
      if ('never' in weight)
        return void (await chat.updateView(viewId, notice(action, name, [md`${weight.never}`])));
      const draft = ids.next();
      for (const [id, { expires }] of drafts) if (expires < clock.mono()) drafts.delete(id);
      const target: Target = {
        href: workload.href,
        name: workload.name,
        labels: workload.labels,
        mode: workload.mode,
        addresses: workload.interfaces.map(({ address }) => address),
      };
      const mayEnd =
        action.timed === true && (await mayEndByItself(workload, desk, context.quarantineLabels ?? []));
      drafts.set(draft, {
        action,
        pce: desk.pce.name,
        target,
        person: opening.person,
        name: person,
        channel: opening.channel,
        alert: opening.alert?.id ?? null,
        releases,
        expires: clock.mono() + DRAFT_MS,
        mayEnd,
      });
      const show = ({ needs }: { readonly needs: Needs }, peers: PeersShown): Promise<void> =>
        chat.updateView(
          viewId,
          responseForm(action, target, plan, {
            draft,
            pce: desk.pce.name,
            ...(needs.votes === 0 ? {} : { needs: needsText(needs) }),
            ...(action.timed === true ? { reviewsMs: deps.limits.reviewsMs, mayEnd, peers } : {}),
          }),
        );
      await show(weight, 'counting');
      if (action.timed !== true) return;
      const peers = await deps.peers.count(desk, workload, { after: plan.intended, policy: context.policy });
      if (!drafts.has(draft)) return;
      // More than 100 of them are a reason for a second person: weighed anew, and said before it is sent.
      const known = await weigh({ by: opening.person, releases }, workload, plan, context, desk, deps).catch(
        (err: unknown): Weight => {
          if (err instanceof PceError) return weight;
          throw err;
        },
      );
      await show('never' in known ? weight : known, peers ?? 'unknown').catch(closedBefore);
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: desk.pce.name }, 'could not read a host for a form');
      await chat.updateView(
        viewId,
        notice(action, name, [md`I could not read ${name}: ${err.message}. Nothing was done.`]),
      );
    }
  };

  /** Offered only when nothing of the host fires and it is an ordinary one (definitions §7.3). */
  const mayEndByItself = async (
    workload: Workload,
    desk: ResponseDesk,
    quarantine: readonly Label[],
  ): Promise<boolean> =>
    (await deps.guard(workload, desk, quarantine)).verdict === 'ordinary' &&
    (await deps.store.alertsOfHost(desk.pce.name, workload.href)).every(({ state }) => state !== 'firing');

  return {
    open,
    take({ draft: id, person, values }) {
      const draft = drafts.get(id);
      if (draft === undefined || draft.expires < clock.mono() || !samePerson(draft.person, person))
        return { ok: false, handling: expired(draft, person, deps) };
      const reason = reasonOf(values);
      if (typeof reason !== 'string')
        return {
          ok: false,
          handling: { ack: { errors: { [reason.missing]: 'Say why: it stands in the audit log.' } } },
        };
      drafts.delete(id);
      const response = requestFrom(draft, {
        id: ids.next(),
        at: clock.now(),
        reason,
        ticket: (values['ticket'] ?? '').trim(),
        review:
          draft.action.timed === true ? reviewOf(values, deps.limits.reviewsMs, draft.mayEnd) : undefined,
      });
      return { ok: true, action: draft.action, response };
    },
  };
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

const samePerson = (a: Person, b: Person): boolean => a.user === b.user && a.team === b.team;

/** A form that was sent in or closed while its peers were counted has nothing to show them in. */
const closedBefore = (err: unknown): void => {
  if (!(err instanceof ChatError)) throw err;
};

/** One of the quick reasons, with or without words, or words alone; else the field that wants one. */
const reasonOf = (values: Submission['values']): string | { readonly missing: 'reason' | 'words' } => {
  const chosen = values['reason'] ?? '';
  const words = (values['words'] ?? '').trim();
  if (chosen === '') return { missing: 'reason' };
  if (chosen !== OTHER_REASON) return words === '' ? chosen : `${chosen}: ${words}`;
  return words === '' ? { missing: 'words' } : words;
};

/** Only a forged payload carries another person's form; an old one is audited too, for who looks for the difference. */
const expired = (
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
        : { pce: draft.pce, target: { href: draft.target.href, name: draft.target.name } }),
    }),
});

const requestFrom = (
  { action, pce, target, person, name, channel, alert, releases }: Draft,
  {
    id,
    at,
    reason,
    ticket,
    review,
  }: {
    readonly id: string;
    readonly at: number;
    readonly reason: string;
    readonly ticket: string;
    readonly review: Response['review'];
  },
): Response => ({
  id,
  action: action.id,
  pce,
  target,
  by: person,
  byName: name,
  reason,
  ...(ticket === '' ? {} : { ticket }),
  ...(review === undefined ? {} : { review }),
  channel,
  alert,
  requestedAt: at,
  state: 'requested',
  releases,
});

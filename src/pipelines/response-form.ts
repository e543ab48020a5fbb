import type { Action } from '../core/action.ts';
import type { Alert, Person } from '../core/alert.ts';
import { needsText } from '../core/approval.ts';
import { sameAccount } from '../core/person.ts';
import { ChatError, PceError } from '../core/ports.ts';
import type { Wanted } from '../core/wanted.ts';
import { type Markup, md } from '../views/parts.ts';
import type { PeersShown } from '../views/peers.ts';
import { loadingModal, notice, responseForm } from '../views/response.ts';
import { overBudgetNow } from './clearance.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import {
  type Draft,
  type DraftHost,
  expiredForm,
  requestsOf,
  type Sent,
  type Submission,
} from './response-draft.ts';
import {
  cutOf,
  leftOutText,
  mayEndByItself,
  type Preview,
  previewOf,
  type Weighed,
  weighAgain,
  weighNow,
} from './response-preview.ts';

const DRAFT_MS = 30 * 60_000;

/** Hosts that may be asked for at once (definitions §7.10). */
const MOST_AT_ONCE = 10;

/** A click or a command that asks for an action on one workload, or on several at once. */
export interface Opening {
  readonly action: string;
  readonly pce: string;
  readonly hrefs: readonly [string, ...string[]];
  /** The mode that is asked for, of an action that asks for one. */
  readonly wanted?: Wanted;
  readonly person: Person;
  readonly channel: string | null;
  readonly alert: Alert | null;
  /** A link to what speaks for it: stands in the form as its ticket, where it can be replaced. */
  readonly evidence?: string;
  readonly triggerId: string;
  /** Called when the form stands, before its peers are counted: whoever asked has his answer, and what he sends in is a request of its own. */
  readonly shown?: () => Promise<void>;
  /** Says something to that person alone. */
  say(text: Markup, plain: string): Promise<void>;
}

export interface Forms {
  /** Checks the right, opens the modal, reads the hosts and shows what would change. Changes nothing. */
  open(opening: Opening): Promise<void>;
  /** Takes a form once: only from the one who opened it, only while it is valid, only with a reason. */
  take(submission: Submission): Sent;
}

/** Who asks, and what the form is called. */
interface Asked extends Opening {
  readonly byName: string;
  readonly title: string;
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
    const known = opening.hrefs.map((href) => desk.inventory.workload(href));
    const [first] = known;
    const title =
      opening.hrefs.length > 1
        ? `${opening.hrefs.length} hosts`
        : (first?.name ?? opening.alert?.subject.name ?? 'the host');
    const { verdict, profile } = await gate.check(opening.person, action.right, {
      targets: known.map((one) => one?.labels ?? null),
      channel: opening.channel,
    });
    const names = known.map((one, at) => one?.name ?? opening.hrefs[at]).join(', ');
    await audit.append({
      actor: opening.person,
      actorName: profile.name,
      action: `${action.id} asked`,
      verdict: verdict.allowed ? 'allowed' : 'refused',
      ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
      pce: opening.pce,
      target:
        opening.hrefs.length > 1 ? { href: null, name: names } : { href: opening.hrefs[0], name: title },
      ...(opening.alert === null ? {} : { alert: opening.alert.id }),
      ...(opening.channel === null ? {} : { channel: opening.channel }),
    });
    if (!verdict.allowed) {
      const { words, plain } = refusalText(`${action.id} ${title}`, verdict);
      return opening.say(words, plain);
    }
    const viewId = await chat.openView(opening.triggerId, loadingModal(action, title));
    await fill(viewId, action, desk, { ...opening, byName: profile.name, title });
  };

  /** Reads the hosts and turns the loading modal into the form, or into the reason why not. */
  const fill = async (viewId: string, action: Action, desk: ResponseDesk, asked: Asked): Promise<void> => {
    const refuse = (...lines: readonly Markup[]): Promise<void> =>
      chat.updateView(viewId, notice(action, asked.title, lines));
    try {
      const { kept, leftOut } = await previewAll(action, desk, asked);
      const [first, ...others] = kept;
      if (first === undefined) return void (await refuse(...leftOut.map((why) => md`${why}`)));
      const over =
        kept.length > 1
          ? await overBudgetNow({ action: action.id, by: asked.person, more: kept.length }, deps)
          : undefined;
      if (over !== undefined)
        return void (await refuse(md`The budget does not allow it: ${over}. Nothing was done.`));
      const hosts: readonly [Preview, ...Preview[]] = [first, ...others];
      await (others.length > 0
        ? showSeveral(viewId, action, desk, asked, hosts, leftOut)
        : showOne(viewId, action, desk, asked, first, leftOut));
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: desk.pce.name }, 'could not read a host for a form');
      await refuse(md`I could not read ${asked.title}: ${err.message}. Nothing was done.`);
    }
  };

  /** Those of the hosts it can be done to, and why not to the others: of several, what takes a typed name is asked for alone. */
  const previewAll = async (
    action: Action,
    desk: ResponseDesk,
    { hrefs, person: by, wanted }: Asked,
  ): Promise<{ kept: readonly Preview[]; leftOut: readonly string[] }> => {
    const kept: Preview[] = [];
    const leftOut: string[] = [];
    for (const href of hrefs.slice(0, MOST_AT_ONCE)) {
      const name = desk.inventory.workload(href)?.name ?? 'The host';
      const one = await previewOf({ href, name, by, wanted }, action, desk, deps);
      if ('why' in one) leftOut.push(one.why);
      else if (hrefs.length > 1 && one.weight.typed) leftOut.push(leftOutText(one.weight));
      else kept.push(one);
    }
    return { kept, leftOut };
  };

  const keep = (
    id: string,
    action: Action,
    desk: ResponseDesk,
    asked: Asked,
    [first, ...others]: readonly [Preview, ...Preview[]],
    more: Pick<Draft, 'mayEnd' | 'typed'>,
  ): void => {
    for (const [old, { expires }] of drafts) if (expires < clock.mono()) drafts.delete(old);
    drafts.set(id, {
      action,
      pce: desk.pce.name,
      hosts: [hostOf(first), ...others.map(hostOf)],
      person: asked.person,
      name: asked.byName,
      channel: asked.channel,
      alert: asked.alert?.id ?? null,
      expires: clock.mono() + DRAFT_MS,
      ...more,
    });
  };

  const showSeveral = async (
    viewId: string,
    action: Action,
    desk: ResponseDesk,
    asked: Asked,
    hosts: readonly [Preview, ...Preview[]],
    leftOut: readonly string[],
  ): Promise<void> => {
    const draft = ids.next();
    const show = (
      shown: readonly [Preview, ...Preview[]],
      weights: readonly Weighed[],
      left: readonly string[],
      peers: (href: string) => PeersShown,
    ): Promise<void> => {
      const votes = Math.max(...weights.map(({ needs }) => needs.votes));
      const why = [...new Set(weights.flatMap(({ needs }) => needs.why))];
      keep(draft, action, desk, asked, shown, { mayEnd: false });
      return chat.updateView(
        viewId,
        responseForm(action, shown, {
          draft,
          pce: desk.pce.name,
          needs: needsText({ votes, why }),
          leftOut: left,
          evidence: asked.evidence,
          ...(action.timed === true ? { reviewsMs: deps.limits.reviewsMs, peers } : {}),
        }),
      );
    };
    const about = { by: asked.person, targets: hosts.length };
    const before = await Promise.all(hosts.map((one) => weighAgain(one, about, desk, deps)));
    await show(hosts, before, leftOut, () => 'counting');
    await asked.shown?.();
    if (action.timed !== true) return;
    const peers = await deps.peers.count(desk, hosts.map(cutOf));
    if (!drafts.has(draft)) return;
    const weighed = await Promise.all(
      hosts.map(async (host) => ({ host, weight: await weighNow(host, about, desk, deps) })),
    );
    // More than 100 peers: that one takes its typed name, so it is asked for alone.
    const alone = weighed.filter(({ weight }) => weight.typed);
    const [first, ...others] = weighed.filter(({ weight }) => !weight.typed);
    const left = [...leftOut, ...alone.map(({ weight }) => leftOutText(weight))];
    if (first === undefined) {
      drafts.delete(draft);
      return chat.updateView(
        viewId,
        notice(
          action,
          asked.title,
          left.map((why) => md`${why}`),
        ),
      );
    }
    const shown = [first, ...others] as const;
    if (drafts.has(draft))
      await show(
        [first.host, ...others.map(({ host }) => host)],
        shown.map(({ weight }) => weight),
        left,
        (href) => peers?.get(href) ?? 'unknown',
      ).catch(closedBefore);
  };

  /** Shown first without the peers, which take their time, and again with them: more than 100 are a reason for a second person. */
  const showOne = async (
    viewId: string,
    action: Action,
    desk: ResponseDesk,
    asked: Asked,
    host: Preview,
    leftOut: readonly string[],
  ): Promise<void> => {
    const draft = ids.next();
    const mayEnd = action.timed === true && (await mayEndByItself(host, desk, deps));
    const show = ({ needs, typed }: Weighed, peers: PeersShown): Promise<void> => {
      const must = typed ? { typed: host.target.name } : {};
      keep(draft, action, desk, asked, [host], { mayEnd, ...must });
      return chat.updateView(
        viewId,
        responseForm(action, [host], {
          draft,
          pce: desk.pce.name,
          leftOut,
          evidence: asked.evidence,
          ...must,
          ...(needs.votes === 0 ? {} : { needs: needsText(needs) }),
          ...(action.timed === true ? { reviewsMs: deps.limits.reviewsMs, mayEnd, peers: () => peers } : {}),
        }),
      );
    };
    await show(host.weight, 'counting');
    await asked.shown?.();
    if (action.timed !== true) return;
    const peers = await deps.peers.count(desk, [cutOf(host)]);
    if (!drafts.has(draft)) return;
    const known = await weighNow(host, { by: asked.person, targets: 1 }, desk, deps);
    const counted = peers?.get(host.target.href) ?? 'unknown';
    if (drafts.has(draft)) await show(known, counted).catch(closedBefore);
  };

  return {
    open,
    take({ draft: id, person, values }) {
      const draft = drafts.get(id);
      if (draft === undefined || draft.expires < clock.mono() || !sameAccount(draft.person, person))
        return { ok: false, handling: expiredForm(draft, person, deps) };
      const sent = requestsOf(draft, values, deps);
      if (sent.ok) drafts.delete(id);
      return sent;
    },
  };
};

const hostOf = ({ target, releases, plan: { mode } }: Preview): DraftHost => ({
  target,
  releases,
  ...(mode === undefined ? {} : { mode }),
});

/** A form that was sent in or closed while its peers were counted has nothing to show them in. */
const closedBefore = (err: unknown): void => {
  if (!(err instanceof ChatError)) throw err;
};

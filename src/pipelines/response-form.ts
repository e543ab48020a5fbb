import type { Action } from '../core/action.ts';
import { sameAccount } from '../core/person.ts';
import { PceError } from '../core/ports.ts';
import type { Wanted } from '../core/wanted.ts';
import { type Markup, md } from '../views/parts.ts';
import { loadingModal, notice } from '../views/response.ts';
import { overBudgetNow } from './clearance.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import { expiredForm, requestsOf, type Sent, type Submission } from './response-draft.ts';
import { createDrafts } from './response-drafts.ts';
import { leftOutText, type Preview, previewOf } from './response-preview.ts';
import { type Asker, showHosts } from './response-showing.ts';

/** Hosts that may be asked for at once (definitions §7.10). */
const MOST_AT_ONCE = 10;

/** A click or a command that asks for an action on one workload, or on several at once. */
export interface Opening extends Omit<Asker, 'byName' | 'title'> {
  readonly action: string;
  readonly pce: string;
  readonly hrefs: readonly [string, ...string[]];
  /** The mode that is asked for, of an action that asks for one. */
  readonly wanted?: Wanted;
  readonly triggerId: string;
  /** Says something to that person alone. */
  say(text: Markup, plain: string): Promise<void>;
}

export interface Forms {
  /** Checks the right, opens the modal, reads the hosts and shows what would change. Changes nothing. */
  open(opening: Opening): Promise<void>;
  /** Takes a form once: only from the one who opened it, only while it is valid, only with a reason. */
  take(submission: Submission): Sent;
}

type Asked = Opening & Asker;

/** Opens forms for actions on hosts, and takes them when they are sent in. */
export const createForms = (deps: RespondingDeps): Forms => {
  const { desks, actions, audit, chat, gate, clock, log } = deps;
  const drafts = createDrafts(clock);

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
      const form = { viewId, action, desk, asked };
      await showHosts(form, [first, ...others], leftOut, drafts, deps);
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

  return {
    open,
    take({ draft: id, person, values }) {
      const draft = drafts.find(id);
      if (draft === undefined || draft.expires < clock.mono() || !sameAccount(draft.person, person))
        return { ok: false, handling: expiredForm(draft, person, deps) };
      const sent = requestsOf(draft, values, deps);
      if (sent.ok) drafts.drop(id);
      return sent;
    },
  };
};

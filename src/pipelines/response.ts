import type { Action, ActionContext } from '../core/action.ts';
import type { Alert, Person } from '../core/alert.ts';
import type { PceEvent } from '../core/event.ts';
import { labelText } from '../core/label.ts';
import type {
  Audit,
  Chat,
  Clock,
  Handling,
  Ids,
  Inventory,
  Log,
  Message,
  Pce,
  Store,
} from '../core/ports.ts';
import { PceError } from '../core/ports.ts';
import type { Response, Target } from '../core/response.ts';
import type { Settings } from '../core/settings.ts';
import type { Reached } from '../core/step.ts';
import type { Workload } from '../core/workload.ts';
import { bold, type Markup, md } from '../views/parts.ts';
import { announcement, loadingModal, notice, OTHER_REASON, responseForm } from '../views/response.ts';
import { contextFor } from './action-context.ts';
import { compareOwnEvents, watchPolicy } from './aftermath.ts';
import { carryOut, type Outcome } from './carry-out.ts';
import type { Gate } from './gate.ts';
import { createKeyedMutex } from './mutex.ts';
import { refusalText } from './refusal.ts';

const DRAFT_MS = 30 * 60_000;

export interface ResponseDesk {
  readonly pce: Pce;
  readonly inventory: Inventory;
  /** True when a write key is configured. */
  readonly mayWrite: boolean;
  /** Names and addresses of the PCE and of the bot's own machine: never quarantined (definitions §7.2). */
  readonly ownHosts: readonly string[];
  /** Has the messages about a host shown anew. */
  touchHost(href: string): Promise<void>;
}

export interface RespondingDeps {
  readonly desks: ReadonlyMap<string, ResponseDesk>;
  readonly actions: readonly Action[];
  readonly store: Store;
  readonly audit: Audit;
  readonly chat: Chat;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: Pick<Settings, 'quarantine' | 'never' | 'protected'>;
  /** Tells people of a trouble of our own. */
  tell(trouble: string): void;
  /** Says in the announce channel, for all to see, what was done; once per key. */
  announce(key: string, line: Message): void;
  /** True when one of the bot's own keys made the event. */
  isOurs(event: PceEvent): boolean;
  /** Named steps, for tests that end the process at each of them. */
  readonly reached?: Reached;
}

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

export interface Responding {
  /** Checks the right, opens the modal, reads the host and shows what would change. Changes nothing. */
  open(opening: Opening): Promise<void>;
  /** Carries out what the form showed, if it still holds. */
  submit(submission: Submission): Handling;
  /** Takes up responses that a stop or a crash left unfinished: each is read back before anything is written. */
  resume(): Promise<void>;
  /** Looks whether the policy of finished responses has reached their hosts, and has their messages say so. */
  watch(): Promise<void>;
  /** Compares the PCE's own events of our PUTs with what was planned; what was overwritten is put back once (promise 3). */
  compare(pce: string, events: readonly PceEvent[]): Promise<void>;
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
}

export const createResponding = (deps: RespondingDeps): Responding => {
  const { desks, actions, store, audit, chat, gate, clock, ids, log } = deps;
  const drafts = new Map<string, Draft>();
  const oneAtATime = createKeyedMutex();

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
      const draft = ids.next();
      for (const [id, { expires }] of drafts) if (expires < clock.mono()) drafts.delete(id);
      const target: Target = {
        href: workload.href,
        name: workload.name,
        labels: workload.labels,
        mode: workload.mode,
      };
      drafts.set(draft, {
        action,
        pce: desk.pce.name,
        target,
        person: opening.person,
        name: person,
        channel: opening.channel,
        alert: opening.alert?.id ?? null,
        releases: action.id === 'release' ? (context.open?.id ?? null) : null,
        expires: clock.mono() + DRAFT_MS,
      });
      await chat.updateView(viewId, responseForm(action, target, plan, { draft, pce: desk.pce.name }));
    } catch (err) {
      if (!(err instanceof PceError)) throw err;
      log.warn({ err, pce: desk.pce.name }, 'could not read a host for a form');
      await chat.updateView(
        viewId,
        notice(action, name, [md`I could not read ${name}: ${err.message}. Nothing was done.`]),
      );
    }
  };

  const submit = ({ draft: id, person, viewId, values }: Submission): Handling => {
    const draft = drafts.get(id);
    if (
      draft === undefined ||
      draft.expires < clock.mono() ||
      draft.person.user !== person.user ||
      draft.person.team !== person.team
    )
      return {
        ack: {
          update: notice({ title: 'Expired' }, '', [
            md`This form is no longer valid. Nothing was done; open it again from the message.`,
          ]),
        },
        // Only a forged payload carries another person's form; an old one is audited too, for who looks for the difference.
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
      };
    const chosen = values['reason'] ?? '';
    const words = (values['words'] ?? '').trim();
    if (chosen === '' || (chosen === OTHER_REASON && words === ''))
      return {
        ack: { errors: { [chosen === '' ? 'reason' : 'words']: 'Say why: it stands in the audit log.' } },
      };
    drafts.delete(id);
    const reason = chosen === OTHER_REASON ? words : words === '' ? chosen : `${chosen}: ${words}`;
    const ticket = (values['ticket'] ?? '').trim();
    const response = requestFrom(draft, reason, ticket);
    return {
      ack: { update: notice(draft.action, draft.target.name, [md`Checking ${draft.target.name} …`]) },
      before: async () => {
        await store.commit([{ type: 'response-requested', response }]);
        deps.reached?.('response durable');
      },
      work: () => oneAtATime(draft.target.href, () => answer(response.id, draft, viewId)),
    };
  };

  const requestFrom = (
    { action, pce, target, person, name, channel, alert, releases }: Draft,
    reason: string,
    ticket: string,
  ): Response => ({
    id: ids.next(),
    action: action.id,
    pce,
    target,
    by: person,
    byName: name,
    reason,
    ...(ticket === '' ? {} : { ticket }),
    channel,
    alert,
    requestedAt: clock.now(),
    state: 'requested',
    releases,
  });

  /** Carries a durable request out and says what came of it, in the form or, if that is closed, to the person alone. */
  const answer = async (
    id: string,
    { action, target, person, channel }: Draft,
    viewId: string,
  ): Promise<void> => {
    const response = await store.response(id);
    if (response === undefined) return;
    // Right after a start the loop that takes up unfinished responses may have been faster.
    const outcome = outcomeOf(response) ?? (await finish(response));
    const lines = outcome === undefined ? [] : outcomeLines(outcome, action, response);
    try {
      await chat.updateView(viewId, notice(action, target.name, lines));
    } catch (err) {
      log.info({ err }, 'the form was closed before the outcome was known');
      if (channel !== null)
        await chat.ephemeral(
          { channel, user: person.user },
          { text: `${action.title} ${target.name}`, blocks: notice(action, target.name, lines).blocks },
        );
    }
  };

  const finish = async (response: Response): Promise<Outcome | undefined> => {
    const desk = desks.get(response.pce);
    const action = actions.find(({ id }) => id === response.action);
    if (desk === undefined || action === undefined) return undefined;
    const context = (workload: Workload): Promise<ActionContext> =>
      contextFor(workload, desk, deps, response);
    const outcome = await carryOut(response, action, desk, { ...deps, context });
    if (outcome.state === 'done') deps.announce(`done.${response.id}`, announcement(response, action));
    await desk.touchHost(response.target.href);
    return outcome;
  };

  return {
    open,
    submit,
    async resume() {
      for (const { id, target } of await store.responsesUnfinished())
        await oneAtATime(target.href, async () => {
          // While this waited for its turn the one who asked may have finished it.
          const response = await store.response(id);
          if (response?.state !== 'requested' && response?.state !== 'writing') return;
          const outcome = await finish(response);
          log.info({ response: id, state: outcome?.state }, 'took up an unfinished response');
        });
    },
    watch: () => watchPolicy(deps),
    compare: (pce, events) =>
      compareOwnEvents(pce, events, {
        ...deps,
        carryOut: (response) => oneAtATime(response.target.href, () => finish(response)),
      }),
  };
};

/** What became of a response that has ended; undefined for one that has not. */
const outcomeOf = ({ state, outcome = '', intended = [] }: Response): Outcome | undefined => {
  if (state === 'done') return { state, labels: intended, notes: [] };
  return state === 'stopped' || state === 'failed' ? { state, why: outcome } : undefined;
};

const outcomeLines = (outcome: Outcome, action: Action, { target }: Response): Markup[] => {
  switch (outcome.state) {
    case 'done':
      return [
        action.id === 'quarantine'
          ? md`${bold(target.name)} is labelled for quarantine, waiting for policy. Labels read back: ${labelText(outcome.labels)}`
          : md`${bold(target.name)} is ${action.done}. Labels read back: ${labelText(outcome.labels)}`,
        ...outcome.notes.map((note) => md`${note}`),
      ];
    case 'stopped':
      return [md`Nothing was done. ${outcome.why}`];
    case 'failed':
      return [md`It did not work as intended. ${outcome.why}`];
    case 'writing':
      return [
        md`The PCE did not answer, so I don't know yet whether ${target.name} was changed. I keep reading it back and say so in the alert; nothing is written twice.`,
      ];
    default:
      return outcome satisfies never;
  }
};

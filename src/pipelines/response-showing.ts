import type { Action } from '../core/action.ts';
import type { Alert, Person } from '../core/alert.ts';
import { needsText } from '../core/approval.ts';
import { ChatError } from '../core/ports.ts';
import { md } from '../views/parts.ts';
import type { PeersShown } from '../views/peers.ts';
import { notice, responseForm } from '../views/response.ts';
import type { RespondingDeps, ResponseDesk } from './response-desk.ts';
import type { DraftHost } from './response-draft.ts';
import type { Drafts } from './response-drafts.ts';
import {
  cutOf,
  leftOutText,
  mayEndByItself,
  type Preview,
  type Weighed,
  weighAgain,
  weighNow,
} from './response-preview.ts';

/** Who asks, and what the form is called. */
export interface Asker {
  readonly person: Person;
  readonly byName: string;
  readonly channel: string | null;
  readonly alert: Alert | null;
  readonly title: string;
  /** A link to what speaks for it: stands in the form as its ticket, where it can be replaced. */
  readonly evidence?: string;
  /** Called when the form stands, before its peers are counted: whoever asked has his answer, and what he sends in is a request of its own. */
  readonly shown?: () => Promise<void>;
}

/** A form that stands open, still without its hosts. */
export interface OpenForm {
  readonly viewId: string;
  readonly action: Action;
  readonly desk: ResponseDesk;
  readonly asked: Asker;
}

type Row = { readonly host: Preview; readonly weight: Weighed };
type Several<T> = readonly [T, ...T[]];

/**
 * Shows hosts in a form, first without their peers, which take their time, and again with them: more than 100 are a reason for a second
 * person and for a typed name, and of several hosts such a one is asked for alone.
 * @param leftOut hosts that were asked for too and cannot be in it, whole sentences
 */
export const showHosts = async (
  { viewId, action, desk, asked }: OpenForm,
  hosts: Several<Preview>,
  leftOut: readonly string[],
  drafts: Drafts,
  deps: RespondingDeps,
): Promise<void> => {
  const draft = deps.ids.next();
  const isOne = hosts.length === 1;
  const isTimed = action.timed === true;
  const mayEnd = isOne && isTimed && (await mayEndByItself(hosts[0], desk, deps));
  const about = { by: asked.person, targets: hosts.length };

  const show = (
    rows: Several<Row>,
    left: readonly string[],
    peers: (href: string) => PeersShown,
  ): Promise<void> => {
    const shown = each(rows, ({ host }) => host);
    const needs = together(rows);
    const typed = isOne && rows[0].weight.typed ? { typed: shown[0].target.name } : {};
    drafts.keep(draft, {
      action,
      pce: desk.pce.name,
      hosts: each(shown, hostOf),
      person: asked.person,
      name: asked.byName,
      channel: asked.channel,
      alert: asked.alert?.id ?? null,
      mayEnd,
      ...typed,
    });
    const view = responseForm(action, shown, {
      draft,
      pce: desk.pce.name,
      leftOut: left,
      evidence: asked.evidence,
      ...typed,
      ...(needs.votes === 0 ? {} : { needs: needsText(needs) }),
      ...(isTimed ? { reviewsMs: deps.limits.reviewsMs, mayEnd, peers } : {}),
    });
    return deps.chat.updateView(viewId, view);
  };

  const before = await weighed(hosts, async (host) =>
    isOne ? host.weight : weighAgain(host, about, desk, deps),
  );
  await show(before, leftOut, () => 'counting');
  await asked.shown?.();
  if (!isTimed) return;
  const peers = await deps.peers.count(desk, hosts.map(cutOf));
  if (drafts.find(draft) === undefined) return;
  const rows = await weighed(hosts, (host) => weighNow(host, about, desk, deps));
  const alone = isOne ? [] : rows.filter(({ weight }) => weight.typed);
  const [first, ...others] = rows.filter((row) => !alone.includes(row));
  const left = [...leftOut, ...alone.map(({ weight }) => leftOutText(weight))];
  if (drafts.find(draft) === undefined) return;
  if (first === undefined) {
    drafts.drop(draft);
    const lines = left.map((why) => md`${why}`);
    return deps.chat.updateView(viewId, notice(action, asked.title, lines));
  }
  await show([first, ...others], left, (href) => peers?.get(href) ?? 'unknown').catch(closedBefore);
};

const weighed = async (
  hosts: Several<Preview>,
  weigh: (host: Preview) => Promise<Weighed>,
): Promise<Several<Row>> => {
  const [first, ...others] = hosts;
  const row = async (host: Preview): Promise<Row> => ({ host, weight: await weigh(host) });
  return Promise.all([row(first), ...others.map(row)]);
};

/** What several hosts need together: the most votes of any, for all their reasons. */
const together = (rows: Several<Row>): Weighed['needs'] => ({
  votes: Math.max(...rows.map(({ weight }) => weight.needs.votes)),
  why: [...new Set(rows.flatMap(({ weight }) => weight.needs.why))],
});

const each = <T, U>([first, ...others]: Several<T>, of: (one: T) => U): Several<U> => [
  of(first),
  ...others.map(of),
];

const hostOf = ({ target, releases, plan: { mode } }: Preview): DraftHost => ({
  target,
  releases,
  ...(mode === undefined ? {} : { mode }),
});

/** A form that was sent in or closed while its peers were counted has nothing to show them in. */
const closedBefore = (err: unknown): void => {
  if (!(err instanceof ChatError)) throw err;
};

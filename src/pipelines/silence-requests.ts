import type { Alert, Person } from '../core/alert.ts';
import type { Question, Verdict } from '../core/authorise.ts';
import type { SilenceDeed } from '../core/deed.ts';
import { glob, matchesLabels, selector } from '../core/label-query.ts';
import { type Matcher, matcherText } from '../core/matcher.ts';
import type { Audit, Clock, Ids, Inventory, Message, Profile, Store } from '../core/ports.ts';
import { isActive, type Silence } from '../core/silence.ts';
import { judgeSilence, TRIAL_MS, type Trial, trialOf } from '../core/silence-trial.ts';
import { type Markup, md, message, section, time } from '../views/parts.ts';
import { type SilenceChoice, silenceAnnouncement, silencePreview } from '../views/silence.ts';
import type { Gate } from './gate.ts';
import { refusalText } from './refusal.ts';
import type { Doer } from './tending.ts';

/** How long a preview may be confirmed. */
const DRAFT_MS = 15 * 60_000;

export interface SilenceRequestDeps {
  readonly store: Store;
  readonly inventories: ReadonlyMap<string, Pick<Inventory, 'workload' | 'workloads'>>;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Says a line under a key where everybody reads what responders did (definitions §8). */
  announce(key: string, line: Message): void;
}

interface Draft {
  readonly asked: Extract<SilenceDeed, { verb: 'silence' }>;
  readonly by: Person;
  readonly at: number;
}

/** What people do about silences: preview → confirm → perhaps an approver → announced and audited. */
export type SilenceRequests = (deed: SilenceDeed, doer: Doer) => Promise<void>;

export const createSilenceRequests = (deps: SilenceRequestDeps): SilenceRequests => {
  const { store, clock, ids, announce } = deps;
  /** Previews that were shown, in memory: what was open at a restart says that it expired. */
  const drafts = new Map<string, Draft>();

  const preview = async (asked: Draft['asked'], doer: Doer): Promise<void> => {
    if (!(await allowed('silence', targetsOf(asked.matcher, deps), matcherText(asked.matcher), doer, deps)))
      return;
    const trial = await tried(asked.matcher, deps);
    const choices = asked.forMs.map((forMs) => ({
      forMs,
      verdict: judgeSilence(asked.matcher, forMs, trial),
    }));
    const open = choices.flatMap(({ forMs, verdict }, choice): SilenceChoice[] =>
      verdict.kind === 'refused' ? [] : [{ forMs, verdict, choice }],
    );
    const [first] = choices;
    if (open.length === 0 && first?.verdict.kind === 'refused')
      return say(doer, md`I can't set this silence: ${first.verdict.why}.`);
    const now = clock.now();
    for (const [id, { at }] of drafts) if (now - at > DRAFT_MS) drafts.delete(id);
    const id = ids.next();
    drafts.set(id, { asked, by: doer.person, at: now });
    await doer.show(silencePreview(asked, trial, open, id));
  };

  const confirm = async (draft: string, choice: number, doer: Doer): Promise<void> => {
    const shown = drafts.get(draft);
    const now = clock.now();
    const forMs = shown?.asked.forMs[choice];
    if (
      shown === undefined ||
      forMs === undefined ||
      now - shown.at > DRAFT_MS ||
      !same(shown.by, doer.person)
    )
      return say(doer, md`This preview has expired. Give the command again; nothing was silenced.`);
    drafts.delete(draft);
    const { matcher, reason } = shown.asked;
    const words = matcherText(matcher);
    const held = await allowed('silence', targetsOf(matcher, deps), words, doer, deps);
    if (held === undefined) return;
    const trial = await tried(matcher, deps);
    const verdict = judgeSilence(matcher, forMs, trial);
    if (verdict.kind === 'refused') return say(doer, md`I can't set this silence: ${verdict.why}.`);
    const silence: Silence = {
      id: ids.next().slice(0, 10),
      matcher,
      by: doer.person,
      byName: held.name,
      reason,
      at: now,
      until: now + forMs,
      state: verdict.kind === 'alone' ? 'active' : 'asked',
      ...(verdict.kind === 'alone' ? {} : { needs: verdict.why }),
      hid: {},
      more: 0,
    };
    await store.commit([{ type: 'silence-set', silence }]);
    const asks = silence.state === 'asked';
    announce(
      `silence.${silence.id}.set`,
      silenceAnnouncement(silence, trial, asks ? 'Silence asked for' : 'Silenced'),
    );
    await say(
      doer,
      asks
        ? md`It waits for an approver (${silence.needs ?? ''}) for 15 min; until then nothing is hidden.`
        : md`Silenced until ${time(silence.until)}. /illumio unsilence ${silence.id} ends it.`,
    );
  };

  const approve = async (id: string, agrees: boolean, doer: Doer): Promise<void> => {
    const row = await store.silence(id);
    if (row === undefined || row.state !== 'asked')
      return say(doer, md`This request is no longer open. Nothing was done.`);
    if (row.by !== null && same(row.by, doer.person) && agrees)
      return say(doer, md`Another person has to agree: you asked for it yourself. Nothing was done.`);
    const held = await allowed('approve-silence', [], matcherText(row.matcher), doer, deps);
    if (held === undefined) return;
    const now = clock.now();
    await store.commit([
      agrees
        ? { type: 'silence-approved', id, by: doer.person, until: now + (row.until - row.at) }
        : { type: 'silence-ended', id, at: now, by: doer.person },
    ]);
    const settled = (await store.silence(id)) ?? row;
    const what = `${agrees ? 'Silence approved' : 'Silence refused'} by ${held.name}, asked for`;
    announce(`silence.${id}.settled`, silenceAnnouncement(settled, undefined, what));
  };

  const end = async (id: string, doer: Doer): Promise<void> => {
    const row = await store.silence(id);
    if (row === undefined || (row.state !== 'asked' && !isActive(row, clock.now())))
      return say(doer, md`There is no silence ${id} any more. /illumio silences lists them.`);
    if (row.by === null)
      return say(
        doer,
        md`This silence stands in the configuration (${row.byName}): it ends when it is removed there.`,
      );
    const held = await allowed(
      'unsilence',
      targetsOf(row.matcher, deps),
      matcherText(row.matcher),
      doer,
      deps,
    );
    if (held === undefined) return;
    await store.commit([{ type: 'silence-ended', id, at: clock.now(), by: doer.person }]);
    announce(
      `silence.${id}.ended`,
      silenceAnnouncement(row, undefined, `Silence ended by ${held.name}, set`),
    );
    await say(doer, md`Ended. What it hid is told in the announce channel; what still fires is shown now.`);
  };

  return (deed, doer) => {
    switch (deed.verb) {
      case 'silence':
        return preview(deed, doer);
      case 'confirm-silence':
        return confirm(deed.draft, deed.choice, doer);
      case 'unsilence':
        return end(deed.id, doer);
      case 'approve-silence':
        return approve(deed.id, true, doer);
      case 'refuse-silence':
        return approve(deed.id, false, doer);
      default:
        return deed satisfies never;
    }
  };
};

const same = (a: Person, b: Person): boolean => a.team === b.team && a.user === b.user;

const say = (doer: Doer, words: Markup): Promise<void> => doer.show(message('Silence', [section(words)]));

const tried = async (matcher: Matcher, { store, inventories, clock }: SilenceRequestDeps): Promise<Trial> => {
  const since = clock.now() - TRIAL_MS;
  const recent = await store.alertsSince(since);
  const all = new Map<string, Alert>(
    [...recent, ...(await store.firing())].map((alert) => [alert.fingerprint, alert]),
  );
  const withLabels = [...all.values()].map((alert) => ({
    alert,
    labels: alert.workloads.map((href) => inventories.get(alert.pce)?.workload(href)?.labels ?? []),
  }));
  return trialOf(withLabels, matcher, since);
};

/** Label sets of the hosts a matcher reaches, for label-scoped roles; none = it may reach every host. */
const targetsOf = (
  { labels, host, pce }: Matcher,
  { inventories }: SilenceRequestDeps,
): Exclude<Question['targets'], 'later'> => {
  if (labels === undefined && host === undefined) return [];
  const query = labels === undefined ? undefined : selector(labels);
  return [...inventories].flatMap(([name, inventory]) =>
    pce !== undefined && pce !== name
      ? []
      : [...inventory.workloads()]
          .filter(
            (one) =>
              (query === undefined || matchesLabels(query, one.labels)) &&
              (host === undefined || glob(host, one.name) || glob(host, one.hostname)),
          )
          .map((one) => one.labels),
  );
};

/** Checks the right; a refusal is told and audited, and so is what was allowed (definitions §7 "Audit record"). */
const allowed = async (
  action: string,
  targets: Question['targets'],
  what: string,
  doer: Doer,
  { gate, audit }: SilenceRequestDeps,
): Promise<Profile | undefined> => {
  const { verdict, profile } = await gate.check(doer.person, action, { targets, channel: doer.channel });
  await audit.append({
    actor: doer.person,
    actorName: profile.name,
    action,
    verdict: verdict.allowed ? 'allowed' : 'refused',
    ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    ...(doer.channel === null ? {} : { channel: doer.channel }),
    reason: what,
  });
  if (verdict.allowed) return profile;
  await refuse(action, what, verdict, doer);
  return undefined;
};

const refuse = (
  action: string,
  what: string,
  verdict: Extract<Verdict, { allowed: false }>,
  doer: Doer,
): Promise<void> => {
  const { words, plain } = refusalText(`${action.replace('-', ' ')} "${what}"`, verdict);
  return doer.show(message(plain, [section(words)]));
};

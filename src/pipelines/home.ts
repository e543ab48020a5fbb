import type { Person } from '../core/alert.ts';
import type { Audit, Chat, Clock, Store } from '../core/ports.ts';
import { ruleLogs } from '../core/rule-log.ts';
import { closedHome, homeView } from '../views/home.ts';
import type { Boards } from './boards.ts';
import type { Gate } from './gate.ts';
import { refusalText } from './refusal.ts';
import type { Rulebook } from './rulebook.ts';

const WEEK_MS = 7 * 24 * 3_600_000;

export interface HomeDeps {
  readonly rulebook: Pick<Rulebook, 'states'>;
  readonly store: Pick<Store, 'alertsSince' | 'overrides'>;
  readonly gate: Gate;
  readonly audit: Audit;
  readonly chat: Pick<Chat, 'publish'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly boards: Pick<Boards, 'home'>;
}

/** Shows a person's Home tab anew: the boards he may see, and the rules for who may see them, a sentence for everybody else. Rejects with ChatError. */
export type ShowHome = (person: Person) => Promise<void>;

export const createHome =
  ({ rulebook, store, gate, audit, chat, clock, boards }: HomeDeps): ShowHome =>
  async (person) => {
    const about = { targets: 'later', channel: null } as const;
    const { verdict, profile } = await gate.check(person, 'rules', about);
    await audit.append({
      actor: person,
      actorName: profile.name,
      action: 'rules',
      verdict: verdict.allowed ? 'allowed' : 'refused',
      ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    });
    const shown = await boards.home(person);
    if (!verdict.allowed)
      return chat.publish(person.user, closedHome(refusalText('see the alert rules', verdict).words, shown));
    const { verdict: change } = await gate.check(person, 'change-rule', about);
    const logOf = ruleLogs(await store.alertsSince(clock.now() - WEEK_MS));
    const asked = (await store.overrides()).filter(({ state }) => state === 'asked');
    const rows = rulebook.states().map((state) => ({
      ...state,
      log: logOf(state.rule.id),
      asked: asked.find(({ rule }) => rule === state.rule.id),
    }));
    return chat.publish(person.user, homeView(rows, change.allowed, shown));
  };

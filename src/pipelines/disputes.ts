import { type Dispute, disputeEnd } from '../core/dispute.ts';
import { disputeCard } from '../views/dispute.ts';
import { bold, md } from '../views/parts.ts';
import type { Pressed } from './approval.ts';
import type { Wish } from './cards.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps } from './response-desk.ts';

/** What people decide where a restored state and a PCE disagree (definitions §7.9). What they choose is a form like any other. */
export interface Disputes {
  /** It stays as it is on both sides. `id` = PCE and href. */
  keep(of: { readonly pce: string; readonly href: string }, pressed: Omit<Pressed, 'id'>): Promise<void>;
  wishes(): Promise<Wish[]>;
}

type Deps = Pick<RespondingDeps, 'store' | 'gate' | 'audit' | 'clock' | 'desks' | 'settings' | 'board'>;

export const createDisputes = ({ store, gate, audit, clock, desks, settings, board }: Deps): Disputes => {
  const endOf = async (one: Dispute): Promise<string | undefined> =>
    disputeEnd(
      one,
      await store.quarantines(one.pce, one.href),
      desks.get(one.pce)?.inventory.workload(one.href),
      settings.quarantine?.labels ?? {},
    );

  return {
    async keep({ pce, href }, { person, channel, say }) {
      const one = (await store.restore())?.disputes?.find((row) => row.pce === pce && row.href === href);
      if (one === undefined || (await endOf(one)) !== undefined)
        return say(md`There is nothing to decide any more. Nothing was changed.`, 'Nothing to decide');
      const { verdict, profile } = await gate.check(person, 'quarantine', {
        targets: [desks.get(pce)?.inventory.workload(href)?.labels ?? null],
        channel,
      });
      if (verdict.allowed)
        await store.commit([{ type: 'dispute-kept', pce, href, byName: profile.name, at: clock.now() }]);
      await audit.append({
        actor: person,
        actorName: profile.name,
        action: 'quarantine keep as is',
        verdict: verdict.allowed ? 'done' : 'refused',
        ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
        pce,
        target: { href, name: one.name },
      });
      if (!verdict.allowed) {
        const { words, plain } = refusalText(`decide about ${one.name}`, verdict);
        return say(words, plain);
      }
      return say(md`${bold(one.name)} stays as it is, here and in the PCE.`, `${one.name} stays as it is`);
    },

    async wishes() {
      const { at = 0, disputes = [] } = (await store.restore()) ?? {};
      return Promise.all(
        disputes.map(async (one): Promise<Wish> => {
          const end = await endOf(one);
          return {
            key: `dispute.${at}.${one.pce}.${one.href}`,
            channel: board.channel,
            face: end ?? 'open',
            message: () => disputeCard(one, at, end),
          };
        }),
      );
    },
  };
};

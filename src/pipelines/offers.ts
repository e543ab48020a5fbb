import type { Catalog, PceDesk } from '../core/command.ts';
import type { FoundHost } from '../core/command-form.ts';
import { refOf } from '../core/host-ref.ts';
import type { Label } from '../core/label.ts';
import type { Choice, Inbound } from '../core/ports.ts';
import { hostsLike, labelsLike } from '../core/suggest.ts';
import { hostChoice, labelChoice, ruleChoice } from '../views/command-form.ts';
import type { Gate } from './gate.ts';

/** What Slack takes of choices (docs.slack.dev/reference/interaction-payloads/block_suggestion). */
const MOST = 100;
/** Hosts that are looked at for one who may see only some: he types on where the first are not his. */
const LOOKED_AT = 500;

type Asker = Pick<Extract<Inbound, { kind: 'command' }>, 'person' | 'channel'>;

export interface OfferDeps {
  readonly desks: readonly PceDesk[];
  readonly catalog: Pick<Catalog, 'rules'>;
  readonly gate: Gate;
}

/** What there is to choose, for what was typed: out of the inventory, never a call to a PCE, and only what the asker may see. */
export interface Offers {
  /** @param field of a form; for one that has no names the answer is none */
  offer(field: string, typed: string, asker: Asker): Promise<readonly Choice[]>;
  choiceOf(host: FoundHost): Choice;
}

export const createOffers = ({ desks, catalog, gate }: OfferDeps): Offers => {
  const may = async (
    { person, channel }: Asker,
    targets: readonly (readonly Label[])[] | 'later',
  ): Promise<boolean> => (await gate.check(person, 'workload', { targets, channel })).verdict.allowed;

  const visible = async (some: readonly FoundHost[], asker: Asker): Promise<readonly FoundHost[]> => {
    const labels = ({ workload }: FoundHost): readonly Label[] => workload.labels;
    if (some.length === 0 || (await may(asker, some.map(labels)))) return some;
    const seen = await Promise.all(some.map((one) => may(asker, [labels(one)])));
    return some.filter((_, at) => seen[at]);
  };

  const choiceOf = ({ pce, workload }: FoundHost): Choice =>
    hostChoice(workload, refOf(desks, pce, workload.href), desks.length > 1 ? pce : undefined);

  const hosts = async (
    typed: string,
    fits: (host: FoundHost) => boolean,
    asker: Asker,
  ): Promise<readonly Choice[]> => {
    const names = found(typed, desks);
    const mine: FoundHost[] = [];
    for (let looked = 0; mine.length < MOST && looked < LOOKED_AT; looked += MOST) {
      const some = take(names, fits, MOST);
      mine.push(...(await visible(some, asker)));
      if (some.length < MOST) break;
    }
    return mine.slice(0, MOST).map(choiceOf);
  };

  /** The same label of a second PCE means the same in a search. */
  const labels = (typed: string): readonly Choice[] => {
    const byText = new Map<string, Choice>();
    for (const { pce, inventory } of desks)
      for (const label of labelsLike(typed, inventory.labels(), MOST)) {
        const choice = labelChoice(label, refOf(desks, pce.name, label.href));
        if (!byText.has(choice.text)) byText.set(choice.text, choice);
      }
    return [...byText.values()].slice(0, MOST);
  };

  return {
    choiceOf,
    async offer(field, typed, asker) {
      if (!(await may(asker, 'later'))) return [];
      switch (field) {
        case 'host':
          return hosts(typed, () => true, asker);
        case 'hosts':
          return hosts(typed, ({ workload }) => workload.managed, asker);
        case 'labels':
          return labels(typed);
        case 'rule':
          return catalog.rules
            .filter(({ id }) => id.includes(typed.trim().toLowerCase()))
            .slice(0, MOST)
            .map(ruleChoice);
        default:
          return [];
      }
    },
  };
};

function* found(typed: string, desks: readonly PceDesk[]): Generator<FoundHost> {
  for (const { pce, inventory } of desks)
    for (const workload of hostsLike(typed, inventory)) yield { pce: pce.name, workload };
}

/** The next so many that fit; fewer at the end. */
const take = <T>(all: Generator<T, void>, fits: (one: T) => boolean, most: number): T[] => {
  const some: T[] = [];
  while (some.length < most) {
    const next = all.next();
    if (next.done === true) break;
    if (fits(next.value)) some.push(next.value);
  }
  return some;
};

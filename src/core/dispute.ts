import { carriedOf, strayCarriers } from './carrying.ts';
import { type Label, labelText } from './label.ts';
import type { Response } from './response.ts';
import type { Estate, Workload } from './workload.ts';

/** Disagreements that are kept: the rest stands in `/illumio quarantined`. */
const MOST = 50;

/**
 * A host of which the restored state and the PCE say different things (definitions §7.9): nothing is written about it by itself, people
 * decide. `lost` = the state has it in quarantine, the PCE does not; `stray` = the other way round.
 */
export interface Dispute {
  readonly pce: string;
  readonly href: string;
  readonly name: string;
  readonly kind: 'lost' | 'stray';
  /** What each of the two says, whole sentences as they were when it was found. */
  readonly ours: string;
  readonly theirs: string;
  /** Who said that it stays as it is. */
  readonly kept?: { readonly byName: string; readonly at: number };
}

/**
 * Where a restored state and a PCE disagree about quarantines.
 * @param standing quarantines of the state on this PCE
 * @param read each of their hosts as it was read back; null = the PCE no longer has it
 */
export const disputesOf = (
  pce: string,
  standing: readonly Response[],
  read: ReadonlyMap<string, Workload | null>,
  estate: Pick<Estate, 'workloads'>,
  wanted: Readonly<Record<string, string>>,
): readonly Dispute[] => {
  const lost = standing.flatMap(({ target: { href, name }, change, byName }): Dispute[] => {
    const now = read.get(href);
    if (now === undefined) return [];
    const put = change?.added ?? [];
    if (now !== null && put.every((label) => now.labels.some(({ href: one }) => one === label.href)))
      return [];
    const ours = `in quarantine (${labelText(put)}), asked for by ${byName}.`;
    return [{ pce, href, name, kind: 'lost', ours, theirs: pceSays(now?.labels) }];
  });
  const known = new Set(standing.map(({ target }) => target.href));
  const stray = strayCarriers(estate, wanted, known).map(
    ({ href, name, labels }): Dispute => ({
      pce,
      href,
      name,
      kind: 'stray',
      ours: 'not in quarantine.',
      theirs: pceSays(labels),
    }),
  );
  return [...lost, ...stray].slice(0, MOST);
};

const pceSays = (labels: readonly Label[] | undefined): string =>
  labels === undefined
    ? 'it no longer has this host.'
    : `labelled ${labels.length === 0 ? 'with nothing' : labelText(labels)}.`;

/** How a disagreement ended, for people; undefined while somebody has to decide. @param now the host as it is known now */
export const disputeEnd = (
  { kind, kept }: Dispute,
  standing: readonly Response[],
  now: Workload | undefined,
  wanted: Readonly<Record<string, string>>,
): string | undefined => {
  if (kept !== undefined) return `${kept.byName} keeps it as it is`;
  const carries = now !== undefined && carriedOf(now.labels, wanted) !== undefined;
  if (standing.length > 0 && carries) return 'it is in quarantine, and both say so';
  if (standing.length === 0 && !carries) return 'it is not in quarantine, and both say so';
  return kind === 'stray' && standing.length > 0 ? 'this bot has it in quarantine again' : undefined;
};

import { type Matchable, namedBy } from './host-match.ts';
import type { Label } from './label.ts';
import type { Response } from './response.ts';
import type { Mode } from './workload.ts';

/** A host that this bot quarantined and nobody released, as it was when that was done. */
export interface QuarantinedHost {
  readonly href: string;
  readonly name: string;
  readonly addresses: readonly string[];
  /** The labels that make the quarantine. */
  readonly labels: readonly Label[];
  readonly mode: Mode | undefined;
  /** When it was written, epoch ms. */
  readonly at: number;
  /** Who asked for it. */
  readonly by: string;
}

/** The hosts of responses that are quarantines, done and not released (port Store `quarantines`). */
export const quarantinedHosts = (responses: readonly Response[]): QuarantinedHost[] =>
  responses.map(({ target, change, writtenAt, endedAt, requestedAt, byName }) => ({
    href: target.href,
    name: target.name,
    addresses: target.addresses ?? [],
    labels: change?.added ?? [],
    mode: target.mode,
    at: writtenAt ?? endedAt ?? requestedAt,
    by: byName,
  }));

/** By what a machine looks like a quarantined one: the same name, or one of its addresses. */
export const looksLike = (
  { name, addresses }: QuarantinedHost,
  other: Matchable,
): 'name' | 'address' | undefined => {
  if (namedBy(other, [name]) !== undefined) return 'name';
  return namedBy(other, addresses) === undefined ? undefined : 'address';
};

import type { Analysis } from '../core/analysis.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import type { Counts } from './groups.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Traffic } from './traffic.ts';

/** `country` = what the look-up said; undefined = an external address it does not know, listed and never dropped. */
export interface CountryRow extends Counts {
  readonly country: string | undefined;
  /** Distinct destination addresses. */
  readonly destinations: number;
}

/** Where an address is: a country, `internal` for one that is not on the Internet, undefined when it is not known. */
export type CountryLookup = (address: string) => string | 'internal' | undefined;

/** External destinations by country: ends without a workload whose address the look-up calls external (definitions §6). */
export const countriesAnalysis = {
  id: 'countries',
  about: 'External destinations by country',
  *of(
    traffic: Traffic,
    { country, most = 0 }: { country: CountryLookup; most?: number },
  ): Steps<CountryRow[]> {
    const placeOf = traffic.shown.map(({ href, address }) =>
      href === undefined ? country(address) : 'internal',
    );
    const rows = new Map<string | undefined, Sum>();
    const groups = yield* traffic.groups();
    yield* inSlices(groups.size, (from, to) => {
      for (let group = from; group < to; group += 1) {
        const destination = groups.destination[group] as number;
        const place = placeOf[destination];
        if (place === 'internal') continue;
        const row = rows.get(place) ?? {
          connections: 0,
          bytes: 0,
          flows: 0,
          destinations: new Set<number>(),
        };
        row.connections += groups.connections[group] as number;
        row.bytes += groups.bytes[group] as number;
        row.flows += groups.flows[group] as number;
        row.destinations.add(destination);
        rows.set(place, row);
      }
    });
    const all = [...rows].map(([place, { destinations, ...sum }]) => ({
      country: place,
      ...sum,
      destinations: destinations.size,
    }));
    return yield* leading(
      all,
      (a, b) => b.connections - a.connections || byCodePoint(a.country ?? '', b.country ?? ''),
      most,
    );
  },
} satisfies Analysis & { of: unknown };

interface Sum {
  connections: number;
  bytes: number;
  flows: number;
  readonly destinations: Set<number>;
}

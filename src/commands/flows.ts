import { type TopResult, topAnalysis } from '../analytics/top.ts';
import { topChart } from '../charts/top.ts';
import { parseNetwork } from '../core/address.ts';
import type { Command } from '../core/command.ts';
import type { Flow } from '../core/flow.ts';
import { isLabelTerm } from '../core/label-query.ts';
import { counted, grouped } from '../core/text.ts';
import { oneDesk } from './desks.ts';
import { matcherOf } from './ends.ts';
import { type Problem, problem } from './problem.ts';
import {
  analysed,
  basisOf,
  listAnswer,
  pictureOf,
  readTraffic,
  SHOWN_ROWS,
  TRAFFIC_FLAGS,
  trafficQuestion,
} from './traffic-question.ts';
import { parseWords } from './words.ts';

const THIS = {
  id: 'flows',
  example: '/illumio flows web-01 to db-01 443',
  narrow: '/illumio flows env=prod to env=dev',
};

/** Who talks to whom: each side a host, network or labels; one service or all. */
export const flows: Command = {
  id: 'flows',
  summary: 'who talks to whom: hosts, networks or labels on each side, one service or all',
  usage:
    '/illumio flows <src> [to <dst>] [port] [network] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: [
    '/illumio flows web-01',
    '/illumio flows web-01 to db-01 5432',
    '/illumio flows env=prod to 198.51.100.0/24',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, TRAFFIC_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const { flags } = parsed;
    const asked = sidesOf(parsed.words);
    if ('kind' in asked) return asked;
    const desk = oneDesk(deps.desks, flags.pce, `/illumio flows ${parsed.words.join(' ')}`);
    if ('kind' in desk) return desk;
    const source = matcherOf(asked.source, desk, deps, THIS);
    if (typeof source === 'object') return source;
    const destination = matcherOf(asked.destination, desk, deps, THIS);
    if (typeof destination === 'object') return destination;
    // Labels narrow at the PCE what they can: it knows them for either end, the sides are told apart as rows come.
    const terms = asked.source.some(isLabelTerm) ? asked.source : asked.destination;
    const question = trafficQuestion(given, terms.filter(isLabelTerm), flags, deps, THIS);
    if ('kind' in question) return question;
    const { traffic, read } = await readTraffic(
      question,
      (flow) => source(flow.source) && destination(flow.destination) && serves(asked.service, flow),
    );
    const result = await analysed(topAnalysis.of(traffic, { by: 'pair' }), deps);
    return listAnswer(question, {
      title: `Flows ${parsed.words.join(' ')}`,
      says:
        traffic.flows === 0
          ? 'No traffic was reported for this.'
          : `${counted(result.connections, 'connection')} between ${counted(result.rows.length, 'pair')}: ${Object.entries(
              result.decisions,
            )
              .filter(([, count]) => count > 0)
              .map(([decision, count]) => `${grouped(count)} ${decision.replaceAll('_', ' ')}`)
              .join(', ')}.`,
      columns: ['Pair', 'Connections', 'Flows'],
      rows: result.rows.map(({ name, connections, flows: rows }) => [
        name,
        grouped(connections),
        grouped(rows),
      ]),
      right: [1, 2],
      basis: basisOf({ ...question, terms: [] }, read, [`${grouped(traffic.flows)} of them match`]),
      file: 'flows.csv',
      picture: () =>
        pictureOf(
          'flows.png',
          'Flows by pair',
          topChart(shortened(result, SHOWN_ROWS), {
            title: 'Connections by pair',
            basis: basisOf({ ...question, terms: [] }, read).join(' · '),
          }),
        ),
    });
  },
};

/** The first rows, and the sum of the others. */
const shortened = ({ rows, others, ...result }: TopResult, most: number): TopResult => {
  const rest = rows.slice(most);
  const sum = (measure: 'connections' | 'bytes' | 'flows'): number =>
    rest.reduce((all, row) => all + row[measure], others[measure]);
  return {
    ...result,
    rows: rows.slice(0, most),
    others: {
      ...others,
      count: others.count + rest.length,
      connections: sum('connections'),
      bytes: sum('bytes'),
      flows: sum('flows'),
    },
  };
};

interface Asked {
  readonly source: readonly string[];
  /** Empty = anywhere. */
  readonly destination: readonly string[];
  /** `443/tcp`, or `443` for any protocol. */
  readonly service: string | undefined;
}

const SERVICE = /^(?:\d{1,5}(?:\/(?:tcp|udp|sctp))?|icmp|igmp|gre|esp|icmpv6|proto-\d{1,3})$/;

/** A network after a source is where it goes to, also without "to". */
const sidesOf = (words: readonly string[]): Asked | Problem => {
  const plain = words.filter((word) => !SERVICE.test(word));
  const [service, second] = words.filter((word) => SERVICE.test(word));
  if (second !== undefined)
    return problem(`I take one service; I read "${service}" and "${second}".`, THIS.example);
  const at = plain.indexOf('to');
  if (at >= 0) {
    const destination = plain.slice(at + 1);
    if (at === 0 || destination.length === 0)
      return problem('flows wants a host, network or labels on both sides of "to".', THIS.example);
    return { source: plain.slice(0, at), destination, service };
  }
  const last = plain[plain.length - 1];
  if (last === undefined) return problem('flows wants a source: a host, a network or labels.', THIS.example);
  return plain.length > 1 && !isLabelTerm(last) && parseNetwork(last) !== undefined
    ? { source: plain.slice(0, -1), destination: [last], service }
    : { source: plain, destination: [], service };
};

const serves = (asked: string | undefined, { service }: Flow): boolean =>
  asked === undefined || service === asked || service.startsWith(`${asked}/`);

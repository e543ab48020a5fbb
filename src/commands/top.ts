import {
  leading,
  TOP_KEYS,
  TOP_MEASURES,
  type TopKey,
  type TopMeasure,
  type TopResult,
  topAnalysis,
} from '../analytics/top.ts';
import type { Command, PceDesk, Reply } from '../core/command.ts';
import { DECISIONS } from '../core/flow.ts';
import { isLabelTerm, parseLabelQuery } from '../core/label-query.ts';
import type { TrafficAnswer } from '../core/ports.ts';
import { grouped, span } from '../core/text.ts';
import { topCsv, topView } from '../views/top.ts';
import { oneDesk } from './desks.ts';
import { labelHrefs } from './label-hrefs.ts';
import { nearestText, type Problem, problem } from './problem.ts';
import { type Flags, parseWords } from './words.ts';

const THIS = { id: 'top', example: '/illumio top src --since 24h' };
const DAY_MS = 86_400_000;
const ROWS = 10;

const WHAT: Readonly<Record<TopKey, string>> = {
  src: 'sources',
  dst: 'destinations',
  host: 'hosts, as source and destination',
  port: 'services',
  pair: 'pairs',
};

/** Who talks most, out of one traffic query streamed into the analysis. */
export const top: Command = {
  id: 'top',
  summary: 'who talks most: sources, destinations, hosts, ports or pairs',
  usage:
    '/illumio top [src|dst|host|port|pair] [key=value …] [--by connections|bytes|peers|flows] [--since 24h | --from T --to T] [-n rows] [--pce name] [--share]',
  examples: [
    '/illumio top src env=prod',
    '/illumio top port --by peers --since 12h',
    '/illumio top host --in -n 20',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, [
      'pce',
      'since',
      'from',
      'to',
      'n',
      'by',
      'in',
      'out',
      'all',
      'share',
    ]);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const shape = shapeOf(words, flags);
    if ('kind' in shape) return shape;
    const desk = oneDesk(deps.desks, flags.pce, ['/illumio top', ...words].join(' '));
    if ('kind' in desk) return desk;
    const terms = words.filter(isLabelTerm);
    if (terms.length > 0 && desk.inventory.readAt === undefined)
      return problem(`I am still reading the labels of ${desk.pce.name}; please ask again in a minute.`);
    const query = parseLabelQuery(terms, desk.inventory.labels());
    if (!query.ok) return problem(query.problem, THIS.example);
    const labels = labelHrefs(query.query, desk.inventory.labels(), '/illumio top src env=prod');
    if ('kind' in labels) return labels;
    const window = windowOf(flags, deps.clock.now(), labels.length > 0);
    if ('kind' in window) return window;
    return answer(desk, { ...shape, ...window, labels, terms, flags });
  },
};

interface Asked {
  readonly by: TopKey;
  readonly measure: TopMeasure;
  readonly direction: 'in' | 'out' | undefined;
  readonly from: number;
  readonly to: number;
  readonly window: string;
  readonly labels: readonly (readonly string[])[];
  readonly terms: readonly string[];
  readonly flags: Flags;
}

const answer = async ({ pce }: PceDesk, asked: Asked): Promise<Reply> => {
  const { by, measure, direction, from, to, labels, flags } = asked;
  const gathered = topAnalysis({ by, measure, ...(direction && { direction }) }).start();
  const read = await pce.flows({ from, to, labels, decisions: DECISIONS }, gathered.add);
  const result = gathered.result();
  const title = `Top ${WHAT[by]} by ${measure}`;
  return {
    kind: 'answer',
    share: flags.share === true,
    message: topView({
      ...result,
      ...leading(result, flags.n ?? ROWS),
      title,
      basis: basisOf(asked, read, result, pce.name),
    }),
    // Only a posted answer has a thread to put it into.
    ...(flags.share ? { file: { name: `top-${by}.csv`, title, content: topCsv(result.rows) } } : {}),
  };
};

/** The line that says what the numbers rest on (definitions §0). */
const basisOf = (
  { window, terms, direction }: Asked,
  { rows, rejected, truncated }: TrafficAnswer,
  { flows }: TopResult,
  pce: string,
): string[] => [
  window,
  `${grouped(Math.max(rows, flows))} rows, ${truncated ? 'truncated: the PCE has more' : 'complete'}`,
  ...(rejected > 0 ? [`${grouped(rejected)} could not be read`] : []),
  ...(terms.length > 0 ? [`${terms.join(' ')} on either end`] : []),
  ...(direction === undefined ? [] : [direction === 'in' ? 'received only' : 'opened only']),
  'all decisions',
  'day-bucket totals',
  pce,
];

/** What is counted by what; a word that is neither is named, with what it may have been. */
const shapeOf = (
  words: readonly string[],
  { by: measure = 'connections', in: incoming, out }: Flags,
): Pick<Asked, 'by' | 'measure' | 'direction'> | Problem => {
  const plain = words.filter((word) => !isLabelTerm(word));
  const [word = 'src', extra] = plain;
  const by = TOP_KEYS.find((key) => key === word);
  const wrong = by === undefined ? word : extra;
  if (by === undefined || wrong !== undefined)
    return problem(
      `top counts ${TOP_KEYS.join(', ')}, and labels as key=value narrow it; I can't use "${wrong}".${nearestText(wrong ?? '', TOP_KEYS)}`,
      THIS.example,
    );
  const known = TOP_MEASURES.find((one) => one === measure);
  if (known === undefined)
    return problem(
      `--by takes ${TOP_MEASURES.join(', ')}, not "${measure}".${nearestText(measure, TOP_MEASURES)}`,
      '/illumio top src --by bytes',
    );
  if ((incoming || out) && by !== 'host')
    return problem(
      `--${incoming ? 'in' : 'out'} works with hosts only; for ${WHAT[by]} use top dst or top src.`,
      `/illumio top host --${incoming ? 'in' : 'out'}`,
    );
  if (incoming && out)
    return problem('--in and --out together are the same as neither.', '/illumio top host');
  return { by, measure: known, direction: incoming ? 'in' : out ? 'out' : undefined };
};

const minutes = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;

const windowOf = (
  { since, from, to, all }: Flags,
  now: number,
  narrowed: boolean,
): Pick<Asked, 'from' | 'to' | 'window'> | Problem => {
  if (since !== undefined && (from !== undefined || to !== undefined))
    return problem('Say either --since or --from and --to, not both.', THIS.example);
  if (from === undefined && to !== undefined)
    return problem(
      '--to wants a --from before it.',
      '/illumio top src --from 2026-07-01T00:00:00Z --to 2026-07-01T12:00:00Z',
    );
  const end = Math.min(to ?? now, now);
  const start = from ?? now - (since ?? DAY_MS);
  if (start >= end)
    return problem(`There is no time between --from ${minutes(start)} and ${minutes(end)}.`, THIS.example);
  if (end - start > DAY_MS && !narrowed && !all)
    return problem(
      `${hours(end - start)} of all traffic is a lot to ask of the PCE. Name a label to narrow it, or add --all to read it all.`,
      '/illumio top src env=prod --since 7d',
    );
  return {
    from: start,
    to: end,
    window: from === undefined ? `last ${hours(end - start)}` : `${minutes(start)} to ${minutes(end)}`,
  };
};

/** People ask for 24 h and read "24 h", not "1 d". */
const hours = (ms: number): string =>
  ms % 3_600_000 === 0 && ms <= 2 * DAY_MS ? `${ms / 3_600_000} h` : span(ms);

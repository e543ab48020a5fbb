import { TOP_KEYS, type TopKey } from '../analytics/countings.ts';
import { TOP_MEASURES, type TopMeasure, topAnalysis } from '../analytics/top.ts';
import { topChart } from '../charts/top.ts';
import type { Command } from '../core/command.ts';
import { isLabelTerm } from '../core/label-query.ts';
import { topCsv, topView } from '../views/top.ts';
import { nearestText, type Problem, problem } from './problem.ts';
import {
  analysed,
  attached,
  basisOf,
  pageOf,
  pictureOf,
  readTraffic,
  SHOWN_ROWS,
  TRAFFIC_FLAGS,
  trafficQuestion,
} from './traffic-question.ts';
import { type Flags, parseWords } from './words.ts';

const THIS = { id: 'top', example: '/illumio top src --since 24h', narrow: '/illumio top src env=prod' };

/** What people say, and what is then counted; any other label key counts its values. */
const WHAT: Readonly<Record<TopKey, string>> = {
  src: 'sources',
  dst: 'destinations',
  host: 'hosts, as source and destination',
  service: 'services',
  pair: 'pairs',
  process: 'processes',
  label: 'label values',
  location: 'locations',
};
/** `port` is what people call a service; `label` is said as `--label app`. */
const WORDS = [...TOP_KEYS.filter((key) => key !== 'label'), 'port', 'label'] as const;
const BOTH_WAYS: readonly TopKey[] = ['host', 'label', 'location'];

/** Who talks most, out of one traffic query streamed into the analysis. */
export const top: Command = {
  id: 'top',
  summary: 'who talks most: sources, destinations, hosts, services, pairs, processes, labels or locations',
  usage:
    '/illumio top [src|dst|host|port|pair|process|label|location] [key=value …] [--by connections|bytes|peers|flows] [--label key] [--in|--out] [--since 24h | --from T --to T] [-n rows] [--page n] [--pce name] [--share] [--files]',
  examples: [
    '/illumio top src env=prod',
    '/illumio top port --by peers --since 12h',
    '/illumio top host --in -n 20',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, [...TRAFFIC_FLAGS, 'by', 'label', 'in', 'out']);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const shape = shapeOf(words, flags);
    if ('kind' in shape) return shape;
    const question = trafficQuestion(given, words, flags, deps, THIS);
    if ('kind' in question) return question;
    const label = flags.label ?? 'env';
    if (shape.by === 'label' && !keysOf(question.desk.inventory.labels()).has(label))
      return problem(
        `There is no label key "${label}".${nearestText(label, keysOf(question.desk.inventory.labels()))}`,
        '/illumio top label --label app',
      );
    const { traffic, read } = await readTraffic(question);
    const upTo = (flags.n ?? SHOWN_ROWS) * (flags.page ?? 1);
    const result = await analysed(topAnalysis.of(traffic, { ...shape, label, most: upTo }), deps);
    const page = pageOf(question, result.rows.length + result.others.count);
    const title = `Top ${shape.by === 'label' ? `values of ${label}` : WHAT[shape.by]} by ${shape.measure}`;
    const { direction } = shape;
    const basis = basisOf(
      question,
      read,
      direction === undefined ? [] : [direction === 'in' ? 'received only' : 'opened only'],
    );
    const files = async () => {
      if (flags.share !== true && flags.files !== true) return {};
      const all = await analysed(topAnalysis.of(traffic, { ...shape, label, most: 0 }), deps);
      return attached(flags, {
        file: () => ({ name: `top-${shape.by}.csv`, title, content: topCsv(all.rows) }),
        picture: () =>
          pictureOf(`top-${shape.by}.png`, title, topChart(result, { title, basis: basis.join(' · ') })),
      });
    };
    return {
      kind: 'answer',
      share: flags.share === true,
      message: topView({
        ...result,
        rows: result.rows.slice(page.from),
        from: page.from,
        leader: result.rows[0],
        buttons: page.buttons,
        title,
        basis: [...page.words, ...basis],
      }),
      ...(await files()),
    };
  },
};

const keysOf = (labels: Iterable<{ readonly key: string }>): Set<string> =>
  new Set([...labels].map(({ key }) => key));

interface Shape {
  readonly by: TopKey;
  readonly measure: TopMeasure;
  readonly direction: 'in' | 'out' | undefined;
}

/** What is counted by what; a word that is neither is named, with what it may have been. */
const shapeOf = (words: readonly string[], flags: Flags): Shape | Problem => {
  const { by: measure = 'connections', in: incoming, out, label } = flags;
  const plain = words.filter((word) => !isLabelTerm(word));
  const [word = label === undefined ? 'src' : 'label', extra] = plain;
  const known = WORDS.find((key) => key === word);
  const wrong = known === undefined ? word : extra;
  if (known === undefined || wrong !== undefined)
    return problem(
      `top counts ${WORDS.join(', ')}, and labels as key=value narrow it; I can't use "${wrong}".${nearestText(wrong ?? '', WORDS)}`,
      THIS.example,
    );
  const by = known === 'port' ? 'service' : known;
  const counted = TOP_MEASURES.find((one) => one === measure);
  if (counted === undefined)
    return problem(
      `--by takes ${TOP_MEASURES.join(', ')}, not "${measure}".${nearestText(measure, TOP_MEASURES)}`,
      '/illumio top src --by bytes',
    );
  if ((incoming || out) && !BOTH_WAYS.includes(by))
    return problem(
      `--${incoming ? 'in' : 'out'} works with hosts only, or with labels and locations; for ${WHAT[by]} use top dst or top src.`,
      `/illumio top host --${incoming ? 'in' : 'out'}`,
    );
  if (incoming && out)
    return problem('--in and --out together are the same as neither.', '/illumio top host');
  if (label !== undefined && by !== 'label')
    return problem('--label says whose values top label counts.', `/illumio top label --label ${label}`);
  return { by, measure: counted, direction: incoming ? 'in' : out ? 'out' : undefined };
};

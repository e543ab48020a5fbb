import { gatherTraffic, type Traffic } from '../analytics/traffic.ts';
import type { Chart } from '../charts/chart.ts';
import type { AnswerFile, CommandDeps, PceDesk, Picture, Reply } from '../core/command.ts';
import { DECISIONS, type Decision, type Flow } from '../core/flow.ts';
import { isLabelTerm, parseLabelQuery } from '../core/label-query.ts';
import type { TrafficAnswer, TrafficQuery } from '../core/ports.ts';
import { type Steps, whenHeld, withPauses } from '../core/steps.ts';
import { clockUtc, grouped } from '../core/text.ts';
import { pageButtons } from '../views/ask.ts';
import { csv } from '../views/csv.ts';
import { askButton } from '../views/parts.ts';
import { type ShownList, trafficList } from '../views/traffic-list.ts';
import { oneDesk } from './desks.ts';
import { labelHrefs } from './label-hrefs.ts';
import { type Problem, problem, unexpected } from './problem.ts';
import { hours, type Window, windowOf } from './window.ts';
import { type Flag, type Flags, parseWords } from './words.ts';

/** The options every question about traffic takes. */
export const TRAFFIC_FLAGS = [
  'pce',
  'since',
  'from',
  'to',
  'n',
  'page',
  'all',
  'share',
  'files',
] as const satisfies readonly Flag[];
/** Rows of an answer that are shown; the rest is in its file (definitions §0). */
export const SHOWN_ROWS = 10;
const DAY_MS = 86_400_000;

/** What is asked of which PCE, and the words that say so in the basis line. */
export interface TrafficQuestion {
  readonly desk: PceDesk;
  readonly query: TrafficQuery;
  readonly window: string;
  readonly terms: readonly string[];
  readonly flags: Flags;
  /** The question again, for its pages and its file: the same window whenever they are asked for. */
  readonly again: string;
}

/** How a command is called in what it says back. */
export interface Called {
  /** `top` */
  readonly id: string;
  /** A command that works as it stands. */
  readonly example: string;
  /** One that names a label. */
  readonly narrow: string;
}
/** The words and options as they were given. */
type Given = readonly string[];

/**
 * One PCE, a window and labels out of a command's words; a problem for what cannot be used. Words that are no label terms are the
 * command's own. Nothing is asked of the PCE.
 * @param narrowed true when the command narrows the question by itself
 */
export const trafficQuestion = (
  given: Given,
  words: readonly string[],
  flags: Flags,
  { desks, clock }: CommandDeps,
  { id, example, narrow }: Called,
  narrowed = false,
  decisions: readonly Decision[] = DECISIONS,
): TrafficQuestion | Problem => {
  const desk = oneDesk(desks, flags.pce, [`/illumio ${id}`, ...words].join(' '));
  if ('kind' in desk) return desk;
  const terms = words.filter(isLabelTerm);
  if (terms.length > 0 && desk.inventory.readAt === undefined)
    return problem(`I am still reading the labels of ${desk.pce.name}; please ask again in a minute.`);
  const parsed = parseLabelQuery(terms, desk.inventory.labels());
  if (!parsed.ok) return problem(parsed.problem, example);
  const labels = labelHrefs(parsed.query, desk.inventory.labels(), narrow);
  if ('kind' in labels) return labels;
  const window = affordable(flags, clock.now(), narrowed || labels.length > 0, { id, example, narrow });
  if ('kind' in window) return window;
  const { from, to } = window;
  const again = [id, ...withoutWindow(given), ...pinned(from, to), '--pce', desk.pce.name].join(' ');
  return { desk, query: { from, to, labels, decisions }, window: window.words, terms, flags, again };
};

const pinned = (from: number, to: number): string[] => [
  '--from',
  new Date(from).toISOString(),
  '--to',
  new Date(to).toISOString(),
];

/** Options that a page or a file of the same question has of its own. */
const OWN_VALUES = ['since', 'from', 'to', 'page', 'pce'];
const OWN_SWITCHES = ['share', 'files'];

const withoutWindow = (given: Given): string[] =>
  given.filter((word, at) => {
    const [own, before] = [word, given[at - 1] ?? ''].map(optionOf);
    return !(
      OWN_VALUES.includes(own ?? '') ||
      OWN_SWITCHES.includes(own ?? '') ||
      OWN_VALUES.includes(before ?? '')
    );
  });

const optionOf = (word: string): string => /^(?:--|[—–])(\w+)$/.exec(word)?.[1] ?? '';

/** The question of a command whose words are labels and options alone; any other word is a problem that names it. */
export const labelQuestion = (
  given: readonly string[],
  deps: CommandDeps,
  called: Called,
  decisions: readonly Decision[] = DECISIONS,
): TrafficQuestion | Problem => {
  const parsed = parseWords(given, called, TRAFFIC_FLAGS);
  if (!parsed.ok) return parsed.problem;
  const { words, flags } = parsed;
  const wrong = words.find((word) => !isLabelTerm(word));
  if (wrong !== undefined) return unexpected(called.id, wrong);
  return trafficQuestion(given, words, flags, deps, called, false, decisions);
};

/** Traffic that was read, and how completely. */
export interface ReadTraffic {
  readonly traffic: Traffic;
  readonly read: TrafficAnswer;
}

/** Asks the PCE and gathers the rows that are wanted. Rejects with PceError. */
export const readTraffic = async (
  { desk, query }: TrafficQuestion,
  wanted: (flow: Flow) => boolean = () => true,
): Promise<ReadTraffic> => {
  const traffic = gatherTraffic();
  const read = await desk.pce.flows(query, (flow) => {
    if (wanted(flow)) traffic.add(flow);
  });
  return { traffic, read };
};

/** Runs an analysis and gives the event loop back in between. */
export const analysed = <T>(steps: Steps<T>, { clock }: CommandDeps): Promise<T> =>
  withPauses(
    steps,
    whenHeld(clock.mono, () => clock.sleep(0)),
  );

/** Which rows of a list are shown, and the buttons to the others. */
export interface Page {
  /** Rows before it. */
  readonly from: number;
  readonly rows: number;
  readonly buttons: ShownList['buttons'];
  /** For the basis line; none for a list of one page. */
  readonly words: readonly string[];
}

/** @param total rows of the whole list */
export const pageOf = ({ flags, again }: Pick<TrafficQuestion, 'flags' | 'again'>, total: number): Page => {
  const rows = flags.n ?? SHOWN_ROWS;
  const pages = Math.max(1, Math.ceil(total / rows));
  const page = Math.min(flags.page ?? 1, pages);
  return {
    from: (page - 1) * rows,
    rows,
    buttons:
      total <= rows
        ? []
        : [...pageButtons(again, page, pages), askButton(`${again} --files`, 'CSV of all', 'csv')],
    words: pages > 1 ? [`page ${page} of ${pages}`] : [],
  };
};

/** A list of rows as an answer: one page in the message, all of them in the file that goes with a shared one (definitions §0). */
export const listAnswer = (
  question: TrafficQuestion,
  list: Omit<ShownList, 'more' | 'buttons'> & { readonly file: string; readonly picture?: () => Picture },
): Extract<Reply, { kind: 'answer' }> => {
  const { flags } = question;
  const { file, picture, ...shown } = list;
  const { from, rows, buttons, words } = pageOf(question, list.rows.length);
  return {
    kind: 'answer',
    share: flags.share === true,
    message: trafficList({
      ...shown,
      rows: list.rows.slice(from, from + rows),
      more: Math.max(0, list.rows.length - from - rows),
      buttons,
      basis: [...words, ...shown.basis],
    }),
    ...attached(flags, {
      file: () => ({ name: file, title: list.title, content: csv(list.columns, list.rows) }),
      ...(picture === undefined ? {} : { picture }),
    }),
  };
};

type AnswerReply = Extract<Reply, { kind: 'answer' }>;

/** File and picture of an answer, made only where they go somewhere: into the thread of a shared one, or to who wants them. */
export const attached = (
  flags: Flags,
  { file, picture }: { readonly file: () => AnswerFile; readonly picture?: () => Picture },
): Pick<AnswerReply, 'files' | 'picture' | 'direct'> =>
  flags.share === true || flags.files === true
    ? {
        files: [file()],
        ...(picture === undefined ? {} : { picture: picture() }),
        direct: flags.files === true,
      }
    : {};

/** A chart under the name its file has. */
export const pictureOf = (name: string, title: string, chart: Chart): Picture => ({ ...chart, name, title });

/** The line that says what the numbers rest on (definitions §0). */
export const basisOf = (
  { window, terms, query, desk }: TrafficQuestion,
  { rows, rejected, truncated, asOf }: TrafficAnswer,
  more: readonly string[] = [],
): string[] => [
  window,
  `${grouped(rows)} rows, ${truncated ? 'truncated: the PCE has more' : 'complete'}`,
  ...(asOf === undefined ? [] : [`as of ${clockUtc(asOf)} UTC`]),
  ...(rejected > 0 ? [`${grouped(rejected)} could not be read`] : []),
  ...(terms.length > 0 ? [`${terms.join(' ')} on either end`] : []),
  ...more,
  query.decisions.length === DECISIONS.length
    ? 'all decisions'
    : query.decisions.join(', ').replaceAll('_', ' '),
  'day-bucket totals',
  desk.pce.name,
];

/** A window of all traffic that is longer than a day is asked for twice: it costs the PCE minutes. */
const affordable = (
  flags: Flags,
  now: number,
  narrowed: boolean,
  { example, narrow }: Called,
): Window | Problem => {
  const window = windowOf(flags, now, { example });
  if ('kind' in window) return window;
  const length = window.to - window.from;
  if (length <= DAY_MS || narrowed || flags.all) return window;
  return problem(
    `${hours(length)} of all traffic is a lot to ask of the PCE. Name a label to narrow it, or add --all to read it all.`,
    `${narrow} --since 7d`,
  );
};

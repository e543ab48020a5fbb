import { changesText } from '../core/changes-text.ts';
import type { AnswerFile, CommandDeps, PceDesk, Reply } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { aboutText, byText } from '../core/event-words.ts';
import { type EventQuery, type EventsFound, PceError } from '../core/ports.ts';
import { isOurs, ownKeysOf } from '../core/rule-context.ts';
import { counted, grouped } from '../core/text.ts';
import { pageButtons } from '../views/ask.ts';
import { type Export, exportEvents, LEFT_OUT } from '../views/event-export.ts';
import { eventsView, type ListedEvent } from '../views/events.ts';
import { askButton } from '../views/parts.ts';
import { oneDesk } from './desks.ts';
import type { Problem } from './problem.ts';
import { type Window, windowOf } from './window.ts';
import type { Flag, Flags } from './words.ts';

/** The options every question about the log takes. */
export const EVENT_FLAGS = [
  'pce',
  'since',
  'from',
  'to',
  'n',
  'page',
  'as',
  'share',
] as const satisfies readonly Flag[];
const ROWS = 10;
/** A message holds no more with a button each. */
const MOST_ROWS = 15;

/** Which time of which PCE's log is asked about. */
export interface EventQuestion {
  readonly desk: PceDesk;
  readonly window: Window;
  readonly flags: Flags;
  /** The question again, for its pages: the same window whenever they are looked at. */
  readonly again: string;
}

/** A PCE and a window out of a command's options. @param words the command and its words, without options */
export const eventQuestion = (
  words: string,
  flags: Flags,
  { desks, clock }: Pick<CommandDeps, 'desks' | 'clock'>,
): EventQuestion | Problem => {
  const desk = oneDesk(desks, flags.pce, `/illumio ${words}`);
  if ('kind' in desk) return desk;
  const window = windowOf(flags, clock.now(), { example: `/illumio ${words} --since 24h` });
  if ('kind' in window) return window;
  const [from, to] = [window.from, window.to].map((ms) => new Date(ms).toISOString());
  const rows = flags.n === undefined ? '' : ` -n ${flags.n}`;
  return { desk, window, flags, again: `${words} --from ${from} --to ${to}${rows} --pce ${desk.pce.name}` };
};

/** Reads the part of the log that was asked for. Rejects with PceError. */
export const readEvents = (
  { desk, window }: EventQuestion,
  narrowed: Pick<EventQuery, 'type' | 'severity'>,
  wanted: (event: PceEvent) => boolean,
): Promise<EventsFound> => desk.pce.findEvents({ ...narrowed, from: window.from, to: window.to }, wanted);

/** The line that says what a list of events rests on. */
export const basisOf = (
  { window, desk }: EventQuestion,
  { rows, rejected, completeFrom }: EventsFound,
): string[] => [
  window.words,
  `${counted(rows, 'row')} read`,
  completeFrom <= window.from
    ? 'complete'
    : `truncated: complete from ${new Date(completeFrom).toISOString()} on, older ones were not read`,
  ...(rejected > 0 ? [`${grouped(rejected)} could not be read`] : []),
  desk.pce.name,
];

/** Words for an event in a list; what this bot's own key did says so. */
const listedEvent = (
  event: PceEvent,
  { desk: { inventory } }: EventQuestion,
  { settings }: Pick<CommandDeps, 'settings'>,
): ListedEvent => {
  const about = aboutText(event, inventory);
  return {
    event,
    by: isOurs(event, { ownKeys: ownKeysOf(settings.pces) }) ? `this bot (${byText(event)})` : byText(event),
    // A VEN that reports on its own host need not be told twice.
    about: about === event.actor.name ? '' : about,
    how: changesText(event, inventory.label),
  };
};

/** Events as an answer, newest first: one page of them, or all of them as a file of the format that was asked for. */
export const eventsAnswer = async (
  question: EventQuestion,
  found: EventsFound,
  shown: {
    readonly title: string;
    readonly says: string;
    readonly file: string;
    readonly note?: (event: PceEvent) => string | undefined;
  },
  deps: CommandDeps,
): Promise<Extract<Reply, { kind: 'answer' }>> => {
  const { flags, desk, again } = question;
  const events = found.events.toReversed();
  const rows = Math.min(flags.n ?? ROWS, MOST_ROWS);
  const pages = Math.max(1, Math.ceil(events.length / rows));
  const page = Math.min(flags.page ?? 1, pages);
  const format = flags.as;
  const file = format === undefined ? undefined : await fileOf(format, shown.file, question, found.events);
  return {
    kind: 'answer',
    share: flags.share === true,
    message: eventsView({
      title: shown.title,
      says: shown.says,
      pce: desk.pce.name,
      events: events.slice((page - 1) * rows, page * rows).map((event) => {
        const note = shown.note?.(event);
        return { ...listedEvent(event, question, deps), ...(note === undefined ? {} : { note }) };
      }),
      buttons:
        events.length === 0
          ? []
          : [...pageButtons(again, page, pages), askButton(`${again} --as csv`, 'CSV', 'csv')],
      basis: [
        ...(pages > 1 ? [`page ${page} of ${pages}`] : []),
        ...basisOf(question, found),
        ...(format === undefined ? [] : LEFT_OUT[format]),
      ],
    }),
    ...(file === undefined ? {} : { files: [file], direct: flags.share !== true }),
  };
};

const fileOf = async (
  format: Export,
  name: string,
  { desk }: EventQuestion,
  events: readonly PceEvent[],
): Promise<AnswerFile> => ({
  name: `${name}.${format === 'cef' || format === 'leef' ? `${format}.log` : format}`,
  title: `${name} of ${desk.pce.name}`,
  content: exportEvents(format, events, desk.inventory, await sourceOf(format, desk)),
});

/** Only CEF and LEEF name the PCE's release. */
const sourceOf = async (format: Export, { pce }: PceDesk): Promise<{ version: string; fqdn: string }> => {
  const fqdn = pce.name;
  if (format !== 'cef' && format !== 'leef') return { version: '', fqdn };
  try {
    return { version: await pce.version(), fqdn };
  } catch (error) {
    if (error instanceof PceError) return { version: 'unknown', fqdn };
    throw error;
  }
};

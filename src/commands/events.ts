import type { Command, CommandDeps, Reply } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { actorNames, askedOfPce, eventTest, parseEventSearch } from '../core/event-search.ts';
import { isKnownType } from '../core/event-types.ts';
import type { EventsFound } from '../core/ports.ts';
import { counted } from '../core/text.ts';
import { unknownEventsView } from '../views/unknown-events.ts';
import { event } from './event.ts';
import { basisOf, EVENT_FLAGS, eventQuestion, eventsAnswer, readEvents } from './event-question.ts';
import { nearestText, problem } from './problem.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'events', example: '/illumio events type=agent.* --since 24h' };

/** The PCE's audit log: searched, paged and exported. */
export const events: Command = {
  id: 'events',
  summary: "the PCE's audit events: by type, severity or who, with export",
  usage:
    '/illumio events [uuid|unknown] [type=…] [severity=…] [by=…] [status=…] [--since 24h | --from T --to T] [-n rows] [--page n] [--as csv|json|cef|leef] [--pce name] [--share]',
  examples: [
    '/illumio events severity=error --since 24h',
    '/illumio events type=rule_set.*,sec_rule.* by=jdoe --since 7d --as csv',
    '/illumio events unknown',
  ],
  role: 'analyst',
  scope: 'estate',
  async run(given, asker, deps) {
    const parsed = parseWords(given, THIS, EVENT_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const [first, ...rest] = parsed.words;
    if (first === 'unknown' && rest.length === 0) return await unknown(parsed.flags, deps);
    if (first !== undefined && rest.length === 0 && UUID.test(first))
      return await event.run(given, asker, deps);
    const terms = parseEventSearch(parsed.words);
    if (!terms.ok) return problem(terms.problem, `/illumio events ${terms.corrected}`);
    const question = eventQuestion(['events', ...parsed.words].join(' '), parsed.flags, deps);
    if ('kind' in question) return question;
    const actors = new Set<string>();
    const wanted = eventTest(terms.search);
    const found = await readEvents(question, askedOfPce(terms.search), (event) => {
      for (const name of actorNames(event)) actors.add(name);
      return wanted(event);
    });
    return await eventsAnswer(
      question,
      found,
      { ...said(parsed.words, found, actors), file: 'events' },
      deps,
    );
  },
};

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const said = (words: readonly string[], found: EventsFound, actors: ReadonlySet<string>) => {
  const what = words.length === 0 ? '' : ` with ${words.join(' ')}`;
  const title = `${counted(found.events.length, 'event')}${what}`;
  const [by] = words.flatMap((word) => /^by=(.+)$/.exec(word)?.[1] ?? []);
  if (found.events.length > 0) return { title, says: `${severities(found.events)}. Newest first.` };
  return {
    title: `No event${what}`,
    says:
      by === undefined
        ? 'Nothing in this time matches.'
        : `Nobody of that name is in what I read.${nearestText(by, actors)}`,
  };
};

const severities = (all: readonly PceEvent[]): string => {
  const failed = all.filter(({ status }) => status === 'failure').length;
  const count = (severity: string): number => all.filter((event) => event.severity === severity).length;
  return [
    `${counted(count('err'), 'error')}`,
    `${counted(count('warning'), 'warning')}`,
    `${failed} failed`,
  ].join(', ');
};

/** Types nobody documented: what the rules cannot know (definitions §1). */
const unknown = async (flags: Parameters<typeof eventQuestion>[1], deps: CommandDeps): Promise<Reply> => {
  const question = eventQuestion('events unknown', flags, deps);
  if ('kind' in question) return question;
  const found = await readEvents(question, {}, (event) => unknownIn(event).length > 0);
  const types = new Map<string, { count: number; newest: PceEvent }>();
  for (const event of found.events)
    for (const type of unknownIn(event))
      types.set(type, { count: (types.get(type)?.count ?? 0) + 1, newest: event });
  return {
    kind: 'answer',
    share: flags.share === true,
    message: unknownEventsView(
      [...types].map(([type, one]) => ({ type, ...one })).sort((a, b) => b.count - a.count),
      basisOf(question, found),
    ),
  };
};

const unknownIn = ({ type, notices }: PceEvent): string[] => [
  ...new Set([type, ...notices.map((notice) => notice.type)].filter((one) => !isKnownType(one))),
];

import type { Command } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { actorNames, actorTest } from '../core/event-search.ts';
import type { EventsFound } from '../core/ports.ts';
import { counted, listed } from '../core/text.ts';
import { EVENT_FLAGS, eventQuestion, eventsAnswer, readEvents } from './event-question.ts';
import { nearestText, problem } from './problem.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'who', example: '/illumio who jdoe --since 7d' };

/** What a user, key or service account changed, and from where. */
export const who: Command = {
  id: 'who',
  summary: 'what somebody changed on the PCE, and from where',
  usage:
    '/illumio who <user> [--since 24h | --from T --to T] [-n rows] [--page n] [--as csv|json|cef|leef] [--pce name] [--share]',
  examples: ['/illumio who jdoe', '/illumio who jdoe@example.com --since 7d', '/illumio who svc-* --as csv'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, EVENT_FLAGS);
    if (!parsed.ok) return parsed.problem;
    const name = parsed.words.join(' ');
    if (name === '') return problem('I expected the name of a user, as the PCE writes it.', THIS.example);
    const question = eventQuestion(`who ${name}`, parsed.flags, deps);
    if ('kind' in question) return question;
    const others = new Set<string>();
    const is = actorTest([name]);
    let seen = 0;
    const found = await readEvents(question, {}, (event) => {
      if (!is(event)) {
        for (const one of actorNames(event)) others.add(one);
        return false;
      }
      seen += 1;
      return isChange(event);
    });
    return await eventsAnswer(
      question,
      found,
      { ...said(name, found, seen, others), file: `changes-by-${safe(name)}` },
      deps,
    );
  },
};

/** Something was written, or was to be: reads and sign-ins are no changes. */
const isChange = ({ resources, action }: PceEvent): boolean =>
  resources.length > 0 || (action.method !== undefined && action.method !== 'GET');

const said = (name: string, { events }: EventsFound, seen: number, others: ReadonlySet<string>) => {
  if (seen === 0)
    return {
      title: `${name}: nothing`,
      says: `Nobody of that name is in what I read.${nearestText(name, others)}`,
    };
  if (events.length === 0)
    return {
      title: `${name} changed nothing`,
      says: `${counted(seen, 'other event')} of that name: /illumio events by=${name}`,
    };
  const failed = events.filter(({ status }) => status === 'failure').length;
  const places = [...new Set(events.flatMap(({ action }) => action.address ?? []))];
  return {
    title: `${name}: ${counted(events.length - failed, 'change')}`,
    says: [
      failed === 0 ? 'None failed.' : `${counted(failed, 'attempt')} failed.`,
      places.length === 0 ? 'From an address the PCE does not name.' : `From ${listed(places, 4)}.`,
    ].join(' '),
  };
};

/** Part of a file's name. */
const safe = (name: string): string => name.replace(/[^\w.@-]+/g, '_').slice(0, 60);

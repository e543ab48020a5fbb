import type { Alert } from '../core/alert.ts';
import type { Command, CommandDeps } from '../core/command.ts';
import type { Store } from '../core/ports.ts';
import { listed } from '../core/text.ts';
import { whyView } from '../views/why.ts';
import { nearestText, problem } from './problem.ts';
import { parseWords } from './words.ts';

/** Why something was said, or not: which rule, which event, where and when (definitions §4). */
export const why: Command = {
  id: 'why',
  summary: 'why an alert was said, where and when, or what keeps it quiet',
  usage: '/illumio why <alert id|event|host>',
  examples: ['/illumio why web-01', '/illumio alerts', '/illumio help why'],
  role: 'viewer',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, { id: 'why', example: '/illumio alerts' }, []);
    if (!parsed.ok) return parsed.problem;
    const [asked, extra] = parsed.words;
    if (asked === undefined || extra !== undefined)
      return problem(
        'I expected one alert id, event or host; /illumio alerts shows the ids.',
        '/illumio alerts',
      );
    const found = await alertsFor(asked, deps.store);
    const [alert, ...others] = found;
    if (alert === undefined) {
      const firing = await deps.store.firing();
      const known = firing.flatMap(({ id, subject }) => [id, subject.name]);
      return problem(
        `I know no alert "${asked}", and no open alert names it as its event or host.${nearestText(asked, known)}`,
        '/illumio alerts',
      );
    }
    if (others.length > 0)
      return problem(
        `${found.length} open alerts are about ${asked}: ${listed(
          found.map(({ id, title }) => `${id} (${title})`),
          5,
        )}.`,
        `/illumio why ${alert.id}`,
      );
    return { kind: 'answer', message: whyView(await storyOf(alert, deps), deps.clock.now()) };
  },
};

/** By id; else open alerts by their newest event, whole or its last part, or by their host. */
const alertsFor = async (asked: string, store: Store): Promise<readonly Alert[]> => {
  const alert = await store.alertById(asked);
  if (alert !== undefined) return [alert];
  const firing = await store.firing();
  return firing.filter(
    ({ event, subject }) =>
      event === asked ||
      event?.slice(event.lastIndexOf('/') + 1) === asked ||
      subject.name.toLowerCase() === asked.toLowerCase(),
  );
};

const storyOf = async (alert: Alert, { store, catalog }: CommandDeps) => {
  const incidents = await store.incidentsOf([alert.fingerprint]);
  const waiting = await store.waiting();
  return {
    alert,
    about: catalog.rules.find(({ id }) => id === alert.rule)?.about,
    incidents: await Promise.all(
      incidents.map(async (incident) => ({
        incident,
        told: await store.told(incident.id),
        waiting: waiting.filter((delivery) => delivery.incident === incident.id),
      })),
    ),
  };
};

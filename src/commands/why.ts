import type { Alert } from '../core/alert.ts';
import type { Command, CommandDeps } from '../core/command.ts';
import { whyView } from '../views/why.ts';
import { oneAlert } from './find-alerts.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

/** Why something was said, or not: which rule, which event, where and when (definitions §4). */
export const why: Command = {
  id: 'why',
  summary: 'why an alert was said, where and when, or what keeps it quiet',
  usage: '/illumio why <alert id|event|host>',
  examples: ['/illumio why web-01', '/illumio alerts', '/illumio events type=agent.tampering --since 1h'],
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
    const alert = await oneAlert(asked, 'why', '', deps.store);
    if ('kind' in alert) return alert;
    return { kind: 'answer', message: whyView(await storyOf(alert, deps), deps.clock.now()) };
  },
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

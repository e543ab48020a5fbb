import type { Alert } from '../core/alert.ts';
import type { Command, CommandDeps, PceDesk, Reply } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { byText, changedIn } from '../core/event-words.ts';
import { isOurs, ownKeysOf } from '../core/rule-context.ts';
import { affectedHosts } from '../core/subject.ts';
import { uuidOf } from '../core/workload.ts';
import { eventView } from '../views/event.ts';
import { exportEvents } from '../views/event-export.ts';
import { chosenDesks } from './desks.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'event', example: '/illumio event 5c2fa4d4-6c1b-4d1a-9d43-5e3f3a8a1b2c' };

/** One event whole: who, what before → after, where, how, when. */
export const event: Command = {
  id: 'event',
  summary: 'one audit event whole: who, what before → after, how, when',
  usage: '/illumio event <uuid> [--as json] [--pce name] [--share]',
  examples: [THIS.example, `${THIS.example} --as json`, '/illumio events severity=error'],
  role: 'analyst',
  scope: 'estate',
  async run(given, _asker, deps) {
    const parsed = parseWords(given, THIS, ['pce', 'as', 'share']);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const [uuid] = words.map(uuidOf);
    if (uuid === undefined || words.length > 1 || !/^[\w-]+$/.test(uuid))
      return problem(
        'event wants the id of one event: its UUID, or the href that ends with it.',
        THIS.example,
      );
    const desks = chosenDesks(deps.desks, flags.pce);
    if ('kind' in desks) return desks;
    for (const desk of desks) {
      const found = await desk.pce.event(uuid);
      if (found !== null) return await shown(found, desk, flags, deps);
    }
    return problem(
      `${desks.map(({ pce }) => pce.name).join(' and ')} has no event ${uuid}: it keeps them for 30 days by default.`,
      '/illumio events --since 24h',
    );
  },
};

const shown = async (
  found: PceEvent,
  { pce, inventory }: PceDesk,
  flags: { readonly share?: true; readonly as?: 'csv' | 'json' | 'cef' | 'leef' },
  { store, status, settings }: CommandDeps,
): Promise<Reply> => {
  const { pces } = await status();
  const cursor = pces.find(({ name }) => name === pce.name)?.cursor;
  const seen = await store.seen(pce.name, [found]);
  const format = flags.as;
  return {
    kind: 'answer',
    share: flags.share === true,
    message: eventView({
      event: found,
      pce: pce.name,
      by: byText(found),
      ours: isOurs(found, { ownKeys: ownKeysOf(settings.pces) }),
      changed: changedIn(found, inventory),
      hosts: affectedHosts(found, inventory).map(({ subject: { name, href } }) => ({ name, href })),
      readUpTo: cursor,
      counted: seen.has(found.href),
      seenAt: seen.get(found.href),
      alerts: await alertsOf(found, pce.name, store),
    }),
    ...(format === undefined
      ? {}
      : {
          files: [
            {
              name: `event-${uuidOf(found.href)}.${format}`,
              title: found.type,
              content: exportEvents(format, [found], inventory, {
                version: await pce.version(),
                fqdn: pce.name,
              }),
            },
          ],
          direct: flags.share !== true,
        }),
  };
};

/** Alerts that name the event as the newest that fired them. */
const alertsOf = async (
  { href, at }: PceEvent,
  pce: string,
  store: CommandDeps['store'],
): Promise<readonly Alert[]> =>
  (await store.alertsSince(at)).filter((alert) => alert.pce === pce && alert.event === href);

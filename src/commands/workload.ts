import type { Asker, Command, CommandDeps, Reply } from '../core/command.ts';
import { PceError } from '../core/ports.ts';
import { type Card, workloadCard, workloadList } from '../views/workload.ts';
import { chosenDesks } from './desks.ts';
import { findHosts, type Hit, visibleHosts } from './hosts.ts';
import { problem } from './problem.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'workload', example: '/illumio workload web-01' };
const ROWS = 10;

/** One host with everything about it, or the list of those that match. */
export const workload: Command = {
  id: 'workload',
  summary: 'a host: labels, enforcement, open alerts, what listens',
  usage: '/illumio workload <host|address|network|key=value …> [-n rows] [--pce name] [--share]',
  examples: ['/illumio workload web-01', '/illumio workload web* env=prod', '/illumio workload 192.0.2.0/24'],
  role: 'viewer',
  scope: 'own',
  async run(given, asker, deps) {
    const parsed = parseWords(given, THIS, ['pce', 'n', 'share']);
    if (!parsed.ok) return parsed.problem;
    const desks = chosenDesks(deps.desks, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const found = findHosts(parsed.words, desks, THIS);
    if (found.kind === 'problem') return found;
    const hits = await visibleHosts(found.hits, asker);
    const share = parsed.flags.share === true;
    const [only] = hits;
    if (only === undefined)
      return problem(`Workloads match ${parsed.words.join(' ')}, but none that your role lets you see.`);
    if (hits.length === 1) return card(only, asker, deps, share);
    const now = deps.clock.now();
    const oldest = Math.min(...desks.map(({ inventory }) => inventory.readAt ?? now));
    return {
      kind: 'answer',
      share,
      message: workloadList(
        parsed.words.join(' '),
        hits.map(({ desk, workload: one }) => ({ pce: desk.pce.name, workload: one })),
        { most: parsed.flags.n ?? ROWS, pces: desks.map(({ pce }) => pce.name), ageMs: now - oldest, now },
      ),
    };
  },
};

/** The card. Open services cost a read of the host and are for analysts; a shared card leaves them out. */
const card = async (
  { desk: { pce, inventory }, workload: known }: Hit,
  asker: Asker,
  { store, clock, settings }: CommandDeps,
  share: boolean,
): Promise<Reply> => {
  const mayRead = known.managed && !share && (await asker.may('services', [known.labels]));
  let fresh: typeof known | undefined;
  let services: Card['services'] = 'not allowed';
  if (mayRead)
    try {
      const read = await pce.workload(known.href, 'question');
      inventory.note(known.href, read);
      if (read === null)
        return problem(
          `${pce.name} no longer has ${known.name}: it was deleted after the inventory was read.`,
        );
      fresh = read;
      services = 'shown';
    } catch (error) {
      if (!(error instanceof PceError)) throw error;
      services = { unread: error.message };
    }
  const shown = fresh ?? known;
  const now = clock.now();
  const [quarantine] = await store.quarantines(pce.name, known.href);
  const alerts = (await store.firing(pce.name)).filter(({ workloads }) => workloads.includes(known.href));
  return {
    kind: 'answer',
    share,
    message: workloadCard(
      {
        pce: pce.name,
        workload: shown,
        alerts,
        quarantine:
          quarantine === undefined
            ? undefined
            : {
                by: quarantine.by,
                byName: quarantine.byName,
                at: quarantine.endedAt ?? quarantine.requestedAt,
              },
        services,
        action: !shown.managed
          ? undefined
          : quarantine !== undefined
            ? 'release'
            : settings.quarantine === undefined
              ? undefined
              : 'quarantine',
        link: pce.link(known.href),
        inventoryAt: fresh === undefined ? (inventory.readAt ?? now) : undefined,
      },
      now,
    ),
  };
};

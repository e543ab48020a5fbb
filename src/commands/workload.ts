import { carriedOf } from '../core/carrying.ts';
import type { Asker, Command, CommandDeps, PceDesk, Reply } from '../core/command.ts';
import { PceError } from '../core/ports.ts';
import { type Card, workloadCard, workloadCsv, workloadList } from '../views/workload.ts';
import { chosenDesks } from './desks.ts';
import { type Found, findHosts, type Hit, visibleHosts } from './hosts.ts';
import { problem } from './problem.ts';
import { type Flags, parseWords } from './words.ts';

const THIS = { id: 'workload', example: '/illumio workload web-01' };
const ROWS = 10;

/** So many hosts are read anew one by one; for more the whole inventory is. */
const MOST_READ = 20;

/** One host with everything about it, or the list of those that match. */
export const workload: Command = {
  id: 'workload',
  summary: 'a host: labels, enforcement, open alerts, what listens',
  usage:
    '/illumio workload <host|address|network|key=value …> [--fresh] [-n rows] [--page n] [--files] [--pce name] [--share]',
  examples: [
    '/illumio workload web-01',
    '/illumio workload web* env=prod',
    '/illumio workload 192.0.2.0/24 --fresh',
  ],
  role: 'viewer',
  scope: 'own',
  async run(given, asker, deps) {
    const parsed = parseWords(given, THIS, ['pce', 'n', 'page', 'fresh', 'files', 'share']);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const desks = chosenDesks(deps.desks, flags.pce);
    if ('kind' in desks) return desks;
    const found = flags.fresh === true ? await findFresh(words, desks) : findHosts(words, desks, THIS);
    if (found.kind === 'problem') return found;
    const hits = await visibleHosts(found.hits, asker);
    const share = flags.share === true;
    const [only] = hits;
    if (only === undefined)
      return problem(`Workloads match ${words.join(' ')}, but none that your role lets you see.`);
    if (hits.length === 1) return card(only, asker, deps, share, flags.fresh === true);
    return hostList(hits, words.join(' '), flags, desks, deps);
  },
};

/** Several hosts: a page of them, all of them as a file for who wants it. */
const hostList = (
  hits: readonly Hit[],
  said: string,
  flags: Flags,
  desks: readonly PceDesk[],
  { clock }: CommandDeps,
): Reply => {
  const now = clock.now();
  const oldest = Math.min(...desks.map(({ inventory }) => inventory.readAt ?? now));
  const rows = flags.n ?? ROWS;
  const pages = Math.ceil(hits.length / rows);
  const page = Math.min(flags.page ?? 1, pages);
  const hosts = hits.map(({ desk, workload: one }) => ({ pce: desk.pce.name, workload: one }));
  const again = `workload ${said}${flags.n === undefined ? '' : ` -n ${flags.n}`}${flags.pce === undefined ? '' : ` --pce ${flags.pce}`}`;
  return {
    kind: 'answer',
    share: flags.share === true,
    message: workloadList(said, hosts.slice((page - 1) * rows, page * rows), {
      total: hits.length,
      page,
      pages,
      again,
      pces: desks.map(({ pce }) => pce.name),
      ageMs: flags.fresh === true ? undefined : now - oldest,
    }),
    ...(flags.files === true || flags.share === true
      ? {
          files: [{ name: 'workloads.csv', title: `Workloads with ${said}`, content: workloadCsv(hosts) }],
          direct: flags.files === true,
        }
      : {}),
  };
};

/**
 * As the PCE has it now: a few hosts are read one by one; many, or none where somebody expects one, take a new reading of all.
 * Rejects with PceError.
 */
const findFresh = async (words: readonly string[], desks: readonly PceDesk[]): Promise<Found> => {
  const known = findHosts(words, desks, THIS);
  if (known.kind === 'found' && known.hits.length <= MOST_READ) {
    await Promise.all(
      known.hits.map(async ({ desk: { pce, inventory }, workload: { href } }) =>
        inventory.note(href, await pce.workload(href, 'question')),
      ),
    );
    const now = findHosts(words, desks, THIS);
    if (now.kind === 'found') return now;
  }
  // Words that mean nothing here may name what was added since.
  await Promise.all(desks.map(({ inventory }) => inventory.refresh()));
  return findHosts(words, desks, THIS);
};

/** The card. Open services cost a read of the host and are for analysts; a shared card leaves them out. */
const card = async (
  { desk: { pce, inventory }, workload: known }: Hit,
  asker: Asker,
  { store, clock, settings }: CommandDeps,
  share: boolean,
  justRead: boolean,
): Promise<Reply> => {
  const mayRead = known.managed && !share && (await asker.may('services', [known.labels]));
  let fresh: typeof known | undefined = justRead ? known : undefined;
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
  const stray =
    quarantine === undefined &&
    shown.managed &&
    carriedOf(shown.labels, settings.quarantine?.labels ?? {}) !== undefined;
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
          : quarantine !== undefined || stray
            ? 'release'
            : settings.quarantine === undefined
              ? undefined
              : 'quarantine',
        stray,
        link: pce.link(known.href),
        inventoryAt: fresh === undefined ? (inventory.readAt ?? now) : undefined,
      },
      now,
    ),
  };
};

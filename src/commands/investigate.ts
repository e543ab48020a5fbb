import type { Asker, Command, CommandDeps, PceDesk, Reply } from '../core/command.ts';
import type { PceEvent } from '../core/event.ts';
import { DECISIONS } from '../core/flow.ts';
import type { Case } from '../core/investigation/case.ts';
import { gatherPeerFlows } from '../core/investigation/peer-flows.ts';
import { timelineOf } from '../core/investigation/timeline.ts';
import { touchesOf } from '../core/investigation/touches.ts';
import { isPolicyEvent } from '../core/policy-changes.ts';
import { PceError } from '../core/ports.ts';
import { isOurs, ownKeysOf } from '../core/rule-context.ts';
import { grouped, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { investigationView } from '../views/investigation.ts';
import { evidenceFiles } from '../views/investigation-files.ts';
import { chosenDesks } from './desks.ts';
import { investigateForm } from './forms.ts';
import { findHosts, type Hit, visibleHosts } from './hosts.ts';
import { problem } from './problem.ts';
import { type Window, windowOf } from './window.ts';
import { parseWords } from './words.ts';

const THIS = { id: 'investigate', example: '/illumio investigate web-01 --since 24h' };
/** A cardholder environment fits; an estate does not (issue "Look-ups", deliverable 2). */
const MOST_HOSTS = 200;

/** One view of what happened to a host, or to a set of hosts, with the evidence as files. */
export const investigate: Command = {
  id: 'investigate',
  summary:
    'what happened to a host: events, labels, policy, blocked flows, alerts, responses, with evidence files',
  usage:
    '/illumio investigate [<host|address|network|key=value …>] [--since 24h | --from T --to T] [--pce name] [--share]',
  examples: [
    '/illumio investigate web-01',
    '/illumio investigate 192.0.2.10 --since 7d',
    '/illumio investigate env=prod --since 24h',
  ],
  role: 'analyst',
  scope: 'own',
  async run(given, asker, deps) {
    if (given.length === 0) return { kind: 'form', form: investigateForm };
    const parsed = parseWords(given, THIS, ['pce', 'since', 'from', 'to', 'share']);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const desks = chosenDesks(deps.desks, flags.pce);
    if ('kind' in desks) return desks;
    const window = windowOf(flags, deps.clock.now(), THIS);
    if ('kind' in window) return window;
    const found = findHosts(words, desks, THIS);
    if (found.kind === 'problem') return found;
    const hits = await visibleHosts(found.hits, asker, THIS.id);
    const [first] = hits;
    if (first === undefined)
      return problem(`Workloads match ${words.join(' ')}, but none that your role lets you investigate.`);
    if (hits.length > MOST_HOSTS)
      return problem(
        `${grouped(hits.length)} hosts match ${words.join(' ')}; I investigate at most ${MOST_HOSTS} at once. Narrow it with a further label.`,
        THIS.example,
      );
    const pces = [...new Set(hits.map(({ desk }) => desk.pce.name))];
    if (pces.length > 1)
      return problem(
        `These hosts are on ${listed(pces)}. Say which PCE you mean.`,
        `/illumio investigate ${words.join(' ')} --pce ${pces[0]}`,
      );
    return await report(hits, words.join(' '), window, flags.share === true, asker, deps);
  },
};

const report = async (
  hits: readonly Hit[],
  asked: string,
  window: Window,
  share: boolean,
  asker: Asker,
  deps: CommandDeps,
): Promise<Reply> => {
  const [{ desk }] = hits as readonly [Hit, ...Hit[]];
  const { read, basis } = await readCase(
    desk,
    hits.map(({ workload }) => workload),
    window,
    deps,
  );
  const timeline = timelineOf(read);
  const [only, second] = read.hosts;
  const named = only !== undefined && second === undefined ? only.name : asked;
  const files = evidenceFiles(
    `investigation-${named.replace(/[^\w.-]+/g, '_').slice(0, 60)}-${new Date(window.to).toISOString().slice(0, 16).replace(/[:-]/g, '')}Z`,
    read,
    timeline,
    {
      pce: desk.pce.name,
      asked: named,
      by: asker.profile.name,
      madeAt: deps.clock.now(),
      basis,
    },
  );
  return {
    kind: 'answer',
    share,
    direct: !share,
    files,
    message: investigationView({
      asked: second === undefined ? named : `${read.hosts.length} hosts with ${asked}`,
      pce: desk.pce.name,
      window: window.words,
      read,
      timeline,
      files: files.map(({ name, content }) => ({ name, sha256: deps.sha256(content) })),
      basis,
    }),
  };
};

/** Reads everything there is about the hosts. What a PCE does not give is said in the basis; the rest still stands. */
const readCase = async (
  { pce, inventory }: PceDesk,
  known: readonly Workload[],
  { from, to }: Window,
  { store, settings }: CommandDeps,
): Promise<{ readonly read: Case; readonly basis: readonly string[] }> => {
  const missing: string[] = [];
  const orMissing = async <T>(what: string, reading: Promise<T>): Promise<T | undefined> => {
    try {
      return await reading;
    } catch (error) {
      if (!(error instanceof PceError)) throw error;
      missing.push(`${what} could not be read: ${error.message}`);
      return undefined;
    }
  };
  const ownKeys = ownKeysOf(settings.pces);
  const policy = await orMissing('policy', pce.policy());
  const touches = touchesOf(known, policy, inventory);
  const hrefs = known.map(({ href }) => href);
  const peers = gatherPeerFlows(new Set(hrefs));
  const [events, flows, hosts] = await Promise.all([
    orMissing(
      'audit events',
      pce.findEvents({ from, to }, (event) => isPolicyEvent(event) || touches(event).length > 0),
    ),
    orMissing(
      'traffic',
      pce.flows({ from, to, labels: [], workloads: hrefs, decisions: DECISIONS }, peers.add),
    ),
    freshest(known, pce),
  ]);
  const [alerts, responses] = await Promise.all([
    Promise.all(hrefs.map((href) => store.alertsOfHost(pce.name, href))),
    Promise.all(hrefs.map((href) => store.responsesOf(pce.name, href))),
  ]);
  const quarantines = await store.quarantines(pce.name);
  const within = (at: number): boolean => at >= from && at <= to;
  return {
    read: {
      from,
      to,
      hosts,
      events: events?.events ?? [],
      alerts: unique(alerts.flat()).filter(
        ({ firstAt, lastAt, resolved }) => firstAt <= to && (resolved?.at ?? lastAt) >= from,
      ),
      responses: unique(responses.flat()).filter(
        ({ requestedAt, endedAt }) => within(requestedAt) || (endedAt !== undefined && within(endedAt)),
      ),
      // A query that broke off has handed over a part of its rows (port Pce.flows).
      peers: flows === undefined ? [] : peers.all(),
      quarantined: new Set(quarantines.map(({ target }) => target.href)),
      policy,
      estate: inventory,
      isOurs: (event: PceEvent) => isOurs(event, { ownKeys }),
    },
    basis: [
      ...(events === undefined
        ? []
        : [
            `${grouped(events.rows)} audit rows, ${events.completeFrom <= from ? 'complete' : `truncated: complete from ${new Date(events.completeFrom).toISOString()} on`}`,
          ]),
      ...(flows === undefined
        ? []
        : [
            `${grouped(flows.rows)} flow rows, ${flows.truncated ? 'truncated: the PCE has more' : 'complete'}, day-bucket totals`,
          ]),
      ...missing,
    ],
  };
};

/** One host is read anew; many are shown as the inventory has them. */
const freshest = async (known: readonly Workload[], pce: PceDesk['pce']): Promise<readonly Workload[]> => {
  const [only, second] = known;
  if (only === undefined || second !== undefined || !only.managed) return known;
  try {
    return [(await pce.workload(only.href, 'question')) ?? only];
  } catch (error) {
    if (error instanceof PceError) return known;
    throw error;
  }
};

const unique = <T extends { readonly id: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [one.id, one])).values(),
];

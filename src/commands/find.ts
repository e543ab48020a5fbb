import { parseNetwork } from '../core/address.ts';
import type { Command, PceDesk } from '../core/command.ts';
import { hostWords } from '../core/host-words.ts';
import type { Workload } from '../core/workload.ts';
import { foundHostsView } from '../views/found-hosts.ts';
import { chosenDesks } from './desks.ts';
import type { Hit } from './hosts.ts';
import { visibleHosts } from './hosts.ts';
import { problem } from './problem.ts';
import { sourceOf } from './source.ts';
import { type Flags, parseWords } from './words.ts';

const THIS = { id: 'find', example: '/illumio find web-01 192.0.2.10' };
/** Hosts one message may name (issue "Look-ups", deliverable 8). */
const MOST_HOSTS = 20;
/** What a message holds with three buttons each. */
const ROWS = 8;

/**
 * Which of some names and addresses are hosts, matched exactly, each with what can be done. The message shortcut asks it with the words
 * of another message; `--message` names that one, so that it goes with what is done.
 */
export const find: Command = {
  id: 'find',
  summary:
    'which of some names and addresses are hosts, with what can be done about each; also a message shortcut',
  usage: '/illumio find <names and addresses …> [--message time] [--page n] [--pce name]',
  examples: [
    '/illumio find web-01 192.0.2.10',
    '/illumio find failed login on web-01 from 192.0.2.10',
    '/illumio find web-01 --pce prod-east',
  ],
  role: 'viewer',
  scope: 'own',
  async run(given, asker, deps) {
    const parsed = parseWords(given, THIS, ['pce', 'page', 'message']);
    if (!parsed.ok) return parsed.problem;
    const { words, flags } = parsed;
    const desks = chosenDesks(deps.desks, flags.pce);
    if ('kind' in desks) return desks;
    if (desks.some(({ inventory }) => inventory.readAt === undefined))
      return problem('I am still reading the workloads; please ask again in a minute.');
    const candidates = hostWords(words.join(' '));
    if (candidates.length === 0) return problem('I found no host name or address in that.', THIS.example);
    const found = hitsOf(candidates, desks);
    const hits = await visibleHosts(found.hits, asker);
    const pages = Math.max(1, Math.ceil(Math.min(hits.length, MOST_HOSTS) / ROWS));
    const page = Math.min(flags.page ?? 1, pages);
    const source = flags.message === undefined ? undefined : await sourceOf(flags.message, asker, deps);
    return {
      kind: 'answer',
      message: foundHostsView({
        hosts: hits
          .slice(0, MOST_HOSTS)
          .slice((page - 1) * ROWS, page * ROWS)
          .map(({ desk, workload }) => ({ pce: desk.pce.name, workload })),
        found: hits.length,
        looked: candidates.length,
        pces: desks.map(({ pce }) => pce.name),
        most: MOST_HOSTS,
        page,
        pages,
        again: againOf(found.words, flags),
        source,
      }),
    };
  },
};

/** Exact matches only: by host name, its first part, the PCE's name for it, or an address of any interface. */
const hitsOf = (
  candidates: readonly string[],
  desks: readonly PceDesk[],
): { readonly hits: readonly Hit[]; readonly words: readonly string[] } => {
  const hits = new Map<string, Hit>();
  const words = new Set<string>();
  for (const word of candidates)
    for (const desk of desks)
      for (const workload of matching(word, desk)) {
        words.add(word);
        hits.set(`${desk.pce.name}|${workload.href}`, { desk, workload });
      }
  return { hits: [...hits.values()], words: [...words] };
};

/** A button's value holds 2,000 characters (facts/slack §3): words that are hosts, as many as fit beside the options. */
const VALUE = 1_800;

/** The question again with the words that are hosts. */
const againOf = (words: readonly string[], { message, pce }: Flags): string => {
  let room = VALUE;
  const kept = words.slice(0, MOST_HOSTS).filter((word) => {
    room -= word.length + 1;
    return room >= 0;
  });
  return [
    'find',
    ...kept,
    ...(message === undefined ? [] : ['--message', message]),
    ...(pce === undefined ? [] : ['--pce', pce]),
  ].join(' ');
};

const matching = (word: string, { inventory }: PceDesk): readonly Workload[] => {
  if (parseNetwork(word) !== undefined) return inventory.byAddress(word);
  const whole = inventory.byHostname(word);
  if (whole.length > 0) return whole;
  const wanted = word.toLowerCase();
  return [...inventory.among({ name: `*${word}*`, query: [] })].filter(
    ({ name, hostname }) =>
      name.toLowerCase() === wanted || hostname.split('.', 1)[0]?.toLowerCase() === wanted,
  );
};

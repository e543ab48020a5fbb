import type { PceControl } from '../src/simulators/pce/index.ts';
import { wordsOf } from './judge.ts';

export type Json = Readonly<Record<string, unknown>>;
type Labels = Readonly<Record<string, string>>;

/** Both simulators as the judge looks at them. */
export interface Seen {
  /** The state of the simulated Slack. */
  readonly slack: Json;
  labels(href: string): Labels;
  quarantined(href: string): boolean;
  /** Whether the simulated PCE's policy lets nothing pass that is tried, in or out. */
  isolated(href: string): boolean;
  /** The label sets before and after each PUT that took effect, oldest first. */
  puts(href: string): readonly { readonly before: Labels; readonly after: Labels }[];
  /** True when these labels are those of a host in quarantine. */
  isMark(labels: Labels): boolean;
}

/** Looks at both now. `mark` = the quarantine label, `probes` = hrefs from and to which connections are tried. */
export const look = (
  pce: PceControl,
  slack: Json,
  mark: { readonly key: string; readonly value: string },
  probes: readonly string[],
): Seen => {
  const { workloads, writes } = pce.state();
  const fleet = workloads as Readonly<Record<string, { readonly labels: Labels }>>;
  const labels = (href: string): Labels => fleet[href]?.labels ?? {};
  const isMark = (set: Labels): boolean => set[mark.key] === mark.value;
  const labelsIn = (row: Json | null): Labels => (row?.['labels'] ?? {}) as Labels;
  const passes = (src: string, dst: string): boolean =>
    TRIED.some((port) => pce.flow({ src: { href: src }, dst: { href: dst }, proto: 6, port }).passes);
  return {
    slack,
    labels,
    isMark,
    quarantined: (href) => isMark(labels(href)),
    isolated: (href) =>
      probes.every((other) => other === href || (!passes(other, href) && !passes(href, other))),
    puts: (href) =>
      writes
        .filter((write) => write.href === href)
        .map(({ before, after }) => ({ before: labelsIn(before), after: labelsIn(after) })),
  };
};

const TRIED = [22, 443, 5432] as const;

/** The alert about a host, as it can be read now. */
export interface Root {
  readonly channel: string;
  readonly ts: string;
  readonly saysQuarantined: boolean;
  readonly saysContained: boolean;
}

/** The alerts in Slack by the name of their host; what is announced of a response stands in messages of its own. */
export const rootsIn = (slack: Json): ReadonlyMap<string, Root> => {
  const roots = new Map<string, Root>();
  for (const channel of rows(slack['channels']))
    for (const message of rows(channel['messages'])) {
      if (message['deleted'] === true || message['thread_ts'] !== null) continue;
      const words = wordsOf(message);
      if (!words.includes('sent because:')) continue;
      const saysContained = /■[^\n]*\bContained by\b/i.test(words);
      const root: Root = {
        channel: String(channel['id']),
        ts: String(message['ts']),
        saysContained,
        saysQuarantined: saysContained || /■[^\n]*\blabelled for quarantine by\b/i.test(words),
      };
      for (const name of namesIn(words)) if (!roots.has(name)) roots.set(name, root);
    }
  return roots;
};

/** What is said of a host outside its alert: in the announce channel, in forms, to one person alone. */
export interface Said {
  readonly released: boolean;
  /** A reminder with its buttons stands. */
  readonly askedToReview: boolean;
  /** Somebody was told that it was not done, or how it failed. */
  refused(kind: string): boolean;
  /** It is admitted that a label of somebody else was overwritten and not put back, `ticket=inc-3`. */
  admitsLoss(label: string): boolean;
}

const REFUSED = /nothing was (done|changed)(?! yet)|did not work as intended|lapsed|was denied|it failed/i;

/** @returns what is said of a host, by its name */
export const saidIn = (slack: Json): ((name: string) => Said) => {
  const byName = new Map<string, { readonly row: Json; readonly words: string }[]>();
  const messages = rows(slack['channels']).flatMap((channel) => rows(channel['messages']));
  for (const row of [...messages, ...rows(slack['ephemerals']), ...rows(slack['views'])]) {
    const words = `${String(row['title'] ?? '')}\n${wordsOf(row)}`;
    if (row['deleted'] === true || words.includes('sent because:')) continue;
    for (const name of namesIn(words)) byName.set(name, [...(byName.get(name) ?? []), { row, words }]);
  }
  return (name) => {
    const texts = byName.get(name) ?? [];
    return {
      released: texts.some(({ words }) => /\b(is|was) released\b/i.test(words)),
      askedToReview: texts.some(({ row }) => hasButton(row, 'extend') && hasButton(row, 'release')),
      refused: (kind) => {
        const about = new RegExp(`\\b${kind} ${name}\\b`, 'i');
        return texts.some(({ words }) => about.test(words) && REFUSED.test(words));
      },
      admitsLoss: (label) => texts.some(({ words }) => words.includes(`${label} was overwritten while`)),
    };
  };
};

/** Whole words only: web-1 does not stand where web-10 stands, nor db-95 in the 49db-95a1 of a link's UUID. */
const namesIn = (words: string): ReadonlySet<string> =>
  new Set(words.match(/(?<![\w-])[a-z]+-\d+(?![\w-])/g) ?? []);

/** Messages that have a button to press, as a person sees it. */
export const hasButton = (message: Json, action: string): boolean =>
  rows(message['blocks']).some((block) => rows(block['elements']).some((one) => one['action_id'] === action));

export const rows = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

type Json = Readonly<Record<string, unknown>>;

/** What stands in Slack at the end, counted by host name alone. */
export interface Verdict {
  /** Subjects whose host name stands in an undeleted message, thread line or file. */
  readonly visible: ReadonlySet<string>;
  /** Subjects that stand in two undeleted messages of the same reason or in files beside them, neither marked as a possible repeat. */
  readonly duplicated: ReadonlySet<string>;
  /** Messages marked "possible repeat". */
  readonly marked: number;
}

/** How the bot marks a copy of what may stand there already. */
const MARK = /possible repeat/i;

/** One story told beside the alerts of its hosts (definitions §3, firewall-tampering of five hosts and more): it names them again on purpose. */
export const STORY = /Firewall tampering (?:on|is spreading:) \d+ hosts within/;

/**
 * Reads the simulated Slack as a person would: names, and the words that say why a message was sent. Nothing the bot keeps for itself
 * (delivery keys, metadata, its files) is looked at: a bot that deceives itself must not deceive the judge.
 */
export const judge = (state: Json, subjects: ReadonlySet<string>): Verdict => {
  const visible = new Set<string>();
  const duplicated = new Set<string>();
  const said = new Set<string>();
  let marked = 0;
  for (const message of rows(state['channels']).flatMap((channel) => rows(channel['messages']))) {
    if (message['deleted'] === true) continue;
    const words = wordsOf(message);
    if (STORY.test(words)) continue;
    const isMarked = MARK.test(words);
    if (isMarked) marked += 1;
    const names = namesIn(`${words}\n${wordsOfFiles(message)}`, subjects);
    for (const name of names) {
      visible.add(name);
      if (isMarked) continue;
      const one = `${name} ${reasonOf(message, words)}`;
      if (said.has(one)) duplicated.add(name);
      said.add(one);
    }
  }
  return { visible, duplicated, marked };
};

/** Why a message says it was sent; the end of an alert is said without that line. */
const reasonOf = (message: Json, words: string): string => {
  const line = typeof message['thread_ts'] === 'string' && message['thread_ts'] !== message['ts'];
  const because = /sent because: ([^·\n]+)/.exec(words)?.[1]?.trim();
  return because ?? `${line ? 'line' : 'root'}${/\bResolved\b/.test(words) ? ' resolved' : ''}`;
};

/** Whole words only: web-1 does not stand where web-10 stands, nor db-95 in the 49db-95a1 of a link's UUID. */
export const namesIn = (words: string, subjects: ReadonlySet<string>): Set<string> =>
  new Set((words.match(/(?<![\w-])[a-z]+-\d+(?![\w-])/g) ?? []).filter((word) => subjects.has(word)));

/** Every text of a message: its own and all in its blocks. */
export const wordsOf = (message: Json): string =>
  [String(message['text'] ?? ''), ...texts(message['blocks'])].join('\n');

const wordsOfFiles = (message: Json): string =>
  rows(message['files'])
    .map(({ text }) => String(text ?? ''))
    .join('\n');

const texts = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(texts);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
};

const rows = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : []);

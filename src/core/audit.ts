import type { Person } from './alert.ts';
import type { Roles } from './settings.ts';

/** What is recorded of every attempt, refusal and effect (definitions §7). `before` and `after` are label texts, never secrets. */
export interface AuditEntry {
  readonly actor: Person | { readonly system: string };
  readonly actorName: string;
  readonly action: string;
  readonly verdict: 'allowed' | 'refused' | 'done' | 'stopped' | 'failed' | 'noted';
  readonly why?: string;
  readonly role?: string;
  readonly pce?: string;
  readonly target?: { readonly href: string | null; readonly name: string };
  readonly alert?: string;
  readonly channel?: string;
  readonly reason?: string;
  readonly ticket?: string;
  /** Id of the response it belongs to: its other records bear it too. */
  readonly response?: string;
  /** Who of the approver list agreed. */
  readonly approver?: string;
  readonly before?: string;
  readonly after?: string;
  readonly requestIds?: readonly string[];
  /** Of a start: the roles that hold from here to the next one, since a reload changes no right (core/reload-settings). */
  readonly roles?: Roles;
  /** User groups as they are after this: by group and user, from when on its roles are his, RFC 3339; null = since before. */
  readonly groups?: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
}

/** One line of data/audit.jsonl: an entry in its place in the chain. `hash` = SHA-256 of the line's JSON without `hash`. */
export interface AuditRecord extends AuditEntry {
  readonly seq: number;
  readonly time: string;
  readonly config: string;
  readonly version: string;
  /** The newest commit that was durable then: a state that is older was put back from a backup (design §5). */
  readonly commit?: number;
  readonly prev: string;
  readonly hash: string;
}

/** The file records are appended to. */
export const AUDIT = 'audit.jsonl';

/** Kept for at least so long (definitions §7), ms. */
export const AUDIT_KEPT_MS = 400 * 86_400_000;

/** What a full file is called from then on: by the sequence number of its last record, so that names are in the order of the chain. */
export const archiveName = (seq: number): string => `audit-${String(seq).padStart(12, '0')}.jsonl`;

/** Sequence number of the last record of a file that is full; undefined for any other name. */
export const archivedUpTo = (name: string): number | undefined => {
  const [, seq] = /^audit-(\d{12})\.jsonl$/.exec(name) ?? [];
  return seq === undefined ? undefined : Number(seq);
};

/** The files of the chain among the names of a folder, oldest first. */
export const auditFilesIn = (names: readonly string[]): string[] => [
  ...names.filter((name) => archivedUpTo(name) !== undefined).sort(),
  ...names.filter((name) => name === AUDIT),
];

/** The record that a file was removed for its age: what it ended with, so that the chain may begin behind it. */
export const removalEntry = (name: string, last: Pick<AuditRecord, 'seq' | 'hash' | 'time'>): AuditEntry => ({
  actor: { system: 'bot' },
  actorName: 'bot',
  action: REMOVED,
  verdict: 'noted',
  why: `${name} with the records up to ${last.seq}, of ${last.time}, is older than 400 days and is removed`,
  after: `${last.seq} ${last.hash}`,
});

const REMOVED = 'audit removed';

/** The `prev` of the first record of a chain. */
export const GENESIS = '0'.repeat(64);

/**
 * The next record of a chain: what is hashed is the JSON of everything before `hash`, in the order written here, so that any
 * tool that can hash a line can verify it.
 * @param sha256 hex digest of a UTF-8 text
 */
export const chained = (
  entry: AuditEntry,
  place: { seq: number; time: string; config: string; version: string; commit?: number; prev: string },
  sha256: (text: string) => string,
): AuditRecord => {
  const { prev, ...where } = place;
  const body = { ...where, ...entry, prev };
  return { ...body, hash: sha256(JSON.stringify(body)) };
};

export type ChainVerdict =
  | { readonly ok: true; readonly records: number; readonly head: string }
  | {
      readonly ok: false;
      readonly records: number;
      readonly firstBad: { readonly line: number; readonly seq: number | null; readonly why: string };
    };

/**
 * Checks a chain line by line; the first record that does not follow from the one before is named (fault 43). It may begin behind
 * records that were removed for their age, when a later record of it says so.
 */
export const verifyChain = (lines: readonly string[], sha256: (text: string) => string): ChainVerdict => {
  let { prev, seq: due } = beginningOf(lines);
  let records = 0;
  let line = 0;
  for (const text of lines) {
    line += 1;
    const bad = (why: string, seq: number | null = null): ChainVerdict => ({
      ok: false,
      records,
      firstBad: { line, seq, why },
    });
    const record = objectOf(text);
    if (record === undefined) return bad('not JSON');
    const { hash, ...body } = record;
    const seq = typeof body['seq'] === 'number' ? body['seq'] : null;
    if (typeof hash !== 'string' || hash !== sha256(JSON.stringify(body)))
      return bad('its content does not match its hash', seq);
    if (body['prev'] !== prev) return bad('it does not follow from the record before it', seq);
    if (seq !== due) return bad(`sequence number ${seq} where ${due} was due`, seq);
    prev = hash;
    due += 1;
    records += 1;
  }
  return { ok: true, records, head: prev };
};

/** What the first record has to follow from: nothing, or the last one that was removed. The saying record is checked with the chain. */
const beginningOf = (lines: readonly string[]): { readonly prev: string; readonly seq: number } => {
  const first = objectOf(lines[0] ?? '');
  const seq = first?.['seq'];
  const prev = first?.['prev'];
  if (typeof seq !== 'number' || typeof prev !== 'string' || prev === GENESIS)
    return { prev: GENESIS, seq: 1 };
  const said = lines.some((line) => {
    if (!line.includes(REMOVED)) return false;
    const record = objectOf(line);
    return record?.['action'] === REMOVED && record['after'] === `${seq - 1} ${prev}`;
  });
  return said ? { prev, seq } : { prev: GENESIS, seq: 1 };
};

const objectOf = (line: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
};

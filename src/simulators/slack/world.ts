import { SCOPES, seedChannels, seedGroups, seedUsers } from './seed.ts';
import type {
  AckRecord,
  CallRecord,
  Channel,
  Ephemeral,
  Group,
  Mention,
  StoredFile,
  User,
  UserError,
  View,
} from './types.ts';

/** A trigger_id handed out with a payload: valid for 3 s and for one call (facts/slack §3). */
export interface Trigger {
  readonly user: string;
  readonly at: number;
  /** The modal the interaction came from: only then may a view be pushed. */
  readonly fromView: string | null;
  used: boolean;
}

/** A response_url handed out with a payload: 5 uses in 30 min (facts/slack §3). */
export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly at: number;
  readonly threadTs: string | null;
  /** The message the payload came from, absent for a slash command. */
  readonly original: { ts: string; ephemeral: boolean } | null;
  uses: number;
}

/** Everything the simulated workspace knows. Only this simulator changes it. */
export interface World {
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly channels: Map<string, Channel>;
  readonly ephemerals: Ephemeral[];
  /** Open modals by id; those of one person form a stack in the order of insertion. */
  readonly views: Map<string, View>;
  /** The published App Home of each person. */
  readonly homes: Map<string, View>;
  readonly files: Map<string, StoredFile>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly mentions: Mention[];
  readonly calls: CallRecord[];
  readonly acks: AckRecord[];
  readonly errors: UserError[];
  scopes: readonly string[];
}

/** A new workspace with the people, groups and channels of seed.ts and no message. */
export const createWorld = (): World => ({
  users: byId(seedUsers()),
  groups: byId(seedGroups()),
  channels: byId(seedChannels()),
  ephemerals: [],
  views: new Map(),
  homes: new Map(),
  files: new Map(),
  triggers: new Map(),
  responseUrls: new Map(),
  mentions: [],
  calls: [],
  acks: [],
  errors: [],
  scopes: SCOPES,
});

const byId = <T extends { readonly id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));

const KEPT = 20_000;

/** Appends to a log that keeps about the last 20,000 entries. */
export const remember = <T>(log: T[], entry: T): void => {
  log.push(entry);
  if (log.length > KEPT * 1.1) log.splice(0, log.length - KEPT);
};

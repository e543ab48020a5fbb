/** A JSON object whose shape the other side decides. */
export type Json = Record<string, unknown>;

/** A member as users.info tells it (facts/slack §5): `homeTeam` differs for people of another workspace. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly homeTeam: string;
  readonly email: string;
  deleted: boolean;
  isBot: boolean;
  isAdmin: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  isEmailConfirmed: boolean;
}

/** A user group (subteam, `S…`). A disabled one lists nobody (facts/slack §5). */
export interface Group {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  users: string[];
  disabled: boolean;
}

/** A conversation: a channel `C…` or a direct message `D…` with one person. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: Set<string>;
  archived: boolean;
  extShared: boolean;
  /** The person on the other side of a direct message. */
  readonly user?: string;
  /** Oldest first. Deleted messages stay, flagged. */
  readonly messages: Message[];
}

/** A posted message. `blocks` is empty when the message is text only. */
export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly botId: string | null;
  readonly threadTs: string | null;
  broadcast: boolean;
  text: string;
  blocks: Json[];
  attachments: Json[];
  metadata: Json | null;
  /** True when Slack would show "(edited)": an update without blocks (facts/slack §5.8). */
  edited: boolean;
  updates: number;
  deleted: boolean;
  pinned: boolean;
  readonly fileIds: string[];
  readonly reactions: Map<string, string[]>;
}

/** What only one person sees; it cannot be fetched or updated by ts (facts/slack §5.9). */
export interface Ephemeral {
  readonly ts: string;
  readonly at: number;
  readonly channel: string;
  readonly user: string;
  readonly from: string;
  readonly threadTs: string | null;
  text: string;
  blocks: Json[];
  deleted: boolean;
}

/** An open modal or a published App Home, with what its person typed so far in `values`. */
export interface View {
  readonly id: string;
  readonly user: string;
  readonly type: 'modal' | 'home';
  readonly root: string;
  readonly previous: string | null;
  /** The view as the bot sent it, block ids and action ids filled in. */
  body: Json;
  hash: string;
  values: Record<string, Record<string, Json>>;
  /** What external selects were offered so far, by "block/action": nothing else can be chosen there. */
  readonly offered: Record<string, Json[]>;
  /** Messages of the last `response_action: errors`, by block id. */
  errors: Record<string, string>;
}

/** An upload: `completed` after files.completeUploadExternal, `readyAt` ms when Slack has processed it. */
export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly declaredBytes: number;
  readonly altText: string;
  title: string;
  content: Buffer | null;
  completed: boolean;
  readyAt: number;
  createdAt: number;
  readonly shares: { channel: string; ts: string; threadTs: string | null }[];
}

/** A mention that fires: somebody gets a notification. `source` is the text or element it came from. */
export interface Mention {
  readonly at: number;
  readonly channel: string;
  readonly ts: string;
  readonly kind: 'user' | 'usergroup' | 'channel' | 'here' | 'everyone';
  readonly id: string;
  readonly source: string;
}

/** One Web API call, also refused and spoilt ones. `at` is ms since the epoch. */
export interface CallRecord {
  readonly at: number;
  readonly method: string;
  readonly channel: string | null;
  readonly ok: boolean;
  readonly error: string | null;
  readonly status: number;
  readonly fault?: string;
}

/** One envelope acknowledged after `ms`. */
export interface AckRecord {
  readonly at: number;
  readonly type: string;
  readonly ms: number;
}

/** What a person reads when the app did not answer, or answered what Slack cannot show. */
export interface UserError {
  readonly at: number;
  readonly user: string;
  readonly about: string;
  readonly error: string;
  readonly messages?: readonly string[];
}

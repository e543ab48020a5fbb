import type { Person } from '../alert.ts';

export type ChatErrorCode =
  /** Nobody knows whether Slack acted: no answer was read. Look it up before sending again. */
  | 'unclear'
  /** Not done, may be tried again after `retryAfterMs`. */
  | 'rate-limited'
  | 'unavailable'
  /** Not done and will not be: the channel is gone, archived or the bot is not in it. */
  | 'no-channel'
  /** The message to edit is gone or may no longer be edited. */
  | 'no-message'
  /** Slack refuses the content: our fault. */
  | 'refused-content'
  /** Token, scope or workspace settings forbid it. */
  | 'refused';

/** Times of the messages with one delivery key, oldest first: more than one where a repeat was not recognised in time. */
export type Copies = readonly [string, ...string[]];

export class ChatError extends Error {
  readonly code: ChatErrorCode;
  /** Slack's own error word. */
  readonly slack: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: ChatErrorCode, slack: string, more: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(`Slack: ${slack}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ChatError';
    this.code = code;
    this.slack = slack;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** What a view makes: `text` is the push notification and what screen readers say. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** A Block Kit block, opaque here: views build them with Slack's own types, the adapter sends them. */
export interface Block {
  readonly type: string;
}

/** A modal, opaque like a block. */
export interface Modal {
  readonly type: 'modal';
  readonly callback_id?: string;
  readonly blocks: readonly Block[];
}

/** What a person sees on the app's Home tab, opaque like a block. */
export interface Home {
  readonly type: 'home';
  readonly blocks: readonly Block[];
}

export interface Profile {
  readonly person: Person;
  readonly name: string;
  /** A full, living member of the installing team: no guest, bot, outsider or deleted account. */
  readonly fullMember: boolean;
  /** Why not, for people. */
  readonly why: string | undefined;
  readonly zone: string | undefined;
  /** Only when Slack has confirmed it and we may read it: two accounts with the same one are one person. */
  readonly email?: string;
}

export interface ChannelInfo {
  readonly id: string;
  readonly name: string;
  readonly member: boolean;
  readonly archived: boolean;
  /** Shared, or about to be, with another organisation: no alert, button or file there (definitions §8). */
  readonly external: boolean;
}

/** Slack. `post` and `edit` are called after their `slot`; every method rejects with ChatError. */
export interface Chat {
  /** Waits until the pace of the channel and the workspace allows this call. Resolves at once when it does, and counts it as made. */
  slot(channel: string, call: 'post' | 'edit'): Promise<void>;
  /**
   * Takes the slot of a post where nothing has to be waited for: it is free now, and the channel is known to be no other
   * organisation's. @returns how to give it back unused; undefined where something has to be
   */
  claim(channel: string): (() => void) | undefined;
  post(
    to: { channel: string; thread?: string; broadcast?: boolean; key: string },
    message: Message,
  ): Promise<string>;
  edit(at: { channel: string; ts: string }, message: Message): Promise<void>;
  /** By delivery key, of those of the keys that stand in the channel (or thread) since `since` (epoch ms). */
  find(
    where: { channel: string; thread?: string; since: number },
    keys: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, Copies>>;
  remove(at: { channel: string; ts: string }): Promise<void>;
  ephemeral(to: { channel: string; user: string; thread?: string }, message: Message): Promise<void>;
  /** Answers a command or click by its response_url: ephemeral, works where the bot is no member, 5 times in 30 min. */
  respond(responseUrl: string, message: Message): Promise<void>;
  openView(triggerId: string, view: Modal): Promise<string>;
  updateView(viewId: string, view: Modal): Promise<void>;
  /** Shows a person's Home tab anew. */
  publish(user: string, home: Home): Promise<void>;
  profile(person: Person): Promise<Profile>;
  /** Members of a user group; [] when it is disabled. */
  groupMembers(group: string): Promise<readonly string[]>;
  channel(id: string): Promise<ChannelInfo>;
  permalink(at: { channel: string; ts: string }): Promise<string | undefined>;
  /** The channel of our direct messages with a person. Rejects with ChatError where the right to open one is missing. */
  direct(user: string): Promise<string>;
  /** Shows a file at once. For answers: what becomes of an unread outcome is up to the caller. */
  upload(to: { channel: string; thread?: string }, file: Upload): Promise<void>;
  /** The steps of an upload one by one, for a file that must be neither lost nor shown twice. Nobody sees it before `share`. */
  readonly uploads: {
    /** Hands over the bytes. @returns the file's id, to be made durable before it is shared */
    put(file: Upload): Promise<string>;
    /** Shows it in a thread, with a message beside it; called after the channel's `slot`. */
    share(
      to: { channel: string; thread: string },
      file: { id: string; title: string },
      message: Message,
    ): Promise<void>;
    /** Every place where it is shown; [] when it is shown nowhere, or not known any more. */
    shares(id: string): Promise<readonly { channel: string; ts: string }[]>;
  };
}

/** A file for people. */
export interface Upload {
  readonly name: string;
  readonly title: string;
  /** Text is sent as UTF-8. */
  readonly content: string | Uint8Array;
  /** What a picture shows, in words. */
  readonly altText?: string;
}

/** What a person did in Slack. The adapter has checked where it comes from; ids and texts are still only claims to be looked up. */
export type Inbound =
  | {
      readonly kind: 'command';
      readonly id: string;
      readonly person: Person;
      readonly channel: string;
      /** The thread it was asked in, by naming the bot; absent for what was typed after /illumio. */
      readonly thread?: string;
      readonly text: string;
      /** '' where nothing can be opened in answer: a message that names the bot. */
      readonly triggerId: string;
      readonly responseUrl: string;
    }
  | {
      /** Somebody used a shortcut of the app on a message. */
      readonly kind: 'shortcut';
      readonly id: string;
      readonly person: Person;
      readonly channel: string;
      readonly callbackId: string;
      readonly message: {
        readonly ts: string;
        readonly thread: string | null;
        /** Everything it says, blocks and attachments included. Foreign text. */
        readonly text: string;
      };
      readonly triggerId: string;
      readonly responseUrl: string;
    }
  | {
      readonly kind: 'click';
      readonly id: string;
      readonly person: Person;
      readonly channel: string | null;
      /** The message the button stands in; null for buttons in views. */
      readonly message: {
        readonly ts: string;
        readonly thread: string | null;
        readonly ours: boolean;
      } | null;
      readonly viewId: string | null;
      /** `action_id`: which action. */
      readonly action: string;
      /** The button's value, or the value of the chosen option. */
      readonly value: string;
      readonly triggerId: string;
      readonly responseUrl: string | null;
    }
  | {
      readonly kind: 'submission';
      readonly id: string;
      readonly person: Person;
      /** Opens one more form. */
      readonly triggerId: string;
      readonly viewId: string;
      readonly callbackId: string;
      readonly privateMetadata: string;
      /** By action id of the input; absent inputs are ''. */
      readonly values: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly type: string;
      /** Its `user` is this bot. */
      readonly self: boolean;
      readonly body: Readonly<Record<string, unknown>>;
    };

/** What is said to Slack at once (always under 3 s) and what is done afterwards. */
export interface Handling {
  /** Made durable before the acknowledgement, so that nothing acknowledged is lost (fault 30): milliseconds, never a call. */
  readonly before?: () => Promise<void>;
  /** For submissions: the view shown while the work runs, or errors by input block. */
  readonly ack?: { readonly update: Modal } | { readonly errors: Readonly<Record<string, string>> };
  readonly work?: () => Promise<void>;
}

/** A line of a list: what people read, and the id that comes back, at most 75 characters. */
export interface Choice {
  readonly text: string;
  readonly value: string;
}

/** Somebody types into a list of a form whose choices are ours to offer. It comes again for every letter, and changes nothing. */
export interface Typing {
  readonly person: Person;
  readonly callbackId: string;
  readonly privateMetadata: string;
  /** `action_id` of the list. */
  readonly action: string;
  readonly typed: string;
}

/** What is offered for it, at most 100; from memory, since Slack waits 3 s. Too late or rejected = nothing is. */
export type Suggest = (typing: Typing) => Promise<readonly Choice[]>;

/** Decides what an inbound means. Must not throw and must not wait: waiting belongs into `work`. */
export type Inbox = (inbound: Inbound) => Handling;

import type { CountryOutline } from './country.ts';
import type { Notice } from './output/notice.ts';

export * from './ports/chat.ts';
export * from './ports/pce.ts';
export * from './ports/store.ts';

/** Wall clock in epoch ms, for what is durable; `mono` never jumps, for intervals and time-outs. */
export interface Clock {
  now(): number;
  mono(): number;
  /** Resolves after that many ms, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Unguessable ids: 128 random bits, URL-safe. */
export interface Ids {
  next(): string;
}

/** The one thing pipelines log with: constant messages, data as fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One place outside Slack that alerts go to. */
export interface Output {
  readonly name: string;
  /** Resolves when the receiver has taken the notice. Rejects with OutputError, which says whether it may be sent again. */
  send(notice: Notice): Promise<void>;
  close(): Promise<void>;
}

/** What a caller from outside is told; `body.why` says what was wrong. */
export interface IntakeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly retryAfterS?: number;
}

/** A call from outside that was not taken. */
export interface IntakeRefusal {
  readonly path: string;
  /** The caller's address. */
  readonly from: string;
  readonly status: number;
  readonly why: string;
}

/** Turns a chart into a picture. */
export interface Renderer {
  /** PNG bytes, or undefined on a machine that cannot draw: then the text stands alone. Rejects on SVG that is none. */
  png(svg: string): Promise<Uint8Array | undefined>;
}

/** Where in the world an address is. */
export interface Geo {
  /** ISO 3166-1 alpha-2; undefined where the data does not know. Ask for public addresses only: private ones may get an answer that means nothing. */
  country(address: string): string | undefined;
  outlines(): readonly CountryOutline[];
}

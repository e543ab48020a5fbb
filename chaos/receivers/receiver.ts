/** One notice as it reached a receiver: read from what came over the wire, never from what the bot keeps. */
export interface Copy {
  /** What a receiver is told to know a repeat by: Idempotency-Key, Message-ID, or the `id` of a line. */
  readonly id: string;
  /** What a person reads, without that id. */
  readonly words: string;
}

/** How a receiver misbehaves for one call. `before`: nothing was taken. `after`: it was, and nobody hears of it. */
export type Mishap = 'before' | 'after';

/** A real server that keeps what reaches it. */
export interface Receiver {
  readonly name: string;
  /** The entry under `outputs:` that leads here. */
  readonly yaml: string;
  copies(): readonly Copy[];
  /** Calls whose proof did not hold: a signature that is wrong, a line that is none. */
  wrong(): number;
  /** When the last call came, epoch ms. */
  lastAt(): number;
  /** Goes wrong once, at the next call. */
  mishap(kind: Mishap): void;
  close(): Promise<void>;
}

/** What every receiver keeps. */
export const createLedger = () => {
  const copies: Copy[] = [];
  let wrong = 0;
  let lastAt = 0;
  let next: Mishap | undefined;
  return {
    copies: (): readonly Copy[] => copies,
    wrong: (): number => wrong,
    lastAt: (): number => lastAt,
    mishap: (kind: Mishap): void => {
      next = kind;
    },
    keep: (copy: Copy): void => void copies.push(copy),
    reject: (): void => {
      wrong += 1;
    },
    /** Of this call: how it is to go wrong, if at all. */
    called: (): Mishap | undefined => {
      lastAt = Date.now();
      const due = next;
      next = undefined;
      return due;
    },
  };
};

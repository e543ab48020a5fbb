/**
 * An output that did not take a notice. `message` is for people and holds no secret.
 * `again` = the same notice may be sent again later; `unclear` = it may have been taken, so a repeat may be a second copy.
 */
export class OutputError extends Error {
  readonly again: boolean;
  readonly unclear: boolean;
  /** How long the receiver asked to wait. */
  readonly waitMs: number | undefined;
  constructor(
    message: string,
    more: {
      readonly again: boolean;
      readonly unclear?: boolean;
      readonly waitMs?: number | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'OutputError';
    this.again = more.again;
    this.unclear = more.unclear ?? false;
    this.waitMs = more.waitMs;
  }
}

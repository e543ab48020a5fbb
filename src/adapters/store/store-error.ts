export type StoreErrorCode =
  /** No room: nothing was changed, the next commit tries again. */
  | 'disk-full'
  /** The file system takes no writes. */
  | 'read-only'
  /** Any other fault of reading or writing, and a store that is closed. */
  | 'io'
  /** Another living process uses the directory. */
  | 'locked'
  /** Files are there and none can be used; nothing was changed. */
  | 'corrupt'
  /** A later release wrote the files; nothing was changed. */
  | 'newer-version';

/** What is durable could not be read or written. The message is for the operator and names the file. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

const CODES: Readonly<Record<string, StoreErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'read-only',
};

/** A fault of the file system as a StoreError; one that is a StoreError already stays as it is. @param what was tried, with the path */
export const storeError = (what: string, cause: unknown): StoreError => {
  if (cause instanceof StoreError) return cause;
  const code = CODES[codeOf(cause) ?? ''] ?? 'io';
  return new StoreError(code, `${what}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
};

/** Node's error word, e.g. ENOENT. */
export const codeOf = (cause: unknown): string | undefined => {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
};

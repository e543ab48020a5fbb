import type { Log } from '../src/core/ports.ts';

const nothing = (): void => {};

/** A log that writes nothing: what is measured in this process should not share its stderr. */
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

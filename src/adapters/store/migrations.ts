import { STATE_VERSION } from '../../core/state-schema.ts';

/** How one version of the format becomes the next: the checkpoint's state, and each transition of the journal behind it. */
export interface Migration {
  state(body: unknown): unknown;
  transition(value: unknown): unknown;
}

export interface Format {
  /** The version this release writes. It refuses later ones and brings earlier ones forward. */
  readonly version: number;
  /** By the version it starts from. */
  readonly migrations: Readonly<Record<number, Migration>>;
}

/** None yet: version 1 is the first. */
export const FORMAT: Format = { version: STATE_VERSION, migrations: {} };

/** The steps from a version to today's, as one; undefined when one is missing. */
export const migrationFrom = (version: number, format: Format): Migration | undefined => {
  const steps: Migration[] = [];
  for (let from = version; from < format.version; from += 1) {
    const step = format.migrations[from];
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return {
    state: (body) => steps.reduce((value, step) => step.state(value), body),
    transition: (value) => steps.reduce((now, step) => step.transition(now), value),
  };
};

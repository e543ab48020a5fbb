/**
 * Every point between a durable write and a call to the world, in the order in which they are passed. Pipelines name the one they
 * have reached; a process that ends at any of them must lose nothing and show nothing twice (promises 2 to 4, tested by chaos/).
 */
export const STEPS = {
  alerts: [
    'events read',
    'poll committed',
    'slot taken',
    'intent durable',
    'posted',
    'sent durable',
    'refusal durable',
    'looked up',
    'verdict durable',
    'edited',
    'shown durable',
  ],
  /** Beside those of `alerts`: a line whose names are in a file. */
  files: ['file put', 'file shown'],
  /** Beside those of `alerts`: an output was told, and that it was is durable. */
  outputs: ['notice taken', 'notice durable'],
  response: [
    'response durable',
    'host read',
    'waiting durable',
    'vote durable',
    'writing durable',
    'put',
    'read back',
    'audited',
    'done durable',
    'end durable',
    'own event seen',
    'repair durable',
  ],
} as const;

export type Step = (typeof STEPS)[keyof typeof STEPS][number];

/** Told of each step as it is reached. It must not throw and must not wait. */
export type Reached = (step: Step) => void;

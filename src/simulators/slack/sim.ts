import { type Changes, createChanges } from './changes.ts';
import { type Clock, systemClock } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import { createIds, type Ids } from './ids.ts';
import { createPace, type Pace } from './pace.ts';
import { createRandom, type Random } from './random.ts';
import { createWorld, type World } from './world.ts';

/** What the simulator can be started with; every field has a default. Times are milliseconds. */
export interface SlackSimulatorOptions {
  /** 0 picks a free one. */
  readonly port?: number;
  /** Posts per second and channel; 0 or Infinity switches every rate limit off. Default 1. */
  readonly pace?: number;
  readonly seed?: number;
  readonly clock?: Clock;
  /** Signed HTTP mode: payloads are POSTed here instead of sent over Socket Mode. Loopback only. */
  readonly requestUrl?: string;
  /** How long an ack may take (Slack: 3 s). */
  readonly ackMs?: number;
  /** When an unacknowledged event is sent again (Slack: at once, after 1 min, after 5 min). */
  readonly retryMs?: readonly number[];
  /** Between server pings on each connection. */
  readonly pingMs?: number;
  /** From completeUploadExternal until a file is processed. */
  readonly fileMs?: number;
}

/** What every part of the simulator works with. */
export interface Sim {
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly pace: Pace;
  readonly faults: Faults;
  readonly changes: Changes;
  readonly ackMs: number;
  readonly retryMs: readonly number[];
  readonly pingMs: number;
  readonly fileMs: number;
  /** Where the app takes requests in signed HTTP mode, null in Socket Mode. */
  requestUrl: string | null;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  url: string;
}

/** A fresh workspace and its machinery; nothing listens yet. */
export const createSim = (options: SlackSimulatorOptions): Sim => {
  const clock = options.clock ?? systemClock();
  const random = createRandom(options.seed ?? 1);
  return {
    world: createWorld(),
    clock,
    random,
    ids: createIds(clock, random),
    pace: createPace(clock, options.pace ?? 1),
    faults: createFaults(),
    changes: createChanges(clock),
    ackMs: options.ackMs ?? 3_000,
    retryMs: options.retryMs ?? [0, 60_000, 300_000],
    pingMs: options.pingMs ?? 10_000,
    fileMs: options.fileMs ?? 200,
    requestUrl: options.requestUrl ?? null,
    url: '',
  };
};

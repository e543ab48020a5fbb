import type { Settings } from './settings.ts';

/** What can change while the bot runs: what is read at each use, and binds no connection, loop or right. */
const LIVE = [
  'routes',
  'rules',
  'custom',
  'highValue',
  'watch',
  'zones',
  'ephemeral',
  'shared',
  'automation',
  'silences',
  'maintenance',
] as const satisfies readonly (keyof Settings)[];

export interface Reloaded {
  /** The running settings with what may change taken from the new ones. */
  readonly settings: Settings;
  /** Sections that differ and hold from the next start on. */
  readonly later: readonly string[];
}

/** What a changed configuration means to a bot that runs. */
export const reloaded = (running: Settings, next: Settings): Reloaded => {
  const taken = Object.fromEntries(LIVE.map((key) => [key, next[key]]));
  const fixed = [...new Set([...Object.keys(running), ...Object.keys(next)])].filter(
    (key) => !LIVE.some((live) => live === key),
  ) as (keyof Settings)[];
  return {
    settings: { ...running, ...taken },
    later: fixed.filter((key) => JSON.stringify(running[key]) !== JSON.stringify(next[key])),
  };
};

import { z } from 'zod';
import type { AlertRule, Life } from '../rule.ts';
import type { CustomRule } from './spec.ts';

const MINUTE_MS = 60_000;
/** How late an event may be recorded (definitions §1): so much longer what was seen is remembered. */
export const LATENESS_MS = 20 * MINUTE_MS;

export const BURST: Life = { kind: 'burst', quietMs: 30 * MINUTE_MS, over: 'nothing more of it' };

/** What a custom rule is to be, is in its own section of the configuration. */
export const NO_OPTIONS = z.strictObject({}).prefault({});

/** What every kind of custom rule is made of. */
export const common = (
  spec: CustomRule,
): Pick<AlertRule, 'id' | 'title' | 'about' | 'severity' | 'on' | 'todo'> => {
  const { id, title, severity, todo, events, notifications, followed } = spec;
  return {
    id,
    title,
    about: `${title} (a rule of this configuration)`,
    severity,
    on: {
      types: [...events, ...(followed?.events ?? [])],
      notices: [...notifications, ...(followed?.notifications ?? [])],
    },
    todo,
  };
};

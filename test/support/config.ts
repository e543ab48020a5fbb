import { z } from 'zod';
import { type ConfigDeps, type ConfigResult, parseConfig } from '../../src/config/parse.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';

/** The least a configuration needs: four lines, so that what is appended begins on line 5. */
export const MINIMAL = `pces: [{name: east, url: "https://pce.example.com:8443", key: api_1, secret: hush}]
slack: {bot_token: xoxb-1, app_token: xapp-1, team: T0SIM0001}
default_channel: C0ALERTS01
fallback_channel: C0BACKUP01
`;

/** A catalogue of one rule with options of every kind and two actions; files and variables by name. */
export const deps = (
  more: { env?: Record<string, string>; files?: Record<string, string>; file?: string } = {},
): ConfigDeps => ({
  file: more.file ?? 'config.yml',
  env: more.env ?? {},
  readFile: (path) => {
    const content = more.files?.[path];
    if (content === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return content;
  },
  catalog: {
    rules: [
      {
        id: 'ven-offline',
        options: z
          .strictObject({
            hosts: z.number().int().min(5).max(99).default(20),
            floor: z.enum(['warning', 'error']).optional(),
            classes: z.array(z.string()).min(1).optional(),
          })
          .prefault({}),
      },
      { id: 'csrf', options: z.strictObject({}).default({}) },
    ],
    actions: ['quarantine', 'release'],
  },
});

/** Parses; fails the test with the errors when the text is not valid. */
export const valid = (text: string, with_: ConfigDeps = deps()): Extract<ConfigResult, { ok: true }> => {
  const result = parseConfig(text, with_);
  if (!result.ok) throw new Error(JSON.stringify(result.errors, null, 1));
  return result;
};

/** The errors of a text; [] when it is valid. */
export const errorsIn = (text: string, with_: ConfigDeps = deps()): readonly ConfigProblem[] => {
  const result = parseConfig(text, with_);
  return result.ok ? [] : result.errors;
};

/** `5 poll.events must be a duration`. */
export const brief = ({ line, path, message }: ConfigProblem): string => `${line} ${path} ${message}`;

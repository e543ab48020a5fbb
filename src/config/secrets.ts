import { type Dict, dict, list } from '../core/foreign.ts';
import { besideConfig, readNamed } from './files.ts';
import type { Flaw, Path } from './problem.ts';

/** Where secrets come from besides the file itself. */
export interface SecretSources {
  /** The configuration file: what `…_file` is relative to. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @throws when the file cannot be read */
  readFile(path: string): string;
}

export interface Secrets {
  /** The value of `path`, resolved; undefined when it is not set. */
  of(path: Path): string | undefined;
  readonly flaws: readonly Flaw[];
}

interface SecretKey {
  readonly key: string;
  readonly required?: true;
  readonly begins?: RegExp;
  readonly example?: string;
  /** Characters it has at least. */
  readonly least?: number;
}

const PCE_KEYS: readonly SecretKey[] = [
  { key: 'key', required: true },
  { key: 'secret', required: true },
  { key: 'write_key' },
  { key: 'write_secret' },
  { key: 'traffic_key' },
  { key: 'traffic_secret' },
];

/** Prefixes as Slack gives them out; with token rotation bot tokens begin `xoxe.xoxb-`. */
const SLACK_KEYS: readonly SecretKey[] = [
  { key: 'bot_token', required: true, begins: /^(xoxe\.)?xoxb-/, example: 'xoxb-' },
  { key: 'app_token', begins: /^xapp-/, example: 'xapp-' },
  { key: 'signing_secret' },
];

const OUTPUT_KEYS: readonly SecretKey[] = [
  { key: 'secret' },
  { key: 'routing_key' },
  { key: 'authorization' },
  { key: 'password' },
];

/** Whoever guesses it can make alerts. */
const INTAKE_KEYS: readonly SecretKey[] = [
  { key: 'secret', required: true, least: 16 },
  { key: 'pagerduty_secret' },
];

/** Reads every secret: literal, `${ENV}`, or the file named by `KEY_file`. Flaws never hold a value. */
export const readSecrets = (tree: unknown, sources: SecretSources): Secrets => {
  const values = new Map<string, string>();
  const flaws: Flaw[] = [];
  const read = (section: unknown, path: Path, keys: readonly SecretKey[]): void => {
    // A section of the wrong shape is told by the schema.
    if (typeof section !== 'object' || section === null || Array.isArray(section)) return;
    for (const key of keys) {
      const result = readSecret(dict(section), path, key, sources);
      if (result === undefined) continue;
      if ('value' in result) values.set(JSON.stringify([...path, key.key]), result.value);
      else flaws.push(result);
    }
  };
  list(dict(tree)['pces']).forEach((pce, i) => {
    read(pce, ['pces', i], PCE_KEYS);
  });
  list(dict(tree)['outputs']).forEach((output, i) => {
    read(output, ['outputs', i], OUTPUT_KEYS);
  });
  read(dict(tree)['intake'], ['intake'], INTAKE_KEYS);
  read(dict(tree)['slack'], ['slack'], SLACK_KEYS);
  return { of: (path) => values.get(JSON.stringify(path)), flaws };
};

const readSecret = (
  section: Dict,
  path: Path,
  { key, required, begins, example, least = 0 }: SecretKey,
  { file, env, readFile }: SecretSources,
): { value: string } | Flaw | undefined => {
  const fileKey = `${key}_file`;
  const literal = section[key];
  const named = section[fileKey];
  const own = [...path, key];
  if (literal !== undefined && named !== undefined)
    return { path: [...path, fileKey], message: `stands beside ${key}`, hint: 'keep one of the two' };
  if (literal === undefined && named === undefined) {
    if (!required) return undefined;
    return { path: own, message: 'is missing', hint: `write \${A_VARIABLE}, or ${fileKey}: path` };
  }
  const where = literal === undefined ? [...path, fileKey] : own;
  let value: string;
  if (typeof named === 'string') {
    const read = readNamed(readFile, besideConfig(file, named.trim()));
    if (!read.ok)
      return {
        path: where,
        message: 'names a file that cannot be read',
        hint: `${read.why}; relative paths begin at this file`,
      };
    value = read.content.trim();
    if (value === '') return { path: where, message: 'names an empty file', hint: 'put the secret into it' };
  } else if (typeof literal === 'string') {
    const [, variable] = /^\$\{([A-Za-z_]\w*)\}$/.exec(literal.trim()) ?? [];
    if (variable === undefined && literal.includes('${'))
      return { path: where, message: 'mixes text and a variable', hint: `the whole value must be \${NAME}` };
    value = (variable === undefined ? literal : (env[variable] ?? '')).trim();
    if (value === '' && variable !== undefined)
      return {
        path: where,
        message: `needs the environment variable ${variable}, which is ${env[variable] === undefined ? 'not set' : 'empty'}`,
        hint: `set it where the bot is started, or use ${fileKey}: path`,
      };
  } else return undefined;
  if (/\s/.test(value))
    return { path: where, message: 'has a space or a line break inside', hint: 'a secret is one word' };
  if (value !== '' && value.length < least)
    return { path: where, message: 'is too short', hint: `${least} characters at least` };
  if (value !== '' && begins !== undefined && !begins.test(value))
    return { path: where, message: `does not begin with ${example}`, hint: 'is it another token?' };
  return { value };
};

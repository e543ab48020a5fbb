import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readNamed } from '../config/files.ts';
import { type ConfigResult, configHash, parseConfig } from '../config/parse.ts';
import { catalog } from './catalog.ts';
import type { Edge } from './verb.ts';

/** Hex SHA-256 of a UTF-8 text. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** A path of the command line as the process sees it. */
export const atCwd = (edge: Pick<Edge, 'cwd'>, path: string): string =>
  isAbsolute(path) ? path : join(edge.cwd, path);

const readText = (path: string): string => readFileSync(path, 'utf8');

/**
 * Reads and checks a configuration file. A file that is not there is a configuration error like any other.
 * @param name as the operator typed it; errors name it so
 * @returns also `hash`, what audit records call this configuration by
 */
export const loadConfig = (
  edge: Pick<Edge, 'cwd' | 'env'>,
  name: string,
): ConfigResult & { hash: string } => {
  const read = readNamed(readText, atCwd(edge, name));
  if (!read.ok) {
    const message = `The file cannot be read: ${read.why}.`;
    const hint = 'copy config.example.yml to config.yml, or name another with --config';
    return { ok: false, errors: [{ file: name, line: 1, path: '', message, hint }], hash: '' };
  }
  const result = parseConfig(read.content, {
    file: name,
    env: edge.env,
    readFile: (path) => readText(atCwd(edge, path)),
    catalog,
  });
  return { ...result, hash: configHash(read.content, sha256) };
};

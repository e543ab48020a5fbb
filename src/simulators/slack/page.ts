import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendBytes } from './http.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** `assets/demo` of the package this file belongs to, found by walking up to package.json. */
const demoFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'assets', 'demo');
};

/** Serves the demo page's files: plain names only, so nothing outside the folder can be asked for. */
export const servePage = async (path: string, response: ServerResponse): Promise<void> => {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const type = TYPES[extname(name)];
  if (type === undefined || !/^[\w-]+\.\w+$/.test(name))
    return sendBytes(response, 404, 'text/plain', 'There is no such page.\n');
  try {
    sendBytes(response, 200, type, await readFile(join(demoFolder(), name)));
  } catch {
    sendBytes(response, 404, 'text/plain', `There is no assets/demo/${name} in this package.\n`);
  }
};

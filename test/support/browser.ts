import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

export const root = new URL('../../', import.meta.url).pathname;

const main = process.env['DEMO_MAIN'] ?? `${root}dist/main.js`;
const path = [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find(
  (one) => one !== undefined && one !== '' && existsSync(one),
);

/** Why tests in a browser cannot run here; none when they can. Vitest does not print the names of skipped tests. */
export const whyNoBrowser = (what: string, needsBuild = true): string => {
  const why =
    path === undefined
      ? ' (skipped: no browser; set CHROMIUM_PATH or install /usr/bin/chromium)'
      : needsBuild && !existsSync(main)
        ? ' (skipped: not built; npm run build)'
        : '';
  if (why !== '') process.stderr.write(`${what}${why}\n`);
  return why;
};

/** Pictures for people only on demand: their clock times would change with every run. */
export const pictures =
  process.env['UPDATE_SCREENSHOTS'] === '1' ? `${root}docs/screenshots/` : `${root}.tmp/`;

/** Nothing but what a test opens is asked for anything: the browser's own services are off. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

/** The demo as a person starts it; resolves once it says where its page is. */
export const openDemo = async (): Promise<Demo> => {
  const child = spawn(process.execPath, [main, 'demo', '--port', '0'], { cwd: root });
  return {
    url: await addressOf(child),
    async close() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
};

const addressOf = (child: ChildProcess): Promise<string> => {
  let said = '';
  child.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout?.on('data', (piece: Buffer) => {
      out += piece.toString();
      const [, url] = /open (http:\/\/127\.0\.0\.1:\d+)/.exec(out) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => reject(new Error(`The demo ended with ${code}: ${said}`)));
  });
};

/** Goes to a place on the demo page and waits until the page knows the workspace: before it sends nothing, and what is typed stays in its box. */
export const visit = async (page: Page, url: string): Promise<void> => {
  await page.goto(url);
  // On a phone the list of channels is folded away: there, not seen.
  await page.locator('#channels li').first().waitFor({ state: 'attached' });
};

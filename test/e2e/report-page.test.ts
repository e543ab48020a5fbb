import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/analytics/summary.ts';
import { verb } from '../../src/cli/analyze.ts';
import { openBrowser, pictures, root, whyNoBrowser } from '../support/browser.ts';
import { estateRows } from '../support/estate-rows.ts';

const skipped = whyNoBrowser('the report of analyze', false);

describe.skipIf(skipped !== '')(`the report of analyze in a browser${skipped}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  const file = join(folder, 'report.html');
  let browser: Browser;
  let summary: Summary;

  beforeAll(async () => {
    const flows = join(folder, 'flows.json');
    writeFileSync(flows, JSON.stringify(estateRows()));
    const out: string[] = [];
    await verb.run(['--flows', flows, '--html', file, '--json', '--now', '2026-09-11T06:00:00Z'], {
      env: {},
      cwd: folder,
      signal: new AbortController().signal,
      out: (text) => out.push(text),
      err: () => {},
    });
    summary = JSON.parse(out.join(''));
    await mkdir(pictures, { recursive: true });
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['report', 1280, 'light'],
    ['report-dark', 1280, 'dark'],
    ['report-phone', 390, 'light'],
  ] as const)(
    '%s: every list and chart is there, nothing is asked for, nothing sticks out at %i px',
    async (name, width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
      const requests: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (line) => complaints.push(line.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(pathToFileURL(file).href);
      expect(requests).toEqual([pathToFileURL(file).href]);
      expect(complaints).toEqual([]);
      expect(await page.locator('.chart svg').count()).toBe(5);
      const named = await page.locator('#sources tbody td:first-child').allInnerTexts();
      expect(named.map((text) => text.split('\n')[0])).toEqual(summary.top.src.map((row) => row.name));
      expect(await page.locator('#scans tbody tr').count()).toBe(summary.scans.length);
      const overflow = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
      expect(overflow).toBe(0);
      await page.screenshot({ path: `${pictures}${name}.png` });
      await page.locator('#cross').scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${root}.tmp/${name}-cross.png` });
      await page.close();
    },
    60_000,
  );
});

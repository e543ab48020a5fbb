import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, openBrowser, openDemo, pictures, visit, whyNoBrowser } from '../support/browser.ts';

const skipped = whyNoBrowser('traffic on the demo page');
const PATIENCE = 30_000;

/** What is typed, the title of its answer, a cell or words in it, and the charts and files in its thread. */
const COMMANDS: readonly (readonly [string, string, RegExp, readonly string[]])[] = [
  ['top src', 'Top sources by connections', /1\. \S+/, ['top-src.csv', 'top-src.png']],
  [
    'blocked',
    'Blocked traffic by destination and service',
    /potentially blocked, to/,
    ['blocked.csv', 'blocked.png'],
  ],
  ['flows env=prod to env=prod', 'Flows env=prod to env=prod', /→/, ['flows.csv', 'flows.png']],
  ['cross env', 'Traffic between values of env', /prod → \S+/, ['cross-env.csv', 'cross-env.png']],
  ['scan', 'Port scans and sweeps', /raw: known edges not removed/, ['scans.csv']],
  ['geo', 'External destinations by country', /countr/, ['countries.csv', 'countries.png']],
  ['services', 'Top services by connections', /\d+\/tcp/, ['top-service.csv', 'top-service.png']],
  ['process', 'Top processes by connections', /1\. \S+/, ['top-process.csv', 'top-process.png']],
];

describe.skipIf(skipped !== '')(`traffic on the demo page${skipped}`, () => {
  let demo: Demo;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [demo, browser] = await Promise.all([openDemo(), openBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page.setDefaultTimeout(PATIENCE);
    await visit(page, `${demo.url}/#maya/soc-alerts`);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  const type = async (words: string): Promise<void> => {
    await page.getByLabel('Message or command').fill(`/illumio ${words}`);
    await page.keyboard.press('Enter');
  };
  const posted = (title: string): Locator =>
    page.locator('#messages .message:not(.ephemeral)', { hasText: title }).last();

  it.each(COMMANDS)(
    '/illumio %s is answered, with its chart and all rows in the thread',
    async (words, title, says, files) => {
      await page.goto(`${demo.url}/#maya/soc-alerts`);
      await type(`${words} --share`);
      const answer = posted(title);
      await answer.getByText(says).first().waitFor();
      const text = (await answer.textContent()) ?? '';
      expect(text).toMatch(says);
      expect(text).toContain('day-bucket totals · prod-east');
      const link = answer.locator('a.replies');
      await link.waitFor();
      await link.click();
      const thread = page.locator('#thread');
      for (const name of files) {
        const file = thread.locator(`a[download="${name}"]`);
        await file.waitFor();
        if (!name.endsWith('.png')) continue;
        const image = thread.locator('img').first();
        await image.waitFor();
        const shown = await image.evaluate(async (element) => {
          const { decode } = element as unknown as { decode(): Promise<void> };
          await decode.call(element);
          const { naturalWidth, alt } = element as unknown as { naturalWidth: number; alt: string };
          return { naturalWidth, alt };
        });
        expect(shown.naturalWidth).toBe(1_600);
        expect(shown.alt).not.toBe('');
      }
    },
    60_000,
  );

  it('the thread of an answer as people see it', async () => {
    await page.goto(`${demo.url}/#maya/soc-alerts`);
    await posted('Top sources by connections').locator('a.replies').click();
    await page.locator('#thread img').first().waitFor();
    await page.screenshot({ path: `${pictures}traffic.png`, animations: 'disabled' });
    expect(await page.locator('#thread').textContent()).toContain('leads with');
  });

  it('a long answer has a next page, for the person who presses it alone', async () => {
    await page.goto(`${demo.url}/#maya/soc-alerts`);
    await type('top pair -n 5');
    const first = page.locator('.ephemeral', { hasText: 'Top pairs by connections' }).last();
    await first.getByText('page 1 of').waitFor();
    await first.getByRole('button', { name: 'Next' }).click();
    const next = page.locator('.ephemeral', { hasText: 'page 2 of' });
    await next.getByText(/^6\. /).waitFor();
    expect(await next.textContent()).toContain('as of');
  });
});

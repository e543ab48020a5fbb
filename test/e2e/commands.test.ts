import { mkdir, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/commands/index.ts';
import { type Demo, openBrowser, openDemo, pictures, whyNoBrowser } from '../support/browser.ts';

const skipped = whyNoBrowser('every command on the demo page');

const PATIENCE = 30_000;
/** Commands a person may give in ten minutes (definitions §8). */
const MOST = 30;
const BOARDS = ['security', 'pce', 'workloads'].map((id) => `/illumio board ${id}`);
const DEEDS = ['ack', 'snooze', 'assign', 'note', 'close', 'test'];
const FAULT = 'Something went wrong in the bot';

const examplesOf = (role: string): string[] =>
  commands.filter((one) => one.role === role && one.id !== 'board').map(({ examples }) => examples[0] ?? '');

describe.skipIf(skipped !== '')(`every command and board on the demo page${skipped}`, () => {
  let demo: Demo;
  let browser: Browser;
  const complaints: string[] = [];

  const openAs = async (user: string): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1_280, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    await page.goto(`${demo.url}/#${user}/soc-alerts`);
    // Before the first message is drawn the page does not know yet who it is.
    await page.locator('#messages .message').first().waitFor();
    return page;
  };

  /** Types a command; what is read then: the answer for this person alone, or the form that opened. */
  const answerTo = async (page: Page, command: string): Promise<string> => {
    const answers = page.locator('.ephemeral');
    const before = await answers.count();
    await page.getByLabel('Message or command').fill(command);
    await page.keyboard.press('Enter');
    const form = page.getByRole('dialog');
    const log = page.locator('#messages');
    const said = await log.textContent();
    // A question that takes long says so first; its answer follows.
    const isFinal = (text: string): boolean => !/Reading [^…]*…/.test(text);
    for (let waited = 0; waited < PATIENCE; waited += 100) {
      if ((await form.count()) > 0) {
        const text = (await form.first().textContent()) ?? '';
        await page.keyboard.press('Escape');
        await form.first().waitFor({ state: 'hidden' });
        return text;
      }
      const texts = (await answers.allTextContents()).slice(before);
      const last = texts[texts.length - 1];
      if (last !== undefined && isFinal(last)) return last;
      // What is done to an alert is shown by its message.
      if (DEEDS.includes(command.split(' ')[1] ?? '') && (await log.textContent()) !== said) return '';
      await page.waitForTimeout(100);
    }
    const trouble = await page.locator('#trouble').textContent();
    throw new Error(`nothing was answered to ${command}. ${trouble ?? ''}`);
  };

  const picture = async (page: Page, name: string): Promise<void> => {
    const answer = page.locator('.ephemeral').last();
    await answer.scrollIntoViewIfNeeded();
    await answer.screenshot({ path: `${pictures}command-${name}.png`, animations: 'disabled' });
  };

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [demo, browser] = await Promise.all([openDemo(), openBrowser()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it('a viewer: an answer to what is for everybody, and a refusal that says why to the rest', {
    timeout: 300_000,
  }, async () => {
    const page = await openAs('sam');
    const mine = [...examplesOf('viewer'), ...BOARDS];
    for (const command of mine) expect(await answerTo(page, command), command).not.toContain(FAULT);
    expect(await page.locator('.ephemeral', { hasText: 'it is for analysts' }).count()).toBe(1);
    const others = [...examplesOf('analyst'), ...examplesOf('responder')];
    for (const command of others.slice(0, MOST - mine.length))
      expect(await answerTo(page, command), command).toContain("can't use");
  });

  it('an analyst: an answer to every question, and all three boards', { timeout: 300_000 }, async () => {
    const page = await openAs('ops');
    for (const command of examplesOf('analyst')) {
      const answer = await answerTo(page, command);
      expect(answer, command).not.toContain(FAULT);
      expect(answer, command).not.toContain("can't use");
      const [, id = ''] = command.split(' ');
      if (['top', 'handover'].includes(id)) await picture(page, id);
    }
    expect(await answerTo(page, '/illumio board security')).toContain('Open alerts · prod-east');
    expect(await answerTo(page, '/illumio board pce')).toMatch(/core0/);
    expect(await answerTo(page, '/illumio board workloads')).toMatch(/Managed/);
    await picture(page, 'board');
    const [, trend = ''] = (await answerTo(page, '/illumio trend agents by=mode')).split('Agents by mode');
    expect(trend).toMatch(/Not sampled, left blank: \d h/);
  });

  it('a responder: an answer or a form, and the boards', { timeout: 300_000 }, async () => {
    const page = await openAs('maya');
    for (const command of [...examplesOf('responder'), ...BOARDS]) {
      const answer = await answerTo(page, command);
      expect(answer, command).not.toContain(FAULT);
    }
    await answerTo(page, '/illumio workload web*');
    await picture(page, 'workload');
  });

  it('a trend that is shared has its chart in the thread', { timeout: 90_000 }, async () => {
    const page = await openAs('jo');
    await page.getByLabel('Message or command').fill('/illumio trend agents by=mode --share');
    await page.keyboard.press('Enter');
    const message = page.locator('#messages .message', { hasText: 'Agents by mode' }).last();
    await message.waitFor();
    await message.getByRole('link', { name: /repl/ }).click();
    const image = page.locator('img[alt^="Agents by mode"]').first();
    await image.waitFor();
    const file = await page.request.get(new URL((await image.getAttribute('src')) ?? '', demo.url).href);
    await writeFile(`${pictures}command-trend.png`, await file.body());
  });

  it('the browser has nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});

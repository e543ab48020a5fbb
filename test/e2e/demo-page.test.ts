import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, openBrowser, openDemo, pictures, visit, whyNoBrowser } from '../support/browser.ts';

const skipped = whyNoBrowser('the demo page');

const PATIENCE = 12_000;
const TAMPERING = 'Firewall tampering on web-01';

// The steps build on each other: one demo, one story. Those about web-01 alone come before its next tampering.
describe.skipIf(skipped !== '')(`the demo page${skipped}`, () => {
  let demo: Demo;
  let browser: Browser;
  /** What the browser complained about: scripts that failed, files that are missing, what its policy refused. */
  const complaints: string[] = [];
  const requested = new Set<string>();

  const open = async (address: string, width = 1280, height = 800): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
    page.on('request', (request) => requested.add(new URL(request.url()).origin));
    await visit(page, `${demo.url}/${address}`);
    return page;
  };
  const picture = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: `${pictures}${name}.png`, animations: 'disabled' });
  };
  const isTooWide = (page: Page): Promise<boolean> =>
    page.evaluate('document.scrollingElement.scrollWidth > innerWidth');
  const alert = (page: Page) => page.locator('#messages .message', { hasText: TAMPERING }).first();

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [demo, browser] = await Promise.all([openDemo(), openBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it('answers a command to the person who typed it', async () => {
    const page = await open('#maya/soc-alerts');
    await page.getByLabel('Message or command').fill('/illumio workload web*');
    await page.keyboard.press('Enter');
    const answer = page.locator('.ephemeral', { hasText: /workloads match web\*/ });
    await answer.getByRole('cell', { name: 'web-01' }).waitFor();
    expect(await answer.textContent()).toContain('Only visible to you');
    await page.keyboard.press('ArrowUp');
    expect(await page.getByLabel('Message or command').inputValue()).toBe('/illumio workload web*');
  });

  it('refuses the quarantine to somebody without rights', async () => {
    const page = await open('#sam/soc-alerts');
    await alert(page).getByRole('button', { name: 'Quarantine…' }).click();
    const refusal = page.locator('.ephemeral', { hasText: "can't quarantine" });
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain('Nothing was changed');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('takes a responder from the alert through the form to the changed message', async () => {
    const page = await open('#maya/soc-alerts');
    await alert(page).getByRole('button', { name: 'Acknowledge' }).waitFor();
    await picture(page, 'demo');
    await alert(page).getByRole('button', { name: 'Quarantine…' }).click();
    const form = page.getByRole('dialog', { name: 'Quarantine web-01' });
    await form.getByLabel('Ticket').waitFor();
    await form.getByRole('button', { name: 'Quarantine' }).click();
    await form.getByText('Please fill this in.').waitFor();
    await form.getByLabel('Reason').selectOption({ index: 1 });
    await form.getByLabel('Ticket').fill('INC-4711');
    await picture(page, 'quarantine');
    await form.getByRole('button', { name: 'Quarantine' }).click();
    await alert(page)
      .getByText(/(Labelled for quarantine|Contained) by @maya/)
      .waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'hidden' });
    expect(await alert(page).getByRole('button', { name: 'Quarantine…' }).count()).toBe(0);
  });

  it('shows an admin the rules; one is switched off and one tuned', async () => {
    const page = await open('#ops/app-home');
    const rule = (id: string) => page.locator('#home .section', { hasText: id }).first();
    const choose = async (id: string, choice: string): Promise<void> => {
      await rule(id).getByLabel('More actions').click();
      await rule(id).getByRole('button', { name: choice }).click();
    };
    const preview = page.getByRole('dialog', { name: 'Change a rule' });
    const save = async (): Promise<void> => {
      await preview.getByText('In the last 7 days').waitFor();
      await preview.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('dialog', { name: 'Saved' }).waitFor();
      await page.keyboard.press('Escape');
    };

    await choose('nen-problem', 'Disable…');
    await save();
    await rule('nen-problem').getByText('in Slack').waitFor();
    expect(await rule('nen-problem').textContent()).toContain('off');

    await choose('authz-denied', 'Tune…');
    const form = page.getByRole('dialog', { name: 'Tune a rule' });
    await form.getByLabel('minutes').fill('soon');
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.getByText('must be a number').waitFor();
    await form.getByLabel('minutes').fill('15');
    await form.getByRole('button', { name: 'Try it' }).click();
    await preview.getByText('minutes default → 15').waitFor();
    await picture(page, 'tune');
    await save();
    await rule('authz-denied').getByText('in Slack').waitFor();
    await page.evaluate(
      "[...document.querySelectorAll('#home *')].find((one) => one.textContent === 'Alert rules').scrollIntoView()",
    );
    await picture(page, 'home');
  });

  it('shows nothing of the rules to somebody who is not named', async () => {
    const page = await open('#sam/app-home');
    const home = page.locator('#home');
    await home.getByText("You can't see the alert rules").waitFor();
    expect(await home.getByRole('button').count()).toBe(0);
    expect(await home.textContent()).not.toContain('nen-problem');
  });

  it('shows people of another workspace only what is shared with them', async () => {
    const page = await open('#otto/soc-alerts');
    const channels = page.getByRole('navigation', { name: 'Channels' }).getByRole('listitem');
    await channels.first().waitFor();
    expect(await channels.allTextContents()).toEqual([expect.stringContaining('shared-vendor')]);
  });

  it('fits a phone', async () => {
    const page = await open('#maya/soc-alerts', 390, 844);
    await alert(page).waitFor();
    expect(await isTooWide(page)).toBe(false);
    await alert(page).scrollIntoViewIfNeeded();
    await picture(page, 'phone');
    await page.getByRole('button', { name: 'Channels and people' }).click();
    await page.getByRole('link', { name: 'Ana Silva' }).click();
    await page.getByText('Ana Silva, approver').waitFor();
    expect(await isTooWide(page)).toBe(false);
  });

  it('an admin writes a rule, sees what it would have done, and sees it fire', {
    timeout: 180_000,
  }, async () => {
    const page = await open('#ops/app-home');
    await page.locator('#home').getByRole('button', { name: 'New rule…' }).click();
    const form = page.getByRole('dialog', { name: 'New rule' });
    await form.getByLabel(/^Id/).fill('Host News');
    await form.getByLabel('Title').fill('Something of a host');
    await form.getByLabel('Event type').fill('agent.tamperin');
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.getByText('must be a short name in small letters').waitFor();
    await form.getByLabel(/^Id/).fill('host-news');
    await form.getByLabel('Event type').fill('agent.tampering, workload.online');
    await form.getByRole('button', { name: 'Try it' }).click();
    await form.getByText('host-news: a new rule').waitFor();
    await form.getByText('In the last 7 days it would have fired').waitFor();
    await picture(page, 'new-rule');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog', { name: 'Saved' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#home .section', { hasText: 'host-news' }).getByText('written by').waitFor();
    await page.goto(`${demo.url}#ops/soc-alerts`);
    // The story goes on with the next host.
    await page.getByText('Something of a host').first().waitFor({ timeout: 150_000 });
  });

  it('loads nothing from elsewhere and the browser has nothing to complain about', () => {
    expect([...requested]).toEqual([demo.url]);
    expect(complaints).toEqual([]);
  });
});

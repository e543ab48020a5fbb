import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, openBrowser, openDemo, pictures, visit, whyNoBrowser } from '../support/browser.ts';

const skipped = whyNoBrowser('the containment page');

const PATIENCE = 10_000;
/** Each step waits for several answers. */
const LONG = { timeout: 90_000 };

// One demo, one story, by the people of the workspace: maya responds, ana responds and approves, ops approves, gus is a guest, otto an outsider.
describe.skipIf(skipped !== '')(`containment on the demo page${skipped}`, () => {
  let demo: Demo;
  let browser: Browser;

  const open = async (address: string): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await visit(page, `${demo.url}/${address}`);
    return page;
  };
  const picture = async (page: Page, name: string): Promise<void> => {
    await page.screenshot({ path: `${pictures}${name}.png`, animations: 'disabled' });
  };
  const type = async (page: Page, command: string): Promise<void> => {
    await page.getByLabel('Message or command').fill(command);
    await page.keyboard.press('Enter');
  };
  /** The last answer for the one who looks that holds this. */
  const answer = async (page: Page, text: string | RegExp): Promise<Locator> => {
    const found = page.locator('.ephemeral', { hasText: text }).last();
    await found.waitFor();
    return found;
  };
  const card = (page: Page, text: string): Locator =>
    page.locator('#messages .message', { hasText: text }).last();
  /** What a host carries, as a look-up says. */
  const labelsOf = async (page: Page, host: string): Promise<string> => {
    const answers = page.locator('.ephemeral', { hasText: new RegExp(`${host}.*role=`, 's') });
    const before = await answers.count();
    await type(page, `/illumio workload ${host}`);
    await answers.nth(before).waitFor();
    return (await answers.nth(before).textContent()) ?? '';
  };
  /** Fills the form that a command opened and sends it. @returns the form */
  const send = async (page: Page, title: string, button: string): Promise<Locator> => {
    const form = page.getByRole('dialog', { name: title });
    await form.getByLabel('Reason').selectOption({ index: 1 });
    await form.getByRole('button', { name: button }).click();
    return form;
  };

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [demo, browser] = await Promise.all([openDemo(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it.each([
    ['a guest', '#guest/soc-alerts', /single-channel guest/],
    ['somebody without a role', '#sam/soc-alerts', /needs the role responder/],
  ])('refuses %s, and says why', LONG, async (_, address, why) => {
    const page = await open(address);
    await type(page, '/illumio quarantine app-06');
    const refusal = await answer(page, why);
    expect(await refusal.textContent()).toContain('Nothing was changed');
    expect(await page.getByRole('dialog').count()).toBe(0);
    if (address.startsWith('#guest')) await picture(page, 'refused-guest');
  });

  it('people of another workspace do not even have the command', LONG, async () => {
    const page = await open('#otto/shared-vendor');
    await type(page, '/illumio quarantine app-06');
    await answer(page, 'is not a valid command');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('explains whether one may', LONG, async () => {
    const page = await open('#maya/soc-alerts');
    await type(page, '/illumio can-i quarantine app-06');
    expect(await (await answer(page, 'you can quarantine app-06 now')).textContent()).toContain('Yes');
    await picture(page, 'can-i');
    const sam = await open('#sam/soc-alerts');
    await type(sam, '/illumio can-i quarantine app-06');
    expect(await (await answer(sam, "you can't quarantine app-06 now")).textContent()).toContain('@secops');
  });

  it(
    'several hosts wait for a second person; who asked cannot approve, somebody else of the list can',
    LONG,
    async () => {
      const ana = await open('#ana/soc-alerts');
      await type(ana, '/illumio quarantine app-06 app-07');
      const form = ana.getByRole('dialog', { name: 'Quarantine 2 hosts' });
      await form.getByText('It is about 2 hosts at once.').waitFor();
      await picture(ana, 'several');
      await send(ana, 'Quarantine 2 hosts', 'Quarantine');
      await form.getByText('nothing was done yet').first().waitFor();
      await ana.keyboard.press('Escape');
      await ana.goto(`${demo.url}/#ana/security-announce`);
      const request = card(ana, 'Quarantine app-06 and app-07');
      await request.getByRole('button', { name: 'Approve' }).click();
      await answer(ana, 'you asked for it yourself');
      await picture(ana, 'approve-own');

      const ops = await open('#ops/security-announce');
      await card(ops, 'Quarantine app-06 and app-07').getByRole('button', { name: 'Approve' }).click();
      await card(ops, 'approved by ops, done').waitFor();
      await picture(ops, 'approved');
      const maya = await open('#maya/soc-alerts');
      expect(await labelsOf(maya, 'app-06')).toContain('Quarantine=Severe');
      expect(await labelsOf(maya, 'app-07')).toContain('Quarantine=Severe');
    },
  );

  it('a release gives the labels back', LONG, async () => {
    const page = await open('#maya/soc-alerts');
    await type(page, '/illumio release app-06');
    const form = await send(page, 'Release app-06', 'Release');
    await form.getByText('nothing was done yet').waitFor();
    const ops = await open('#ops/security-announce');
    await card(ops, 'Release app-06').getByRole('button', { name: 'Approve' }).click();
    await card(ops, 'Release app-06').getByText('approved by ops, done').waitFor();
    await page.keyboard.press('Escape');
    const after = await labelsOf(page, 'app-06');
    expect(after).not.toContain('Quarantine=');
    for (const label of ['app=shop', 'env=stage', 'loc=fra', 'role=app']) expect(after).toContain(label);
  });

  it('says what the budget allows, before anything is asked for', LONG, async () => {
    const page = await open('#maya/soc-alerts');
    await type(page, '/illumio quarantine web-11 web-12 app-11 app-12 db-09 web-13');
    const form = page.getByRole('dialog', { name: 'Quarantine 6 hosts' });
    await form
      .getByText('you may do 5 in 1 h (quarantine), and this is about 6; ask for fewer at once')
      .waitFor();
    await picture(page, 'budget');
    await page.keyboard.press('Escape');
  });

  it('does nothing while responses are disarmed, and says who did it', LONG, async () => {
    const jo = await open('#jo/soc-alerts');
    await type(jo, '/illumio disarm odd clicks');
    await answer(jo, 'Responses are disarmed');
    const maya = await open('#maya/soc-alerts');
    await type(maya, '/illumio quarantine app-13');
    const form = await send(maya, 'Quarantine app-13', 'Quarantine');
    await form.getByText('Nothing was done.').waitFor();
    expect(await form.textContent()).toContain('odd clicks');
    await picture(maya, 'disarmed');
    await maya.keyboard.press('Escape');
    expect(await labelsOf(maya, 'app-13')).not.toContain('Quarantine=');
  });
});

import { mkdir } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, openBrowser, openDemo, pictures, visit, whyNoBrowser } from '../support/browser.ts';

const skipped = whyNoBrowser('look-ups on the demo page');
const PATIENCE = 30_000;

describe.skipIf(skipped !== '')(`look-ups on the demo page${skipped}`, { timeout: 120_000 }, () => {
  let demo: Demo;
  let browser: Browser;
  let maya: Page;
  const complaints: string[] = [];

  const open = async (address: string): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (error) => complaints.push(error.message));
    await visit(page, `${demo.url}/${address}`);
    return page;
  };
  /** Types into the channel's box and waits for the answer that only this person sees. */
  const ask = async (page: Page, text: string, answer: string | RegExp): Promise<Locator> => {
    const said = page.locator('#messages .ephemeral', { hasText: answer });
    const before = await said.count();
    await page.getByLabel('Message or command').fill(text);
    await page.keyboard.press('Enter');
    await said.nth(before).waitFor();
    return said.nth(before);
  };
  const picture = async (page: Page, name: string, at: Locator): Promise<void> => {
    await at.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${pictures}${name}.png`, animations: 'disabled' });
  };

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [demo, browser] = await Promise.all([openDemo(), openBrowser()]);
    maya = await open('#maya/soc-alerts');
    await maya.locator('#messages .message', { hasText: 'Firewall tampering on web-01' }).first().waitFor();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  describe('a responder', () => {
    it('investigates a host, with evidence by direct message', async () => {
      const answer = await ask(maya, '/illumio investigate web-01', 'Investigation of web-01, last 24 h');
      const said = (await answer.textContent()) ?? '';
      for (const part of ['agent.tampering', 'Firewall tampering on web-01', 'Evidence, every time in UTC'])
        expect(said).toContain(part);
      await picture(maya, 'investigation', answer);
    });

    it('reads the audit log, and one event whole', async () => {
      const list = await ask(
        maya,
        '/illumio events type=agent.tampering --since 1h',
        /events? with type=agent.tampering/,
      );
      await picture(maya, 'events', list);
      await list.getByRole('button', { name: 'Details' }).first().click();
      const whole = maya.locator('#messages .ephemeral', { hasText: 'not by a call of the API' }).last();
      await whole.waitFor();
      expect(await whole.textContent()).toContain('the VEN of web-01');
    });

    it('asks who, what changed, what waits, and which words are hosts', async () => {
      await ask(maya, '/illumio who jdoe --since 1h', /jdoe/);
      await ask(maya, '/illumio changes --since 1h', /of the policy/);
      await ask(maya, '/illumio policy pending', /provisioned/);
      await ask(maya, '/illumio find login failed on web-01 and web-02', '2 hosts among');
      await ask(maya, '/illumio events unknown --since 1h', /documented/);
      await ask(maya, '/illumio workload web-01 --fresh', 'read just now');
    });

    it('acts on the hosts of a colleague’s line', async () => {
      await maya
        .getByLabel('Message or command')
        .fill('EDR: beacon from web-01 (10.0.1.1), also seen on db-01');
      await maya.keyboard.press('Enter');
      const line = maya.locator('#messages .message', { hasText: 'EDR: beacon' }).first();
      await line.hover();
      await line.getByRole('button', { name: 'Act on hosts here' }).click();
      const found = maya.locator('#messages .ephemeral', { hasText: 'hosts among' }).last();
      await found.getByRole('button', { name: 'quarantine db-01' }).waitFor();
      await picture(maya, 'hosts', found);
      await found.getByRole('button', { name: 'quarantine db-01' }).click();
      const form = maya.getByRole('dialog', { name: 'Quarantine db-01' });
      await form.getByLabel('Ticket').waitFor();
      expect(await form.getByLabel('Ticket').inputValue()).toContain('/archives/C0SOC0001/p');
      await maya.keyboard.press('Escape');
      await form.waitFor({ state: 'hidden' });
      await found.getByRole('button', { name: 'Quarantine several of these' }).click();
      const choice = maya.getByRole('dialog', { name: 'Quarantine' });
      await choice.getByRole('button', { name: /^Remove web-01/ }).waitFor();
      await choice.getByRole('button', { name: 'Go on' }).click();
      const both = maya.getByRole('dialog', { name: 'Quarantine 2 hosts' });
      await both.getByLabel('Ticket').waitFor();
      expect(await both.getByLabel('Ticket').inputValue()).toContain('/archives/C0SOC0001/p');
      await maya.keyboard.press('Escape');
      await both.waitFor({ state: 'hidden' });
    });

    it('chooses hosts out of what is offered while she types', async () => {
      await maya.getByLabel('Message or command').fill('/illumio quarantine');
      await maya.keyboard.press('Enter');
      const form = maya.getByRole('dialog', { name: 'Quarantine' });
      const box = form.getByRole('combobox', { name: 'Hosts' });
      await box.fill('web');
      await form.getByRole('option', { name: /^web-02 ·/ }).click();
      await box.fill('no-such-host');
      await form.getByText('No results').waitFor();
      await box.fill('db-0');
      await form.getByRole('option', { name: /^db-01 ·/ }).waitFor();
      await picture(maya, 'command-quarantine', form);
      await box.press('Enter');
      await form.getByRole('button', { name: /^Remove db-01/ }).waitFor();
      await form.getByRole('button', { name: 'Go on' }).click();
      const both = maya.getByRole('dialog', { name: 'Quarantine 2 hosts' });
      await both.getByText('web-02').first().waitFor();
      await both.getByText('db-01').first().waitFor();
      await maya.keyboard.press('Escape');
      await both.waitFor({ state: 'hidden' });
    });

    it('investigates what she chose, and is told what is missing', async () => {
      await maya.getByLabel('Message or command').fill('/illumio investigate');
      await maya.keyboard.press('Enter');
      const form = maya.getByRole('dialog', { name: 'Investigate' });
      const go = form.getByRole('button', { name: 'Investigate' });
      await go.click();
      await form.getByText('Choose a host, or labels.').waitFor();
      await form.getByRole('combobox', { name: /^Labels/ }).fill('role=d');
      await form.getByRole('option', { name: 'role=db' }).click();
      await go.click();
      await maya
        .locator('#messages .ephemeral', { hasText: /Investigation of .*role=db/ })
        .last()
        .waitFor();
    });

    it('asks in a thread by naming the bot', async () => {
      const { channels } = (await (await fetch(`${demo.url}/_sim/state`)).json()) as {
        channels: { name: string; messages: { ts: string; text: string }[] }[];
      };
      const root = channels
        .find(({ name }) => name === 'soc-alerts')
        ?.messages.find(({ text }) => text.includes('tampering on web-01'));
      await maya.goto(`${demo.url}/#maya/soc-alerts/${root?.ts}`);
      await maya.getByLabel('Reply', { exact: true }).fill('@illumio workload web-01');
      await maya.keyboard.press('Enter');
      const answer = maya.locator('#replies .ephemeral', { hasText: 'Enforcement' });
      await answer.waitFor();
      await picture(maya, 'thread', answer);
    });
  });

  it('somebody who may only look reads hosts, and is told why not more', async () => {
    const sam = await open('#sam/soc-alerts');
    await ask(sam, '/illumio workload web-01', 'Enforcement');
    await ask(sam, '/illumio find web-01', '1 host among');
    for (const words of ['investigate web-01', 'events', 'who jdoe', 'changes', 'policy pending'])
      await ask(sam, `/illumio ${words}`, `You can't use ${words.split(' ')[0]}`);
  });

  it('somebody of another workspace has neither the command nor the shortcut', async () => {
    const otto = await open('#otto/shared-vendor');
    expect(await otto.getByRole('button', { name: 'Act on hosts here' }).count()).toBe(0);
    await ask(otto, '/illumio investigate web-01', /not a valid command/);
  });

  it('the browser has nothing to complain about', () => expect(complaints).toEqual([]));
});

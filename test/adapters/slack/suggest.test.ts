import { describe, expect, it } from 'vitest';
import type { Choice, Modal, Suggest, Typing } from '../../../src/core/ports.ts';
import { aBench, aModal, CHANNEL, MAYA, stateOf, until } from './support.ts';

const form: Modal = aModal({
  callback_id: 'command-form',
  private_metadata: 'draft-1',
  title: { type: 'plain_text', text: 'Quarantine' },
  submit: { type: 'plain_text', text: 'Go on' },
  blocks: [
    {
      type: 'input',
      block_id: 'hosts',
      label: { type: 'plain_text', text: 'Hosts' },
      element: { type: 'multi_external_select', action_id: 'hosts', min_query_length: 1 },
    },
  ],
});

const choice = (n: number): Choice => ({ text: `web-${n}`, value: `0|/orgs/1/workloads/${n}` });

/** An open form of maya's, and what typing into it gives her. */
const typing = async (suggest: Suggest, mode: 'socket' | 'http' = 'socket') => {
  const bench = await aBench({
    deps: { suggest },
    settings: { mode },
    handle: (inbound) =>
      inbound.kind === 'command'
        ? { work: async () => void (await bench.slack.chat.openView(inbound.triggerId, form)) }
        : {},
  });
  await bench.slack.start();
  if (mode === 'http')
    await bench.sim.control.requestUrl({ url: `http://127.0.0.1:${bench.slack.port()}/slack/events` });
  await bench.sim.control.command({ user: MAYA.user, channel: CHANNEL, text: 'quarantine' });
  await until(() => stateOf(bench.sim).views.length === 1);
  const view = String(stateOf(bench.sim).views[0]?.['id']);
  const type = (value: string) =>
    bench.sim.control.suggest({ user: MAYA.user, view_id: view, action_id: 'hosts', value });
  return { ...bench, view, type };
};

describe('what is typed into a list of a form', () => {
  it('is answered with choices in the acknowledgement, over the real Bolt', async () => {
    const asked: Typing[] = [];
    const { type, inbounds } = await typing(async (typed) => {
      asked.push(typed);
      return [choice(1), choice(2)];
    });
    expect(await type('web')).toMatchObject({
      ok: true,
      options: [
        { text: { type: 'plain_text', text: 'web-1' }, value: choice(1).value },
        { value: choice(2).value },
      ],
    });
    expect(asked).toEqual([
      {
        person: MAYA,
        callbackId: 'command-form',
        privateMetadata: 'draft-1',
        action: 'hosts',
        typed: 'web',
      },
    ]);
    // It changes nothing, so that nothing is recorded or worked on.
    expect(inbounds.map(({ kind }) => kind)).toEqual(['command']);
  });

  it('is answered in HTTP mode too', async () => {
    const { type } = await typing(async () => [choice(1)], 'http');
    expect(await type('web')).toMatchObject({ ok: true, options: [{ value: choice(1).value }] });
  });

  it('may be the same twice: it is answered each time', async () => {
    let times = 0;
    const { type } = await typing(async () => [choice(++times)]);
    await type('web');
    expect(await type('web')).toMatchObject({ options: [{ value: choice(2).value }] });
  });

  it('has no choices where they fail, and says so in the log', async () => {
    const { type, log } = await typing(() => Promise.reject(new Error('broken')));
    expect(await type('web')).toMatchObject({ ok: true, options: [] });
    expect(log.said.map(({ message }) => message)).toContain('choices could not be offered');
  });

  it('has a place in the submission: several choices by their values', async () => {
    const { sim, view, type, inbounds } = await typing(async () => [choice(1), choice(2)]);
    await type('web');
    await sim.control.submit({
      user: MAYA.user,
      view_id: view,
      values: { hosts: [choice(1).value, choice(2).value] },
    });
    expect(inbounds.at(-1)).toMatchObject({
      kind: 'submission',
      values: { hosts: `${choice(1).value},${choice(2).value}` },
    });
    expect(inbounds.at(-1)).toHaveProperty('triggerId', expect.stringMatching(/./));
  });
});

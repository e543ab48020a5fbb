import { describe, expect, it } from 'vitest';
import type { Handling, Inbound, Modal } from '../../../src/core/ports.ts';
import { aBench, aMessage, aModal, type Bench, CHANNEL, MAYA, stateOf, until } from './support.ts';

const button = {
  type: 'actions',
  elements: [
    {
      type: 'button',
      action_id: 'quarantine',
      value: 'r-1',
      text: { type: 'plain_text', text: 'Quarantine…' },
    },
    {
      type: 'overflow',
      action_id: 'more',
      options: ['snooze', 'why'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
    },
  ],
};
const form: Modal = aModal({
  callback_id: 'quarantine',
  private_metadata: 'r-1',
  title: { type: 'plain_text', text: 'Quarantine web-01' },
  submit: { type: 'plain_text', text: 'Quarantine' },
  blocks: [
    {
      type: 'input',
      block_id: 'why',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'reason' },
    },
    {
      type: 'input',
      block_id: 'how',
      label: { type: 'plain_text', text: 'For' },
      element: {
        type: 'static_select',
        action_id: 'for',
        options: ['1h', '4h'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
      },
    },
  ],
});
const said = (text: string): Modal =>
  aModal({ title: { type: 'plain_text', text: 'Quarantine' }, blocks: aMessage(text).blocks });

/** Bench with a message that has buttons. */
const withButtons = async (
  handle: (inbound: Inbound) => Handling = () => ({}),
): Promise<Bench & { ts: string }> => {
  const bench = await aBench({ handle });
  await bench.slack.start();
  const ts = await bench.slack.chat.post({ channel: CHANNEL, key: 'k' }, aMessage('alert', [button]));
  return { ...bench, ts };
};

/** Bench with an open form, opened by a click. */
const withForm = async (handle: (inbound: Inbound) => Handling): Promise<Bench & { view: string }> => {
  const bench: Bench & { ts: string } = await withButtons((inbound) =>
    inbound.kind === 'click'
      ? { work: async () => void (await bench.slack.chat.openView(inbound.triggerId, form)) }
      : handle(inbound),
  );
  await bench.sim.control.click({ user: MAYA.user, channel: CHANNEL, ts: bench.ts, action_id: 'quarantine' });
  await until(() => stateOf(bench.sim).views.length === 1);
  return { ...bench, view: String(stateOf(bench.sim).views[0]?.['id']) };
};

describe('what arrives', () => {
  it('acknowledges the first of a rush before it has read the last', async () => {
    const RUSH = 2_000;
    const readBy: number[] = [];
    const { sim, slack, inbounds } = await aBench({
      // Bot and simulator share this process, and the machine may be slow: what is asked here is an order, not a time.
      sim: { ackMs: 60_000 },
      handle: () => ({
        before: async () => {
          await new Promise(setImmediate);
          readBy.push(inbounds.length);
        },
      }),
    });
    await slack.start();
    await until(() => slack.connections().up === 2);
    const command = { user: MAYA.user, channel: CHANNEL, text: 'help' };
    const outcomes = await Promise.all(Array.from({ length: RUSH }, () => sim.control.command(command)));
    expect(outcomes.filter(({ acked }) => acked)).toHaveLength(RUSH);
    expect(inbounds).toHaveLength(RUSH);
    expect(readBy[0]).toBeLessThan(RUSH / 10);
  });

  it('reads a command', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    const outcome = await sim.control.command({ user: MAYA.user, channel: CHANNEL, text: ' top  <b> ' });
    expect(outcome).toMatchObject({ ok: true });
    expect(inbounds).toEqual([
      {
        kind: 'command',
        id: outcome['trigger_id'],
        person: MAYA,
        channel: CHANNEL,
        text: 'top  <b>',
        triggerId: outcome['trigger_id'],
        responseUrl: outcome['response_url'],
      },
    ]);
  });

  it('reads a click, knows the message as ours, and has 3 s to open a modal', async () => {
    const { sim, inbounds, ts, slack } = await withButtons();
    const outcome = await sim.control.click({
      user: MAYA.user,
      channel: CHANNEL,
      ts,
      action_id: 'quarantine',
    });
    expect(outcome.ms).toBeLessThan(3_000);
    expect(inbounds[0]).toMatchObject({
      kind: 'click',
      person: MAYA,
      channel: CHANNEL,
      message: { ts, thread: null, ours: true },
      viewId: null,
      action: 'quarantine',
      value: 'r-1',
    });
    const view = await slack.chat.openView(String(outcome['trigger_id']), form);
    expect(stateOf(sim).views).toMatchObject([{ id: view, callback_id: 'quarantine' }]);
  });

  it('reads a choice, a thread and an ephemeral message', async () => {
    const { sim, slack, inbounds, ts } = await withButtons();
    const line = await slack.chat.post(
      { channel: CHANNEL, thread: ts, key: 'l' },
      aMessage('line', [button]),
    );
    await slack.chat.ephemeral({ channel: CHANNEL, user: MAYA.user }, aMessage('which?', [button]));
    const own = String(stateOf(sim).ephemerals[0]?.['ts']);
    await sim.control.click({ user: MAYA.user, channel: CHANNEL, ts: line, action_id: 'more', value: 'why' });
    await sim.control.click({ user: MAYA.user, channel: CHANNEL, ts: own, action_id: 'quarantine' });
    expect(inbounds).toMatchObject([
      { action: 'more', value: 'why', message: { ts: line, thread: ts, ours: true } },
      { action: 'quarantine', value: 'r-1', message: { ts: own, thread: null, ours: true } },
    ]);
  });

  it('reads a submission by action id, and answers it with the next view at once', async () => {
    const { sim, inbounds, view } = await withForm(() => ({ ack: { update: said('Checking …') } }));
    const values = { reason: 'ransom note', for: '4h' };
    const outcome = await sim.control.submit({ user: MAYA.user, view_id: view, values });
    expect(outcome).toMatchObject({ ok: true });
    expect(inbounds[1]).toMatchObject({
      kind: 'submission',
      person: MAYA,
      viewId: view,
      callbackId: 'quarantine',
      privateMetadata: 'r-1',
      values,
    });
    expect(stateOf(sim).views).toMatchObject([{ id: view, title: 'Quarantine' }]);
    expect(stateOf(sim).errors).toEqual([]);
  });

  it('shows errors at their inputs', async () => {
    const { sim, view } = await withForm(() => ({ ack: { errors: { why: 'Say why' } } }));
    await sim.control.submit({ user: MAYA.user, view_id: view, values: { reason: 'x', for: '1h' } });
    expect(stateOf(sim).views).toMatchObject([{ id: view, errors: { why: 'Say why' } }]);
  });

  it('hands a shortcut over with everything its message says, and acknowledges one that nobody knows', async () => {
    const { sim, ts, inbounds } = await withButtons();
    const outcome = await sim.control.shortcut({
      user: MAYA.user,
      channel: CHANNEL,
      ts,
      callback_id: 'unknown',
    });
    expect(outcome.ok).toBe(true);
    expect(inbounds).toMatchObject([
      { kind: 'shortcut', callbackId: 'unknown', channel: CHANNEL, message: { ts } },
    ]);
  });

  it('fault 29: acknowledges a thousand commands at once', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    const all = Array.from({ length: 1_000 }, (_, n) =>
      sim.control.command({ user: MAYA.user, channel: CHANNEL, text: `help ${n}` }),
    );
    expect((await Promise.all(all)).every((outcome) => outcome.ok)).toBe(true);
    expect(inbounds.length).toBe(1_000);
  });
});

describe('who it comes from', () => {
  it('hands on an outsider’s click with his own team, so that he is refused and it is audited', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    const ts = await slack.chat.post({ channel: 'C0SHARED1', key: 'k' }, aMessage('alert', [button]));
    await sim.control.click({ user: 'U0OTTO001', channel: 'C0SHARED1', ts, action_id: 'quarantine' });
    expect(inbounds).toMatchObject([{ person: { team: 'T0OTHER01', user: 'U0OTTO001' } }]);
    const [click] = inbounds;
    if (click?.kind !== 'click') throw new Error('no click');
    expect((await slack.chat.profile(click.person)).fullMember).toBe(false);
  });
});

describe('acknowledging first', () => {
  it('acks while the work is still running', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { sim, slack } = await aBench({ handle: () => ({ work: () => held }) });
    await slack.start();
    expect((await sim.control.command({ user: MAYA.user, channel: CHANNEL, text: 'top' })).ok).toBe(true);
    release();
  });

  it.each([
    ['work that fails', (): Handling => ({ work: () => Promise.reject(new Error('boom')) })],
    [
      'an inbox that throws',
      (): Handling => {
        throw new Error('boom');
      },
    ],
  ])('tells the person of %s, once, and logs it once', async (_, handle) => {
    const { sim, slack, log } = await aBench({ handle });
    await slack.start();
    expect((await sim.control.command({ user: MAYA.user, channel: CHANNEL, text: 'top' })).ok).toBe(true);
    await until(() => stateOf(sim).ephemerals.length > 0);
    expect(stateOf(sim).ephemerals).toMatchObject([
      { user: MAYA.user, text: expect.stringContaining('went wrong') },
    ]);
    expect(log.said.filter(({ level }) => level === 'error')).toMatchObject([{ message: 'inbound failed' }]);
  });

  it('tells it in the modal when a submission fails', async () => {
    const { sim, view } = await withForm(() => ({
      ack: { update: said('Checking …') },
      work: () => Promise.reject(new Error('boom')),
    }));
    await sim.control.submit({ user: MAYA.user, view_id: view, values: { reason: 'x', for: '1h' } });
    await until(() => stateOf(sim).views[0]?.['title'] === 'Not done');
  });
});

describe('fault 29: repeats', () => {
  it('handles an event once, however often Slack sends it', async () => {
    const { sim, slack, inbounds } = await aBench();
    await slack.start();
    const event = { type: 'user_change', user: { id: 'U0SAM0001' } };
    for (let n = 0; n < 3; n += 1) await sim.control.event({ event, event_id: 'Ev0REPEAT1' });
    expect(inbounds).toMatchObject([{ kind: 'event', id: 'Ev0REPEAT1', type: 'user_change' }]);
  });

  it('takes an event whose first try never reached us, although it is a retry', async () => {
    const { sim, slack, inbounds } = await aBench({ sim: { retryMs: [300, 300, 300], ackMs: 200 } });
    await sim.control.event({ event: { type: 'user_change', user: { id: 'U0SAM0001' } } });
    await slack.start();
    await until(() => inbounds.length > 0);
    expect(inbounds).toMatchObject([{ kind: 'event', type: 'user_change' }]);
  });
});

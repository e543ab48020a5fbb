import { describe, expect, it } from 'vitest';
import { createIntake } from '../../../src/adapters/slack/inbound.ts';
import type { Chat, Inbound, Suggest } from '../../../src/core/ports.ts';
import { fakeClock, memoryLog } from './support.ts';

const US = {
  team: 'T0SIM0001',
  user: 'U0BOT0001',
  bot: 'B0BOT0001',
  app: 'A0SIM0001',
  enterprise: undefined,
};
const click = (more: object = {}) => ({
  type: 'block_actions',
  api_app_id: 'A0SIM0001',
  team: { id: 'T0SIM0001' },
  user: { id: 'U0MAYA001', team_id: 'T0SIM0001' },
  trigger_id: '1.2.abc',
  channel: { id: 'C0SOC0001' },
  container: { type: 'message', message_ts: '1700000000.000001', channel_id: 'C0SOC0001' },
  message: { ts: '1700000000.000001', bot_id: 'B0BOT0001', app_id: 'A0SIM0001' },
  actions: [{ type: 'button', action_id: 'quarantine', value: 'r-1' }],
  ...more,
});

const anIntake = (suggest: Suggest = async () => []) => {
  const taken: Inbound[] = [];
  const worked: string[] = [];
  const acks: unknown[] = [];
  const clock = fakeClock();
  const log = memoryLog();
  const nothing = { dropPerson: () => {}, dropGroup: () => {}, drop: () => {} };
  const intake = createIntake({
    identity: US,
    inbox: (inbound) => {
      taken.push(inbound);
      const done = async (): Promise<void> => void worked.push(inbound.id);
      return inbound.kind === 'submission' ? { ack: { errors: { a: 'b' } }, work: done } : { work: done };
    },
    suggest,
    chat: {} as Chat,
    people: nothing as never,
    channels: nothing as never,
    clock,
    log,
  });
  /** Resolves when it is acknowledged and worked on. */
  const take = async (
    body: object,
    envelope: string | undefined = undefined,
    ack = async (p?: unknown) => void acks.push(p),
  ): Promise<void> => {
    await intake.take({ body: body as Record<string, unknown>, envelope, ack, through: (work) => work() });
    await intake.idle();
  };
  return { take, taken, worked, acks, clock, log };
};

describe('payloads that are not for us', () => {
  it.each<[object, string, string]>([
    [click({ team: { id: 'T0OTHER01' } }), 'another workspace', 'a click of another installation'],
    [
      { command: '/illumio', team_id: 'T0OTHER01', user_id: 'U1', trigger_id: 't' },
      'another workspace',
      'a command',
    ],
    [click({ api_app_id: 'A0OTHER01' }), 'another app', 'a click for another app'],
    [click({ enterprise: { id: 'E0OTHER01' } }), 'another enterprise', 'a click of another organisation'],
    [
      {
        type: 'event_callback',
        event_id: 'Ev1',
        event: { type: 'x' },
        authorizations: [{ team_id: 'T0OTHER01' }],
      },
      'another workspace',
      'an event authorised elsewhere',
    ],
  ])('are acknowledged and dropped: %j', async (body, why) => {
    const { take, taken, acks, log } = anIntake();
    await take(body);
    expect([taken, acks]).toEqual([[], [undefined]]);
    expect(log.said).toMatchObject([{ level: 'warn', message: 'payload refused', fields: { why } }]);
  });

  it('takes an event of another workspace’s channel that is authorised for ours', async () => {
    const { take, taken } = anIntake();
    const event = {
      type: 'event_callback',
      event_id: 'Ev1',
      team_id: 'T0OTHER01',
      event: { type: 'channel_shared' },
    };
    await take({ ...event, authorizations: [{ team_id: 'T0SIM0001' }] });
    expect(taken.length).toBe(1);
  });
});

describe('a click', () => {
  it.each<[object, boolean, string]>([
    [{}, true, 'in our message'],
    [{ message: { ts: '1.1', bot_id: 'B0OTHER01', app_id: 'A0OTHER01' } }, false, 'in a copy by another app'],
    [{ message: { ts: '1.1', user: 'U0EVIL001' } }, false, 'in a person’s message'],
    [
      { message: undefined, container: { type: 'message', message_ts: '1.1', is_ephemeral: true } },
      true,
      'in an ephemeral message',
    ],
    [{ message: undefined }, false, 'in a message Slack does not show us'],
  ])('%j: ours %s (%s)', async (more, ours) => {
    const { take, taken } = anIntake();
    await take(click(more));
    expect(taken[0]).toMatchObject({ kind: 'click', message: { ours } });
  });

  it('fault 29: is done once when it comes again, in the same envelope or another, and acknowledged each time', async () => {
    const { take, worked, acks } = anIntake();
    await take(click(), 'e1');
    await take(click(), 'e1');
    await take(click(), 'e2');
    await take(click({ trigger_id: undefined }), 'e2');
    expect(worked.length).toBe(2);
    expect(acks.length).toBe(4);
  });

  it('fault 30: is done although the socket died before the ack', async () => {
    const { take, worked, log } = anIntake();
    await take(click(), 'e1', () => Promise.reject(new Error('socket closed')));
    expect(worked).toEqual(['1.2.abc']);
    expect(log.said).toMatchObject([{ level: 'warn', message: 'ack failed' }]);
  });

  it('is remembered for 15 min at least and 30 at most', async () => {
    const { take, worked, clock } = anIntake();
    await take(click(), 'e1');
    await clock.advance(10 * 60_000);
    await take(click(), 'e1');
    expect(worked.length).toBe(1);
    await clock.advance(21 * 60_000);
    await take(click(), 'e1');
    expect(worked.length).toBe(2);
  });
});

it('answers a repeated submission as the first time', async () => {
  const { take, acks, worked } = anIntake();
  const submission = {
    ...click(),
    type: 'view_submission',
    view: { id: 'V1', callback_id: 'c', state: { values: {} } },
  };
  await take(submission, 'e1');
  await take(submission, 'e1');
  const answer = { response_action: 'errors', errors: { a: 'b' } };
  expect([acks, worked.length]).toEqual([[answer, answer], 1]);
});

it('reads every kind of input', async () => {
  const { take, taken } = anIntake();
  const values = {
    a: { text: { type: 'plain_text_input', value: 'FILTERED' } },
    b: { none: { type: 'plain_text_input', value: null } },
    c: { many: { type: 'checkboxes', selected_options: [{ value: 'x' }, { value: 'y' }] } },
    d: { day: { type: 'datepicker', selected_date: '2026-11-22' } },
    e: { who: { type: 'users_select', selected_user: 'U1' } },
    f: { all: { type: 'multi_users_select', selected_users: ['U1', 'U2'] } },
    g: { one: { type: 'radio_buttons', selected_option: null } },
    h: { at: { type: 'datetimepicker', selected_date_time: 1_795_000_000 } },
  };
  await take({ ...click(), type: 'view_submission', view: { id: 'V1', state: { values } } });
  expect(taken[0]).toMatchObject({
    values: {
      text: 'FILTERED',
      none: '',
      many: 'x,y',
      day: '2026-11-22',
      who: 'U1',
      all: 'U1,U2',
      one: '',
      at: '1795000000',
    },
  });
});

describe('typing into a list', () => {
  const typed = (more: object = {}) => ({
    type: 'block_suggestion',
    api_app_id: 'A0SIM0001',
    team: { id: 'T0SIM0001' },
    user: { id: 'U0MAYA001', team_id: 'T0SIM0001' },
    action_id: 'host',
    value: 'web',
    view: { callback_id: 'command-form', private_metadata: 'draft-1' },
    ...more,
  });

  it('is acknowledged with nothing when the choices take longer than 2 s: Slack waits 3', async () => {
    const { take, acks, clock, log } = anIntake(() => new Promise(() => {}));
    const taken = take(typed(), 'e1');
    await clock.advance(1_999);
    expect(acks).toEqual([]);
    await clock.advance(1);
    await taken;
    expect(acks).toEqual([{ options: [] }]);
    expect(log.said).toMatchObject([{ level: 'warn', message: 'choices came too late' }]);
  });

  it('gets nothing from another workspace', async () => {
    const { take, acks } = anIntake(async () => [{ text: 'web-01', value: 'x' }]);
    await take(typed({ team: { id: 'T0OTHER01' } }), 'e1');
    expect(acks).toEqual([{ options: [] }]);
  });
});

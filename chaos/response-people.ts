import { setTimeout as sleep } from 'node:timers/promises';
import { APPROVERS, RESPONDER } from './config.ts';
import { wordsOf } from './judge.ts';
import type { Kind } from './response-judge.ts';
import { hasButton, type Json, rootsIn, rows } from './response-seen.ts';
import type { Host } from './subjects.ts';
import type { ChaosWorld } from './world.ts';

/** A responder asks by the alert's button or a command, approvers agree to whatever they are asked. */
export interface People {
  /** Opens the form about a host. @returns its id; undefined when the bot died, or did not offer one in time */
  open(kind: Kind, host: Host): Promise<string | undefined>;
  /** Sends the form in. @returns whether Slack was told that it arrived */
  submit(view: string, how: { readonly ending: 'ask' | 'release' }): Promise<boolean>;
  /** Presses Approve on every request that still has the button. @returns how many presses were acknowledged */
  approve(): Promise<number>;
  /** Slack as it stands, and with it what forms said that the responder has opened others over since: he has read it. */
  seen(): Json;
}

/** How long a person waits for a form. */
const FORM_MS = 8_000;

export const createPeople = ({ slack, running }: ChaosWorld, reviewMs: number): People => {
  const { control } = slack;
  const read: Json[] = [];
  const connected = (): boolean => Number(control.state()['connections']) > 0;

  const forms = (kind: Kind, host: Host) =>
    rows(control.state()['views']).filter(
      (view) =>
        view['user'] === RESPONDER &&
        view['submit'] !== null &&
        String(view['title']).toLowerCase() === `${kind} ${host.name}`,
    );

  /** Forms that have been sent in and say what came of it. */
  const answers = (): readonly Json[] =>
    rows(control.state()['views']).filter((view) => view['user'] === RESPONDER && view['submit'] === null);

  const ask = async (kind: Kind, host: Host): Promise<void> => {
    const root = rootsIn(control.state()).get(host.name);
    const who = { user: RESPONDER };
    // Nobody may give more than 30 commands in 10 min: what has a button is asked by it.
    if (root !== undefined && root.saysQuarantined === (kind === 'release'))
      await control.click({ ...who, channel: root.channel, ts: root.ts, action_id: kind });
    else await control.command({ ...who, channel: 'C0SOC0001', text: `${kind} ${host.name}` });
  };

  return {
    async open(kind, host) {
      if (!(await until(() => connected() || !running(), FORM_MS)) || !connected()) return undefined;
      const before = new Set(forms(kind, host).map(({ id }) => id));
      // Slack forgets a form as soon as another one is opened (facts/slack §3), the person does not.
      read.push(...answers());
      await ask(kind, host);
      const found = () => forms(kind, host).find(({ id }) => !before.has(id));
      await until(() => found() !== undefined || !running(), FORM_MS);
      const view = found();
      return view === undefined ? undefined : String(view['id']);
    },

    async submit(view, { ending }) {
      const form = rows(control.state()['views']).find(({ id }) => id === view);
      const offers = (value: string): boolean => JSON.stringify(form?.['blocks']).includes(`"${value}"`);
      const timed = offers(String(reviewMs));
      const values = {
        reason: { reason: timed ? 'Unexplained firewall change' : 'Explained' },
        ...(timed ? { review: { review: String(reviewMs) } } : {}),
        ...(timed && offers('release') ? { ending: { ending } } : {}),
      };
      return (await control.submit({ user: RESPONDER, view_id: view, values })).acked;
    },

    async approve() {
      if (!connected()) return 0;
      let acked = 0;
      for (const channel of rows(control.state()['channels']))
        for (const message of rows(channel['messages'])) {
          if (message['deleted'] === true || !hasButton(message, 'approve')) continue;
          // Protected hosts take two of the list: the second one comes when the first has agreed.
          const user = APPROVERS[wordsOf(message).includes('Approved by') ? 1 : 0];
          const at = { channel: String(channel['id']), ts: String(message['ts']) };
          if ((await control.click({ user, ...at, action_id: 'approve' })).acked) acked += 1;
        }
      return acked;
    },

    seen() {
      const state = control.state();
      return { ...state, views: [...read, ...rows(state['views'])] };
    },
  };
};

/** Looks about ten times a second, and never spends more than a fifth of the time in looking. @returns whether it held within the time */
export const until = async (holds: () => boolean | Promise<boolean>, ms: number): Promise<boolean> => {
  const end = Date.now() + ms;
  for (;;) {
    const begun = Date.now();
    if (await holds()) return true;
    if (begun >= end) return false;
    await sleep(Math.max(100, 4 * (Date.now() - begun)));
  }
};

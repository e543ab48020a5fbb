import type { Alert } from '../../core/alert.ts';
import { parseEvidenceRef, parseTargetRef } from '../../core/command.ts';
import { type Chat, ChatError } from '../../core/ports.ts';
import { pickHost } from '../../views/pick-host.ts';
import { alertsOf, type Pressed, show, stale } from './pressed.ts';

/** Opens the form for one host; where a message is about several, asks which. */
export const respond = async (
  action: 'quarantine' | 'release' | 'adopt',
  pressed: Pressed,
): Promise<void> => {
  const { click, value, tell, deps } = pressed;
  const open = (pce: string, href: string, alert: Alert | null, evidence?: string): Promise<void> =>
    deps.responding.open({
      action,
      pce,
      hrefs: [href],
      alert,
      ...(evidence === undefined ? {} : { evidence }),
      person: click.person,
      channel: click.channel,
      triggerId: click.triggerId,
      // Taken up again after a kill, it would say of what was sent in meanwhile that nothing was done.
      shown: () => deps.store.commit([{ type: 'task-done', id: click.id }]),
      say: tell,
    });

  const { target, message: source } = parseEvidenceRef(value);
  const ref = parseTargetRef(target);
  if (ref !== undefined) return open(ref.pce, ref.href, null, source && (await linkTo(source, deps.chat)));
  const alerts = (await alertsOf(value, deps.store)).filter(({ workloads }) => workloads.length > 0);
  const [only] = alerts;
  const href = only?.workloads[0];
  if (only === undefined || href === undefined) return stale(pressed);
  if (alerts.length === 1) return open(only.pce, href, only);
  return show(click, pickHost(action, alerts), deps);
};

/** Where a message can be read; undefined where Slack does not say. */
const linkTo = async (
  at: { readonly channel: string; readonly ts: string },
  chat: Chat,
): Promise<string | undefined> => {
  try {
    return await chat.permalink(at);
  } catch (err) {
    if (err instanceof ChatError) return undefined;
    throw err;
  }
};

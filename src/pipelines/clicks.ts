import { ASK, type Markup, md, message, section } from '../views/parts.ts';
import { ALERT_BUTTONS, BUTTONS, HOST_BUTTONS } from './clicks/buttons.ts';
import { alertsOf, asCommand, type Click, type ClickDeps, show, split, stale } from './clicks/pressed.ts';
import { isExternal } from './external.ts';
import { relink } from './relink.ts';

export type { Click, ClickDeps } from './clicks/pressed.ts';

/** Does what a button says, with the same checks wherever it stood; what is unknown or stale is said to the clicker. */
export const clicked = async (click: Click, deps: ClickDeps): Promise<void> => {
  const tell = (words: Markup, plain: string): Promise<void> =>
    show(click, message(plain, [section(words)]), deps);
  if (click.action === 'new-rule') return deps.rules.begin(click);
  if (click.action === 'rule') return deps.rules.choose(click.value, click);
  if (click.message !== null && !click.message.ours) {
    deps.log.warn(
      { user: click.person.user, channel: click.channel },
      'a click on a message that is not ours',
    );
    return tell(
      md`This button does not belong to a message of this bot. Nothing was done.`,
      'Not a button of this bot',
    );
  }
  if (click.channel !== null && (await isExternal(click.channel, deps)))
    return tell(
      md`This channel is shared with another organisation: buttons do nothing here. Nothing was done.`,
      'Buttons do nothing in a shared channel',
    );
  // Slack wants every action of a message to be another: what is behind the point only numbers them.
  const [action = ''] = click.action.split('.', 1);
  if (action === ASK) return deps.ask(asCommand(click, click.value));
  const [verb, value] = action === 'more' ? split(click.value) : [action, click.value];
  const doer = {
    person: click.person,
    channel: click.channel,
    show: (answer: Parameters<typeof show>[1]) => show(click, answer, deps),
  };
  const pressed = { click, verb, value, doer, tell, deps };
  const button = BUTTONS.get(verb);
  if (button !== undefined) return button(pressed);
  const alerts = await alertsOf(value, deps.store);
  await relink(click, alerts, deps);
  const onHost = HOST_BUTTONS.get(verb);
  if (onHost !== undefined) return onHost(pressed);
  const [first, ...others] = alerts;
  if (first === undefined) return stale(pressed);
  const onAlerts = ALERT_BUTTONS.get(verb);
  if (onAlerts !== undefined) return onAlerts(pressed, [first, ...others]);
  return tell(md`I don't know this button. Nothing was done.`, 'Unknown button');
};

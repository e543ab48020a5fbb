import type { Reply } from '../core/command.ts';
import { targetRef } from '../core/command.ts';
import type { Message } from '../core/ports.ts';
import { actions, askButton, button, md, message, section } from './parts.ts';

type Respond = Extract<Reply, { kind: 'respond' }>;

/** A form cannot open out of a message that names the bot: it opens from this button, with the same checks. */
export const openHere = ({ action, pce, hrefs: [href, ...more] }: Respond): Message => {
  const words =
    more.length === 0
      ? 'The form opens from here.'
      : 'Several at once: in the channel, by /illumio. For the first alone:';
  return message(words, [
    section(md`${words}`),
    actions(
      button({
        action,
        value: targetRef(pce, href),
        text: action === 'release' ? 'Release…' : 'Quarantine…',
      }),
    ),
  ]);
};

/** The same for the form that asks what a command is about. */
export const openFormHere = ({ form }: Extract<Reply, { kind: 'form' }>): Message =>
  message('The form opens from here.', [
    section(md`The form opens from here.`),
    actions(askButton(form.command, `${form.title}…`, form.command)),
  ]);

import type { KnownBlock } from '@slack/types';
import { evidenceRef, targetRef } from '../core/command.ts';
import { labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import { counted, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import { pageButtons } from './ask.ts';
import { actions, askButton, button, context, link, md, message, richText } from './parts.ts';

export interface FoundHosts {
  readonly hosts: readonly { readonly pce: string; readonly workload: Workload }[];
  /** How many matched, and how many words might have. */
  readonly found: number;
  readonly looked: number;
  readonly most: number;
  readonly pces: readonly string[];
  readonly page: number;
  readonly pages: number;
  /** The question again, without its page. */
  readonly again: string;
  /** The message the words stand in. */
  readonly source:
    | { readonly channel: string; readonly ts: string; readonly link: string | undefined }
    | undefined;
}

/** The hosts among some words, each with its state and what can be done about it. */
export const foundHostsView = (here: FoundHosts): Message => {
  const { hosts, found, looked, most, page, pages, again, source, pces } = here;
  const head =
    found === 0
      ? `None of ${counted(looked, 'name or address', 'names and addresses')} is a host on ${listed(pces)}`
      : `${counted(found, 'host')} among ${counted(looked, 'name or address', 'names and addresses')}`;
  return message(head, [
    richText([
      { bold: head },
      ...(found > most ? [`; the first ${most} are shown`] : []),
      ...(source?.link === undefined ? [] : [' in ', link(source.link, 'this message')]),
    ]),
    ...hosts.flatMap((one): KnownBlock[] => [
      richText([
        { bold: one.workload.name },
        ` ${stateText(one.workload)} · ${labelText(one.workload.labels).slice(0, 120)}`,
      ]),
      buttonsOf(one, source),
    ]),
    ...severalOf(hosts, source),
    ...(pages > 1 ? [actions(...pageButtons(again, page, pages))] : []),
    context(md`Names and addresses are matched exactly. PCE ${listed(pces)}`),
  ]);
};

/** Opens a form with all of these that can be isolated, to take some out of. */
const severalOf = (hosts: FoundHosts['hosts'], source: FoundHosts['source']): KnownBlock[] => {
  const hrefs = hosts.filter(({ workload }) => workload.managed).map(({ workload }) => workload.href);
  return hrefs.length < 2
    ? []
    : [
        actions(
          askButton(
            ['quarantine --choose', ...hrefs, ...(source === undefined ? [] : ['--message', source.ts])].join(
              ' ',
            ),
            'Quarantine several of these…',
            'several',
          ),
        ),
      ];
};

const buttonsOf = (
  { pce, workload: { href, name, managed } }: FoundHosts['hosts'][number],
  source: FoundHosts['source'],
): KnownBlock =>
  actions(
    askButton(`workload ${href} --pce ${pce}`, 'Card', 'card', `card of ${name}`),
    askButton(`investigate ${href} --pce ${pce}`, 'Investigate', 'investigate', `investigate ${name}`),
    ...(managed
      ? [
          button({
            action: 'quarantine',
            value: source === undefined ? targetRef(pce, href) : evidenceRef(targetRef(pce, href), source),
            text: 'Quarantine…',
            style: 'danger',
            label: `quarantine ${name}`,
          }),
        ]
      : []),
  );

const stateText = ({ managed, online, ven }: Workload): string => {
  if (!managed) return 'unmanaged';
  if (ven?.status === 'suspended') return 'VEN suspended';
  return online === undefined ? 'state unknown' : online ? 'online' : 'offline';
};

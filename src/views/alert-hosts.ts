import type { KnownBlock } from '@slack/types';
import { NAMED_IN_ROOT } from '../core/alert.ts';
import { type Label, labelText } from '../core/label.ts';
import { clockUtc } from '../core/text.ts';
import { groupsText, leadOf, type ShownAlert, shortGroup } from './alert-title.ts';
import { bold, bullets, clip, context, type Inline, joined, md, richText, section } from './parts.ts';

/** Hosts a message lists with their own line: exactly those that its delivery counts as said. */
export const LISTED = NAMED_IN_ROOT;
/** Characters of names that go into one section; of JSON that all of them may take, beside which the rest of a message fits. */
const NAMES = { section: 2_800, json: 10_000 } as const;
/** Characters of foreign words, so that a message fits whatever they are. */
const SHORT = { name: 100, labels: 400, listed: 100, fact: 100 } as const;

const MODES: Readonly<Record<string, string>> = {
  full: 'full enforcement',
  selective: 'selective enforcement',
  visibility_only: 'visibility only',
  idle: 'idle',
};

/** One host: what it is, and what was seen. */
export const hostDetail = ({ alert, workload }: ShownAlert): KnownBlock[] => {
  const facts: string[] =
    workload === undefined
      ? alert.subject.kind === 'workload' || alert.subject.kind === 'ven'
        ? ['labels unknown']
        : []
      : [
          labels(workload.labels),
          ...(workload.os === undefined ? [] : [clip(workload.os, SHORT.fact)]),
          MODES[workload.mode ?? ''] ?? 'enforcement unknown',
        ];
  return [
    ...(facts.length === 0
      ? []
      : [context(joined([clip(alert.subject.name, SHORT.name), ...facts].map((fact) => md`${fact}`)))]),
    richText(alert.story as readonly Inline[]),
  ];
};

const labels = (set: readonly Label[]): string => clip(labelText(set), SHORT.labels);

/** Several hosts: the first with a line each, the others by number. What leads them has said its part already. */
export const hostList = (all: readonly ShownAlert[]): KnownBlock[] => {
  const lead = leadOf(all);
  const alerts = all.filter((one) => one !== lead);
  const shown = all.slice(0, LISTED).filter((one) => one !== lead);
  const rest = alerts.length - shown.length;
  return [
    ...(rest > 0 && groupsText(alerts) !== '' ? [context(md`${groupsText(alerts)}`)] : []),
    bullets(...shown.map(hostLine)),
    ...(rest > 0 ? [context(md`and ${rest} more, named in the thread`)] : []),
  ];
};

/** What is said of many hosts together, above their list. */
export const ledBy = (alerts: readonly ShownAlert[]): KnownBlock[] => {
  const lead = leadOf(alerts);
  return lead === undefined ? [] : [richText(lead.alert.story as readonly Inline[])];
};

/** `app-01 (shop/prod) since 10:02`, and when it is over `app-01 (shop/prod) 10:02 – 10:14, back online`. */
const hostLine = (shown: ShownAlert): Inline[] => {
  const { alert } = shown;
  const group = shortGroup(shown);
  const end = alert.resolved?.at ?? alert.lastAt;
  return [
    { bold: clip(alert.subject.name, SHORT.name) },
    group === '' ? '' : ` (${clip(group, SHORT.listed)})`,
    alert.count > 1 ? ` ×${alert.count}` : '',
    ...(alert.state !== 'resolved'
      ? [' since ', { time: alert.firstAt }]
      : [
          ' ',
          { time: alert.firstAt },
          ...(clockUtc(alert.firstAt) === clockUtc(end) ? [] : [' – ', { time: end }]),
          `, ${clip(alert.resolved?.why ?? 'over', SHORT.name)}`,
        ]),
  ];
};

/** The count beside a file that names them all. */
export const inFile = (alerts: readonly ShownAlert[]): KnownBlock[] => [
  ...(groupsText(alerts) === '' ? [] : [context(md`${groupsText(alerts)}`)]),
  section(md`${bold(`${alerts.length} hosts`)}: all are named in the file`),
];

/** Every name, in as many sections as it takes: nothing is said only by a number. */
export const names = (all: readonly ShownAlert[]): KnownBlock[] => {
  if (all.length < 2) return [];
  const lead = leadOf(all);
  const alerts = all.filter((one) => one !== lead);
  const pages: string[] = [];
  for (const name of fitting(alerts.map(({ alert }) => alert.subject.name))) {
    const page = pages[pages.length - 1];
    if (page === undefined || page.length + name.length + 2 > NAMES.section) pages.push(name);
    else pages[pages.length - 1] = `${page}, ${name}`;
  }
  return pages.map((page) => richText([page]));
};

/** The names so cut that all of them fit a message: the longest give first, so that names of an ordinary length stay whole. */
const fitting = (names: readonly string[]): string[] => {
  const cut = (most: number): string[] => names.map((name) => clip(name, most));
  const size = (some: readonly string[]): number =>
    some.reduce((sum, name) => sum + JSON.stringify(name).length, 0);
  let most: number = NAMES.section;
  while (most > 1 && size(cut(most)) > NAMES.json) most = Math.floor(most * 0.8);
  return cut(most);
};

import type { KnownBlock } from '@slack/types';
import { labelText } from '../core/label.ts';
import type { Message, Pending } from '../core/ports.ts';
import type { StandingHost } from '../core/standing-state.ts';
import { counted } from '../core/text.ts';
import { csv } from './csv.ts';
import { bullets, clip, context, type Inline, md, message, richText, time } from './parts.ts';

/** Hosts a group names one by one; the file has all. */
const NAMED = 10;
const SHORT = { name: 100, labels: 150, what: 200 } as const;

/** What already is so of one PCE. */
export interface ShownStanding {
  readonly pce: string;
  /** When its hosts were read, epoch ms. */
  readonly readAt: number;
  readonly groups: readonly {
    readonly rule: string;
    readonly title: string;
    readonly hosts: readonly StandingHost[];
  }[];
  /** What is not well with the PCE itself. */
  readonly health: readonly string[];
  /** Drafts of the policy that wait for more than 7 days, or why they could not be read. */
  readonly drafts: readonly Pending[] | { readonly failed: string };
}

/** Per PCE and rule: how many, the first ten hosts. Nothing of it alerts again until it changes. */
export const standingView = (all: readonly ShownStanding[]): Message => {
  const hosts = all.reduce((sum, one) => sum + one.groups.reduce((n, group) => n + group.hosts.length, 0), 0);
  const unwell = all.reduce((sum, { health }) => sum + health.length, 0);
  const drafts = all.reduce((sum, one) => sum + ('failed' in one.drafts ? 0 : one.drafts.length), 0);
  const said =
    hosts + unwell + drafts === 0
      ? 'Nothing stands open: no host is long offline, suspended, cloned or has a condition, and no draft is old'
      : `Standing: ${counted(hosts, 'host')}, ${counted(drafts, 'old draft')}, ${counted(unwell, 'thing')} of a PCE not well`;
  return message(said, [
    richText([{ bold: said }]),
    ...all.flatMap(({ pce, groups, health, drafts, readAt }) => [
      ...groups.flatMap(({ rule, title, hosts: own }) => [
        richText([{ bold: `${title}: ${counted(own.length, 'host')}` }, ` on ${pce} (${rule})`]),
        bullets(...own.slice(0, NAMED).map(hostLine)),
        ...(own.length > NAMED ? [context(md`and ${own.length - NAMED} more, in the file`)] : []),
      ]),
      ...(health.length === 0
        ? []
        : [
            richText([{ bold: `PCE health of ${pce}` }]),
            bullets(...health.map((what) => [clip(what, SHORT.what)])),
          ]),
      ...draftLines(pce, drafts),
      context(md`${pce}: hosts as read ${time(readAt)}`),
    ]),
    context(md`None of this alerts again until it changes.`),
  ]);
};

const draftLines = (pce: string, drafts: ShownStanding['drafts']): KnownBlock[] => {
  if ('failed' in drafts)
    return [context(md`${pce}: its drafts cannot be read: ${clip(drafts.failed, SHORT.what)}`)];
  if (drafts.length === 0) return [];
  const more = drafts.length - NAMED;
  return [
    richText([
      { bold: `Drafts older than 7 days: ${counted(drafts.length, 'object')}` },
      ` on ${pce}, not provisioned`,
    ]),
    bullets(...drafts.slice(0, NAMED).map(draftLine)),
    ...(more > 0 ? [context(md`and ${more} more, in the file`)] : []),
  ];
};

const draftLine = ({ kind, name, change, by, at }: Pending): Inline[] => [
  { bold: clip(name, SHORT.name) },
  ` · ${kind}${change === undefined ? '' : `, ${change}`}${by.name === undefined ? '' : ` by ${clip(by.name, SHORT.name)}`}`,
  ...(at === undefined ? [] : [' ', { time: at }]),
];

const hostLine = ({ host, what, since }: StandingHost): Inline[] => [
  { bold: clip(host.name, SHORT.name) },
  ` · ${clip(labelText(host.labels), SHORT.labels)} · ${clip(what, SHORT.what)}`,
  ...(since === undefined ? [] : [' ', { time: since }]),
];

/** All of it as a list for a file. */
export const standingCsv = (all: readonly ShownStanding[]): string =>
  csv(
    ['pce', 'rule', 'host', 'labels', 'what', 'since'],
    all.flatMap(({ pce, groups, health, drafts }) => [
      ...groups.flatMap(({ rule, hosts }) =>
        hosts.map(({ host, what, since }) => [
          pce,
          rule,
          host.name,
          labelText(host.labels),
          what,
          since === undefined ? '' : new Date(since).toISOString(),
        ]),
      ),
      ...health.map((what) => [pce, 'pce-health', '', '', what, '']),
      ...('failed' in drafts ? [] : drafts).map(({ kind, name, change = 'draft', at }) => [
        pce,
        'policy-draft-broad',
        name,
        '',
        `${kind} ${change}`,
        at === undefined ? '' : new Date(at).toISOString(),
      ]),
    ]),
  );

import { labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
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
}

/** Per PCE and rule: how many, the first ten hosts. Nothing of it alerts again until it changes. */
export const standingView = (all: readonly ShownStanding[]): Message => {
  const hosts = all.reduce((sum, one) => sum + one.groups.reduce((n, group) => n + group.hosts.length, 0), 0);
  const unwell = all.reduce((sum, { health }) => sum + health.length, 0);
  const said =
    hosts + unwell === 0
      ? 'Nothing stands open: no host is long offline, suspended, cloned or has a condition'
      : `Standing: ${counted(hosts, 'host')}, ${counted(unwell, 'thing')} of a PCE not well`;
  return message(said, [
    richText([{ bold: said }]),
    ...all.flatMap(({ pce, groups, health, readAt }) => [
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
      context(md`${pce}: hosts as read ${time(readAt)}`),
    ]),
    context(md`None of this alerts again until it changes. Drafts of the policy are not looked at.`),
  ]);
};

const hostLine = ({ host, what, since }: StandingHost): Inline[] => [
  { bold: clip(host.name, SHORT.name) },
  ` · ${clip(labelText(host.labels), SHORT.labels)} · ${clip(what, SHORT.what)}`,
  ...(since === undefined ? [] : [' ', { time: since }]),
];

/** All of it as a list for a file. */
export const standingCsv = (all: readonly ShownStanding[]): string =>
  csv(
    ['pce', 'rule', 'host', 'labels', 'what', 'since'],
    all.flatMap(({ pce, groups, health }) => [
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
    ]),
  );

import type { KnownBlock } from '@slack/types';
import { targetRef } from '../core/command.ts';
import type { Case, Entry, PeerFlow } from '../core/investigation/case.ts';
import { byDecision, connectedSystems } from '../core/investigation/peer-flows.ts';
import { labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';
import {
  actions,
  askButton,
  bullets,
  button,
  context,
  day,
  type Inline,
  md,
  message,
  preformatted,
  richText,
  table,
} from './parts.ts';

export interface ShownInvestigation {
  /** What was asked for: `web-01`, `env=prod`. */
  readonly asked: string;
  readonly pce: string;
  readonly window: string;
  readonly read: Case;
  readonly timeline: readonly Entry[];
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly basis: readonly string[];
}

/** Lines of a timeline and peers that fit one screen; the rest is in the files. */
const MOST = { entries: 18, peers: 5, hosts: 12, systems: 8 } as const;

/** What happened to one host, or to several: in words, with the evidence beside it. */
export const investigationView = (shown: ShownInvestigation): Message => {
  const { asked, window, read } = shown;
  const title = `Investigation of ${asked}, ${window}`;
  const [only, second] = read.hosts;
  return message(title, [
    richText([{ bold: title }], ...(only !== undefined && second === undefined ? [[stateOf(only)]] : []), [
      sums(shown),
    ]),
    ...(second === undefined ? [] : [hostTable(shown)]),
    ...timelineBlocks(shown),
    ...(second === undefined ? peerBlocks(read.peers) : systemBlocks(read)),
    ...(only !== undefined && second === undefined ? [buttons(only, shown)] : []),
    ...evidenceBlocks(shown),
    context(md`${[...shown.basis, shown.pce].join(' · ')}`),
  ]);
};

const stateOf = ({ labels, interfaces, mode, managed, online }: Workload): string =>
  [
    labelText(labels),
    listed(
      interfaces.map(({ address }) => address),
      3,
    ) || 'no address known',
    managed ? (online === undefined ? 'state unknown' : online ? 'online' : 'offline') : 'unmanaged',
    ...(managed ? [`enforcement ${(mode ?? 'unknown').replace('_', ' ')}`] : []),
  ].join(' · ');

const sums = ({ read, timeline }: ShownInvestigation): string => {
  const audit = new Set(timeline.filter(({ kind }) => AUDIT.has(kind)).map(({ ref }) => ref));
  const connections = byDecision(read.peers);
  return [
    counted(audit.size, 'audit event'),
    counted(read.alerts.length, 'alert'),
    counted(read.responses.length, 'response'),
    `${grouped(connections.allowed)} connections allowed, ${grouped(connections.blocked)} blocked, ${grouped(connections.potentially_blocked)} potentially blocked`,
  ].join(' · ');
};

const timelineBlocks = ({ timeline, read }: ShownInvestigation): KnownBlock[] => {
  const told = timeline.filter(({ routine }) => !routine);
  if (told.length === 0) return [richText(['Nothing happened to it that is not everyday talk of its VEN.'])];
  const several = read.hosts.length > 1;
  const names = new Map(read.hosts.map(({ href, name }) => [href, name]));
  const shown = told.length <= MOST.entries ? told : chosen(told);
  return [
    bullets(
      ...shown.map(({ at, who, text, host }): Inline[] => [
        day(at),
        ` ${several ? `${names.get(host) ?? host}: ` : ''}${clipped(text)}${who === '' ? '' : ` — ${who}`}`,
      ]),
    ),
    ...(told.length > shown.length
      ? [context(md`${grouped(told.length - shown.length)} more in timeline.csv`)]
      : []),
  ];
};

/** Four of each kind before more of any: responses, alerts, labels and policy before single events and flows; in their order. */
const chosen = (told: readonly Entry[]): readonly Entry[] => {
  const count = new Map<string, number>();
  const ranked = told.map((entry) => {
    const before = count.get(entry.kind) ?? 0;
    count.set(entry.kind, before + 1);
    return { entry, round: Math.floor(before / 4), weight: WEIGHT.indexOf(entry.kind) };
  });
  const kept = new Set(
    ranked
      .sort((a, b) => a.round - b.round || a.weight - b.weight)
      .slice(0, MOST.entries)
      .map(({ entry }) => entry),
  );
  return told.filter((entry) => kept.has(entry));
};

const WEIGHT: readonly Entry['kind'][] = [
  'response',
  'alert',
  'labels',
  'provisioned',
  'flow',
  'draft',
  'event',
];
const AUDIT: ReadonlySet<Entry['kind']> = new Set(['event', 'labels', 'draft', 'provisioned']);

const clipped = (text: string): string => (text.length <= 180 ? text : `${text.slice(0, 179)}…`);

const peerBlocks = (peers: readonly PeerFlow[]): KnownBlock[] => {
  const line = (
    label: string,
    wanted: readonly PeerFlow['decision'][],
    direction: 'in' | 'out',
  ): Inline[][] => {
    const some = peers.filter((one) => one.direction === direction && wanted.includes(one.decision));
    if (some.length === 0) return [];
    const names = some
      .slice(0, MOST.peers)
      .map(({ peer, service, connections }) => `${peer.name} ${service} (${grouped(connections)})`);
    const more = some.length > MOST.peers ? ` and ${grouped(some.length - MOST.peers)} more` : '';
    return [[{ bold: label }, ` ${names.join(', ')}${more}`]];
  };
  const lines = [
    ...line('Blocked in', ['blocked', 'potentially_blocked'], 'in'),
    ...line('Blocked out', ['blocked', 'potentially_blocked'], 'out'),
    ...line('Allowed in', ['allowed', 'unknown'], 'in'),
    ...line('Allowed out', ['allowed', 'unknown'], 'out'),
  ];
  return [richText(...(lines.length === 0 ? [['No traffic was reported for it.']] : lines))];
};

const hostTable = ({ read, timeline }: ShownInvestigation): KnownBlock =>
  table(
    ['Host', 'What happened', 'Blocked'],
    read.hosts.slice(0, MOST.hosts).map(({ href, name }) => {
      const own = timeline.filter((entry) => entry.host === href && !entry.routine && entry.kind !== 'flow');
      const { blocked, potentially_blocked } = byDecision(read.peers.filter(({ host }) => host === href));
      return [name, counted(own.length, 'entry', 'entries'), grouped(blocked + potentially_blocked)];
    }),
    [2],
  );

const systemBlocks = ({ peers, hosts }: Case): KnownBlock[] => {
  const systems = connectedSystems(peers, new Set(hosts.map(({ href }) => href)));
  const distinct = new Set(systems.map(({ key }) => key)).size;
  const head = `${counted(distinct, 'connected system')} outside the set`;
  return [
    ...(hosts.length > MOST.hosts
      ? [context(md`${grouped(hosts.length - MOST.hosts)} more hosts in hosts.csv`)]
      : []),
    richText(
      [{ bold: head }],
      ...systems
        .slice(0, MOST.systems)
        .map(({ name, direction, service, decision, connections, hosts: some }) => [
          `${direction === 'in' ? '→' : '←'} ${name} ${service} ${decision.replace('_', ' ')}, ${grouped(connections)} connections with ${counted(some, 'host')}`,
        ]),
      ...(systems.length > MOST.systems
        ? [[`${grouped(systems.length - MOST.systems)} more rows in connected-systems.csv`]]
        : []),
    ),
  ];
};

const buttons = ({ href, name, managed }: Workload, { pce, read }: ShownInvestigation): KnownBlock => {
  const action = read.quarantined.has(href) ? 'release' : 'quarantine';
  return actions(
    ...(managed
      ? [
          button({
            action,
            value: targetRef(pce, href),
            text: action === 'release' ? 'Release…' : 'Quarantine…',
            ...(action === 'quarantine' ? { style: 'danger' as const } : {}),
            label: `${action} ${name}`,
          }),
        ]
      : []),
    askButton(`workload ${href} --pce ${pce}`, 'Card', 'card'),
  );
};

const evidenceBlocks = ({ files }: ShownInvestigation): KnownBlock[] => [
  context(md`Evidence, every time in UTC; SHA-256 of the files:`),
  preformatted(files.map(({ name, sha256 }) => `${sha256}  ${name}`)),
];

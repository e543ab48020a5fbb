import type { Alert, Person } from '../core/alert.ts';
import { targetRef } from '../core/command.ts';
import { serviceName } from '../core/flow.ts';
import { labelText } from '../core/label.ts';
import type { Message } from '../core/ports.ts';
import { counted, grouped, listed, span } from '../core/text.ts';
import type { Mode, Workload } from '../core/workload.ts';
import { pageButtons } from './ask.ts';
import { csv } from './csv.ts';
import {
  actions,
  askButton,
  button,
  context,
  type Inline,
  linkButton,
  md,
  message,
  richText,
  table,
} from './parts.ts';

export interface Card {
  readonly pce: string;
  readonly workload: Workload;
  readonly alerts: readonly Alert[];
  /** Our quarantine of it, when there is one. */
  readonly quarantine: { readonly by: Person; readonly byName: string; readonly at: number } | undefined;
  /** Whether the asker may see open services; `unread` = he may, and the PCE did not answer: why. */
  readonly services: 'shown' | 'not allowed' | { readonly unread: string };
  /** The action its button opens; undefined when there is none to offer. */
  readonly action: 'quarantine' | 'release' | undefined;
  /** It carries the quarantine label and nobody here put it on: it can be taken over. */
  readonly stray: boolean;
  /** Page in the PCE's console. */
  readonly link: string;
  /** When the inventory was read; undefined when the host itself was read just now. */
  readonly inventoryAt: number | undefined;
}

/** Services a card names. */
const LISTED = 12;

const MODES: Readonly<Record<Mode, string>> = {
  full: 'full',
  selective: 'selective (inbound denies only)',
  visibility_only: 'visibility only (enforces nothing)',
  idle: 'idle (enforces nothing)',
};

/** One workload, the way an analyst reads it (messages.md "Workload"). @param now epoch ms */
export const workloadCard = (card: Card, now: number): Message => {
  const { workload, pce, link, action } = card;
  const buttons = [
    askButton(
      `investigate ${workload.href} --pce ${pce}`,
      'Investigate',
      'investigate',
      `investigate ${workload.name}`,
    ),
    askButton(`flows ${workload.href} --pce ${pce}`, 'Flows', 'flows', `flows of ${workload.name}`),
    ...(action === undefined
      ? []
      : [
          button({
            action,
            value: targetRef(pce, workload.href),
            text: action === 'quarantine' ? 'Quarantine…' : 'Release…',
            ...(action === 'quarantine' ? { style: 'danger' as const } : {}),
            label: `${action} ${workload.name}`,
          }),
        ]),
    ...(card.stray
      ? [
          button({
            action: 'adopt',
            value: targetRef(pce, workload.href),
            text: 'Adopt…',
            label: `adopt the quarantine of ${workload.name}`,
          }),
        ]
      : []),
    ...(/^https?:/.test(link) ? [linkButton('open', 'Open in PCE', link)] : []),
  ];
  return message(`${workload.name}: ${stateText(workload, now)}`, [
    richText(
      [{ bold: workload.name }, `   ${stateText(workload, now)}`],
      [addresses(workload)],
      [labelText(workload.labels)],
      [enforcement(workload, now)],
      ...riskLines(workload),
      ...serviceLines(card),
      alertLine(card.alerts),
      ...quarantineLine(card),
    ),
    ...(buttons.length === 0 ? [] : [actions(...buttons)]),
    context(md`PCE ${pce} · ${ageText(card.inventoryAt, now)}`),
  ]);
};

const ageText = (inventoryAt: number | undefined, now: number): string =>
  inventoryAt === undefined ? 'read just now' : `inventory ${span(now - inventoryAt)} old`;

/** Unmanaged rows always say online (facts §4.2), so nothing is said about them. */
const stateText = ({ managed, online, ven }: Workload, now: number): string => {
  if (!managed) return 'unmanaged: no VEN, so its state is not known';
  const heard = ven?.heartbeatAt === undefined ? '' : `, last heartbeat ${span(now - ven.heartbeatAt)} ago`;
  if (ven?.status === 'suspended') return `VEN suspended${heard}`;
  return `${online === undefined ? 'state unknown' : online ? 'online' : 'offline'}${heard}`;
};

const addresses = ({ interfaces, publicAddress, os }: Workload): string =>
  [
    ...interfaces.slice(0, 6).map(({ name, address }) => (name === '' ? address : `${address} (${name})`)),
    ...(interfaces.length > 6 ? [`and ${interfaces.length - 6} more addresses`] : []),
    ...(publicAddress === undefined || interfaces.some(({ address }) => address === publicAddress)
      ? []
      : [`${publicAddress} (public)`]),
    os ?? 'OS unknown',
  ].join(' · ');

const enforcement = ({ managed, mode, policy, ven }: Workload, now: number): string => {
  if (!managed) return 'Enforcement: none, the PCE does not control this host';
  const sync: Readonly<Record<string, string>> = {
    applied: 'in sync',
    syncing: 'syncing',
    staged: 'staged, waits for Apply Policy',
  };
  return [
    `Enforcement ${mode === undefined ? 'unknown' : MODES[mode]}`,
    policy.appliedAt === undefined
      ? `policy ${sync[policy.sync ?? ''] ?? 'state unknown'}`
      : `policy applied ${span(now - policy.appliedAt)} ago${receivedText(policy, now)}, ${sync[policy.sync ?? ''] ?? 'state unknown'}`,
    ven === undefined
      ? 'VEN unknown'
      : `VEN ${ven.version ?? 'version unknown'}, ${ven.conditions.length === 0 ? 'healthy' : listed(ven.conditions, 3)}`,
  ].join(' · ');
};

/** Only where the PCE gives one (facts §4.2 risk, since 23.5). */
const riskLines = ({ risk }: Workload): Inline[][] =>
  risk === undefined
    ? []
    : [
        [
          `Ransomware exposure ${risk.exposure}${risk.protectedPercent === undefined ? '' : `, ${risk.protectedPercent} % protected`}`,
        ],
      ];

/** Said only where a newer policy was received than was applied. */
const receivedText = ({ receivedAt, appliedAt }: Workload['policy'], now: number): string =>
  receivedAt === undefined || appliedAt === undefined || receivedAt <= appliedAt
    ? ''
    : ` (a newer one received ${span(now - receivedAt)} ago)`;

const serviceLines = ({ services, workload }: Card): Inline[][] => {
  if (!workload.managed || services === 'not allowed') return [];
  if (services !== 'shown') return [[`Listening: could not be read (${services.unread})`]];
  if (workload.services === undefined) return [['Listening: not reported']];
  const open = [
    ...new Set(
      workload.services
        .toSorted((a, b) => a.port - b.port)
        .map(({ port, protocol, process }) => `${serviceName(protocol, port)} ${process ?? ''}`.trim()),
    ),
  ];
  if (open.length === 0) return [['Listening: nothing']];
  const more = open.length > LISTED ? ` · and ${open.length - LISTED} more` : '';
  return [[`Listening: ${open.slice(0, LISTED).join(' · ')}${more}`]];
};

const alertLine = (alerts: readonly Alert[]): Inline[] =>
  alerts.length === 0
    ? ['Open alerts: none']
    : [
        'Open alerts: ',
        ...alerts
          .slice(0, 5)
          .flatMap(({ title, firstAt }, at): Inline[] => [
            ...(at === 0 ? [] : [', ']),
            { bold: title },
            ' (',
            { time: firstAt },
            ')',
          ]),
        ...(alerts.length > 5 ? [` and ${alerts.length - 5} more`] : []),
      ];

const quarantineLine = ({ quarantine, stray }: Card): Inline[][] =>
  quarantine === undefined
    ? stray
      ? [
          [
            { bold: 'Carries the quarantine label' },
            ', not by this bot: nobody watches it, and it has no end',
          ],
        ]
      : []
    : [[{ bold: 'Quarantined by this bot' }, ` for ${quarantine.byName} at `, { time: quarantine.at }]];

export interface ListedHost {
  readonly pce: string;
  readonly workload: Workload;
}

/** Several workloads: a page of them, with how many there are (messages.md). */
export const workloadList = (
  said: string,
  hosts: readonly ListedHost[],
  options: {
    /** How many match. */
    readonly total: number;
    readonly page: number;
    readonly pages: number;
    /** The question again, without its page. */
    readonly again: string;
    readonly pces: readonly string[];
    /** Age of the inventory; undefined when it was read just now. */
    readonly ageMs: number | undefined;
  },
): Message => {
  const { total, page, pages, again, pces, ageMs } = options;
  const several = pces.length > 1;
  const rest = total - hosts.length;
  const head = `${counted(total, 'workload')} ${total === 1 ? 'matches' : 'match'} ${said}`;
  return message(head, [
    richText([{ bold: head }]),
    table(
      ['Host', 'State', 'Labels', ...(several ? ['PCE'] : [])],
      hosts.map(({ workload, pce }) => [
        workload.name,
        shortState(workload),
        labelText(workload.labels),
        ...(several ? [pce] : []),
      ]),
    ),
    ...(rest === 0
      ? []
      : [context(md`page ${page} of ${pages}, and ${grouped(rest)} more; a further label narrows it`)]),
    actions(...pageButtons(again, page, pages), askButton(`${again} --files`, 'CSV', 'csv')),
    context(
      md`PCE ${listed(pces)} · ${ageMs === undefined ? 'read just now' : `inventory ${span(ageMs)} old`}`,
    ),
  ]);
};

/** All that match, for a file. */
export const workloadCsv = (hosts: readonly ListedHost[]): string =>
  csv(
    ['pce', 'host', 'name', 'state', 'labels', 'addresses', 'mode', 'os', 'ven_version', 'href'],
    hosts.map(({ pce, workload }) => [
      pce,
      workload.hostname,
      workload.name,
      shortState(workload),
      labelText(workload.labels),
      workload.interfaces.map(({ address }) => address).join(' '),
      workload.mode ?? '',
      workload.os ?? '',
      workload.ven?.version ?? '',
      workload.href,
    ]),
  );

const shortState = ({ managed, online, ven }: Workload): string =>
  !managed
    ? 'unmanaged'
    : ven?.status === 'suspended'
      ? 'suspended'
      : online === undefined
        ? 'unknown'
        : online
          ? 'online'
          : 'offline';

import type { AnswerFile } from '../core/command.ts';
import type { Case, Entry } from '../core/investigation/case.ts';
import { connectedSystems } from '../core/investigation/peer-flows.ts';
import { labelText } from '../core/label.ts';
import { csv } from './csv.ts';

/** What an investigation is handed over with, for auditors: who made it, of what, and what its parts rest on. */
export interface Evidence {
  readonly pce: string;
  /** What was asked for, as it was typed. */
  readonly asked: string;
  readonly by: string;
  readonly madeAt: number;
  /** What the parts rest on, and what could not be read. */
  readonly basis: readonly string[];
}

/** ISO 8601 in UTC, the one basis of every time in the files. */
const utc = (ms: number): string => new Date(ms).toISOString();

/**
 * The evidence of an investigation as files: all of it as JSON, and as CSV the timeline, the flows by host and peer, the hosts and the
 * connected systems outside the set.
 * @param name part of the files' names
 */
export const evidenceFiles = (
  name: string,
  read: Case,
  timeline: readonly Entry[],
  evidence: Evidence,
): readonly AnswerFile[] => {
  const hosts = new Set(read.hosts.map(({ href }) => href));
  const named = new Map(read.hosts.map((host) => [host.href, host.name]));
  const connected = connectedSystems(read.peers, hosts);
  const file = (part: string, content: string): AnswerFile => ({
    name: `${name}-${part}`,
    title: `${part} of ${evidence.asked}`,
    content,
  });
  return [
    file('evidence.json', jsonOf(read, timeline, connected, evidence)),
    file(
      'timeline.csv',
      csv(
        ['time_utc', 'host', 'kind', 'who', 'what', 'reference'],
        timeline.map(({ at, host, kind, who, text, ref }) => [
          utc(at),
          named.get(host) ?? host,
          kind,
          who,
          text,
          ref,
        ]),
      ),
    ),
    file(
      'flows.csv',
      csv(
        [
          'host',
          'direction',
          'peer',
          'peer_address',
          'service',
          'decision',
          'connections',
          'first_utc',
          'last_utc',
        ],
        read.peers.map(({ host, direction, peer, service, decision, connections, firstAt, lastAt }) => [
          named.get(host) ?? host,
          direction,
          peer.name,
          peer.address,
          service,
          decision,
          connections,
          utc(firstAt),
          utc(lastAt),
        ]),
      ),
    ),
    file(
      'connected-systems.csv',
      csv(
        [
          'system',
          'address',
          'direction',
          'service',
          'decision',
          'connections',
          'hosts',
          'first_utc',
          'last_utc',
        ],
        connected.map((one) => [
          one.name,
          one.address,
          one.direction,
          one.service,
          one.decision,
          one.connections,
          one.hosts,
          utc(one.firstAt),
          utc(one.lastAt),
        ]),
      ),
    ),
    file(
      'hosts.csv',
      csv(
        ['host', 'href', 'labels', 'addresses', 'managed', 'online', 'mode', 'entries'],
        read.hosts.map(({ href, name: host, labels, interfaces, managed, online, mode }) => [
          host,
          href,
          labelText(labels),
          interfaces.map(({ address }) => address).join(' '),
          String(managed),
          online === undefined ? 'unknown' : String(online),
          mode ?? 'unknown',
          timeline.filter((entry) => entry.host === href).length,
        ]),
      ),
    ),
  ];
};

const jsonOf = (
  read: Case,
  timeline: readonly Entry[],
  connected: ReturnType<typeof connectedSystems>,
  { pce, asked, by, madeAt, basis }: Evidence,
): string => {
  const times = <T extends { readonly firstAt: number; readonly lastAt: number }>({
    firstAt,
    lastAt,
    ...one
  }: T) => ({ ...one, first: utc(firstAt), last: utc(lastAt) });
  const touched = new Set(timeline.map(({ ref }) => ref));
  const document = {
    schema: 'illumio-chatops/investigation/1',
    time_basis: 'UTC',
    pce,
    asked,
    by,
    made: utc(madeAt),
    window: { from: utc(read.from), to: utc(read.to) },
    basis,
    hosts: read.hosts,
    timeline: timeline.map(({ at, ...entry }) => ({ time: utc(at), ...entry })),
    flows: read.peers.map(times),
    connected_systems: connected.map(times),
    alerts: read.alerts,
    responses: read.responses,
    events: read.events.filter(({ href }) => touched.has(href)).map(({ raw }) => raw),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
};

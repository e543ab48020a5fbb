import { serviceName } from './flow.ts';
import { type Dict, list, number, text } from './foreign.ts';
import { common, type Ranges, ranges, union } from './ranges.ts';

/**
 * Services as ranges: protocol × 65,536 + port, so that "443/tcp", "all of ICMP" and "everything" are sets to add and take away.
 * A protocol without ports is the whole of its 65,536.
 */
const PORTS = 65_536;
const PROTOCOLS = 256;

/** Every protocol and port. */
export const EVERY_SERVICE: Ranges = [[0, PROTOCOLS * PORTS - 1]];

const NUMBERS: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  icmp: 1,
  igmp: 2,
  gre: 47,
  esp: 50,
  icmpv6: 58,
};

/** The range of a service as people write it (`443/tcp`, `icmp`, `proto-89`: definitions §0); none for anything else. */
export const rangesOfName = (name: string): Ranges => {
  const [, port, word] = /^(?:(\d{1,5})\/)?([a-z0-9-]+)$/.exec(name) ?? [];
  const proto = NUMBERS[word ?? ''] ?? number(/^proto-(\d{1,3})$/.exec(word ?? '')?.[1]);
  if (proto === undefined) return [];
  return port === undefined ? whole(proto) : [[proto * PORTS + Number(port), proto * PORTS + Number(port)]];
};

/** One entry of `service_ports`, `windows_services` or of a rule's inline services (facts §9), and whether that is all it says. */
export interface ServiceEntry {
  readonly ranges: Ranges;
  /** True when it means less than these ports: one process, one Windows service, one ICMP type. */
  readonly narrower: boolean;
}

/** Reads one entry; `proto` −1 or absent = every protocol. */
export const serviceEntry = (row: Dict): ServiceEntry => {
  const proto = number(row['proto']) ?? -1;
  const port = number(row['port']);
  const to = number(row['to_port']) ?? port;
  const narrower = ['process_name', 'windows_service_name', 'service_name', 'icmp_type', 'icmp_code'].some(
    (key) => text(row[key]) !== undefined || number(row[key]) !== undefined,
  );
  if (proto < 0) return { ranges: EVERY_SERVICE, narrower: narrower || port !== undefined };
  if (port === undefined || to === undefined || port < 0) return { ranges: whole(proto), narrower };
  return { ranges: [[proto * PORTS + port, proto * PORTS + Math.min(to, PORTS - 1)]], narrower };
};

/** The entries of a service object. */
export const serviceEntries = (service: Dict): readonly ServiceEntry[] =>
  [...list(service['service_ports']), ...list(service['windows_services'])].map((entry) =>
    serviceEntry(entry as Dict),
  );

/** How many ports of protocols that have ports (TCP, UDP, SCTP) are among them. */
export const portsIn = (set: Ranges): number =>
  common(set, union(['tcp', 'udp', 'sctp'].map(rangesOfName))).reduce(
    (sum, [from, to]) => sum + to - from + 1,
    0,
  );

const whole = (proto: number): Ranges => [[proto * PORTS, proto * PORTS + PORTS - 1]];

/** What people read: `443/tcp`, `8000–8100/tcp`, `every service`, at most `most` of them and how many more. */
export const servicesText = (set: Ranges, most = 3): string => {
  const pieces = ranges(set).flatMap(([from, to]) => piecesOf(from, to));
  if (pieces.length === 0) return 'nothing';
  const shown = pieces.slice(0, most).join(', ');
  return pieces.length > most ? `${shown} and more` : shown;
};

const piecesOf = (from: number, to: number): readonly string[] => {
  if (from === 0 && to === PROTOCOLS * PORTS - 1) return ['every service'];
  const pieces: string[] = [];
  for (let start = from; start <= to && pieces.length < 8; ) {
    const proto = Math.floor(start / PORTS);
    const end = Math.min(to, proto * PORTS + PORTS - 1);
    pieces.push(pieceOf(proto, start % PORTS, end % PORTS));
    start = end + 1;
  }
  return pieces;
};

const pieceOf = (proto: number, from: number, to: number): string => {
  const name = serviceName(proto, undefined);
  if (from === 0 && to === PORTS - 1) return name.includes('proto-') ? name : `all of ${name}`;
  return from === to ? serviceName(proto, from) : `${from}–${serviceName(proto, to)}`;
};

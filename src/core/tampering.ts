import type { PceEvent } from './event.ts';
import { type Dict, dict, flag, list, number, text } from './foreign.ts';

/** What a tampering event says beyond the host. */
export interface Tampering {
  /** False when Illumio's rules could not be put back; undefined when this VEN version does not say. */
  readonly reverted: boolean | undefined;
  /** How often the rules were put back. */
  readonly reverts: number | undefined;
  /** How many changes the VEN counted. */
  readonly changes: number | undefined;
  /** `iptables (pid 4711)`; empty when not reported. */
  readonly processes: readonly string[];
  readonly kinds: readonly string[];
}

const REVERT_FAILED = 'fw_tampering_revert_failure';

/**
 * Reads agent.tampering (facts §2.3): 18.2 says nothing, 19.1 whether it was reverted, 26.2 also which process did what. undefined
 * for any other event.
 */
export const tamperingOf = (event: PceEvent): Tampering | undefined => {
  if (event.type !== 'agent.tampering' && event.type !== REVERT_FAILED) return undefined;
  const infos = event.notices.map(({ info }) => info);
  const details = infos.flatMap((info) => list(info['events'])).map(dict);
  const reverts = infos.flatMap((info) => flag(info['tampering_revert_succeeded']) ?? []);
  const failed =
    event.type === REVERT_FAILED ||
    event.notices.some(({ type }) => type === REVERT_FAILED) ||
    reverts.includes(false);
  return {
    reverted: failed ? false : reverts.length > 0 ? true : undefined,
    reverts: total(infos, 'num_reverts'),
    changes: total(infos, 'num_events'),
    processes: distinct(details, (detail) => {
      const name = text(detail['process_name']);
      const id = number(detail['process_id']);
      return name === undefined || id === undefined ? name : `${name} (pid ${id})`;
    }),
    kinds: distinct(details, (detail) => text(detail['tamper_type'])),
  };
};

/** The process without its number, which is another one each time. */
export const processName = (process: string): string => process.replace(/ \(pid \d+\)$/, '');

const total = (infos: readonly Dict[], key: string): number | undefined => {
  const counts = infos.flatMap((info) => number(info[key]) ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
};

const distinct = (details: readonly Dict[], name: (detail: Dict) => string | undefined): string[] => [
  ...new Set(details.flatMap((detail) => name(detail) ?? [])),
];

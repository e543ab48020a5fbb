import { createRandom, hash } from '../random.ts';
import type { Slot } from './catalog.ts';
import { ENVIRONMENTS, LOCATIONS, QUARANTINE_VALUES, SLOTS } from './catalog.ts';
import type { LabelBook } from './label-book.ts';
import type { Workload } from './workload.ts';

const DAY_MS = 86_400_000;
const NOTHING = Object.freeze({});

/** What the fleet is made from. */
export interface FleetSource {
  readonly seed: number;
  readonly now: number;
  readonly labels: LabelBook;
  /** Turns a path into an org href. */
  readonly org: (path: string) => string;
}

/** Makes the labels a fleet and its policy need, always in the same order so that their hrefs are known. */
export const seedLabels = (labels: LabelBook, now: number): void => {
  const values = (pick: (slot: Slot) => string): readonly string[] => [...new Set(SLOTS.map(pick))];
  for (const value of values((slot) => slot.role)) labels.ensure('role', value, now);
  for (const value of values((slot) => slot.app)) labels.ensure('app', value, now);
  for (const value of ENVIRONMENTS) labels.ensure('env', value, now);
  for (const value of new Set(Object.values(LOCATIONS))) labels.ensure('loc', value, now);
  for (const value of QUARANTINE_VALUES) labels.ensure('Quarantine', value, now);
};

/** `count` workloads in a repeating pattern; hrefs and times come from the seed, so the same seed gives the same fleet. */
export const generateFleet = (source: FleetSource, count: number): readonly Workload[] => {
  const random = createRandom(`fleet ${source.seed}`);
  const serial = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const slot = SLOTS[index % SLOTS.length] as Slot;
    const number = (serial.get(slot.role) ?? 0) + 1;
    serial.set(slot.role, number);
    const hostname = `${slot.role}-${String(number).padStart(2, '0')}`;
    return makeWorkload(source, slot, index, hostname, random.uuid());
  });
};

const makeWorkload = (
  source: FleetSource,
  slot: Slot,
  index: number,
  hostname: string,
  uuid: string,
): Workload => {
  const round = Math.floor(index / SLOTS.length);
  const managed = slot.kind !== 'unmanaged';
  const bornAt = source.now - (30 + (hash(uuid) % 300)) * DAY_MS;
  const policyAt = source.now - (1 + (hash(uuid) % 48)) * (DAY_MS / 24);
  return {
    href: source.org(`/workloads/${uuid}`),
    uuid,
    hostname: managed ? hostname : '',
    name: managed ? null : hostname,
    description: '',
    labels: labelsOf(source, slot, round),
    role: slot.role,
    online: true,
    enforcementMode: managed ? (slot.modes?.[round] ?? 'full') : 'visibility_only',
    visibilityLevel: 'flow_summary',
    addresses: addressesOf(slot, index),
    ven: managed
      ? {
          agentId: 1001 + index,
          type: slot.kind === 'endpoint' ? 'endpoint' : 'server',
          status: 'active',
          silentSince: undefined,
          lastGoodbyeAt: undefined,
          receivedAt: policyAt,
          appliedAt: policyAt,
          syncState: 'applied',
          updateMode: 'adaptive',
          version: undefined,
          enforced: undefined,
          policyDueAt: undefined,
        }
      : undefined,
    deleted: false,
    extra: NOTHING,
    createdAt: bornAt,
    updatedAt: policyAt,
    updatedBy: managed ? source.org(`/agents/${1001 + index}`) : '/users/11',
  };
};

const labelsOf = ({ labels, now }: FleetSource, slot: Slot, round: number): Workload['labels'] => [
  labels.ensure('role', slot.role, now),
  labels.ensure('app', slot.app, now),
  labels.ensure('env', slot.env ?? ENVIRONMENTS[round % ENVIRONMENTS.length] ?? 'prod', now),
  labels.ensure('loc', LOCATIONS[slot.app] ?? 'fra', now),
];

/** 10.0.0.0/8 from 10.0.1.1 on, none twice; web servers have an IPv6 interface too. */
const addressesOf = (slot: Slot, index: number): readonly string[] => {
  const host = 256 + (index % 250) + 1 + Math.floor(index / 250) * 256;
  const v4 = `10.${host >>> 16}.${(host >>> 8) & 255}.${host & 255}`;
  return slot.role === 'web' ? [v4, `2001:db8::${host.toString(16)}`] : [v4];
};

import { inNetwork, type Network } from '../core/address.ts';
import type { Analysis } from '../core/analysis.ts';
import { inSlices, type Steps } from '../core/steps.ts';
import type { Counts } from './groups.ts';
import type { Traffic } from './traffic.ts';

/** What goes into a network, comes out of it, and stays within. */
export interface NetworkResult {
  readonly to: Counts;
  readonly from: Counts;
  readonly within: Counts;
}

/** Traffic to and from a CIDR, IPv4 or IPv6, by the addresses the ends were last seen with (definitions §6). */
export const networkAnalysis = {
  id: 'network',
  about: 'Traffic to and from a network',
  *of(traffic: Traffic, { network }: { network: Network }): Steps<NetworkResult> {
    const inside = traffic.shown.map(({ address }) => inNetwork(address, network));
    const to = { connections: 0, bytes: 0, flows: 0 };
    const from = { connections: 0, bytes: 0, flows: 0 };
    const within = { connections: 0, bytes: 0, flows: 0 };
    const groups = yield* traffic.groups();
    yield* inSlices(groups.size, (first, end) => {
      for (let group = first; group < end; group += 1) {
        const source = inside[groups.source[group] as number] === true;
        const destination = inside[groups.destination[group] as number] === true;
        if (!source && !destination) continue;
        const sum = source && destination ? within : source ? from : to;
        sum.connections += groups.connections[group] as number;
        sum.bytes += groups.bytes[group] as number;
        sum.flows += groups.flows[group] as number;
      }
    });
    return { to, from, within };
  },
} satisfies Analysis & { of: unknown };

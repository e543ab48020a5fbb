import { inNetwork, type Network } from '../core/address.ts';
import type { Analysis } from '../core/analysis.ts';
import type { Steps } from '../core/steps.ts';
import type { Counts, Traffic } from './traffic.ts';

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
    yield* traffic.each(({ pair, connections, bytes, flows }) => {
      const source = inside[traffic.pairs.first(pair)] === true;
      const destination = inside[traffic.pairs.second(pair)] === true;
      if (!source && !destination) return;
      const sum = source && destination ? within : source ? from : to;
      sum.connections += connections;
      sum.bytes += bytes;
      sum.flows += flows;
    });
    return { to, from, within };
  },
} satisfies Analysis & { of: unknown };

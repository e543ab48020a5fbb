import type { PeerLine, Peers } from '../core/peers.ts';
import { counted, grouped } from '../core/text.ts';

/** Peers as a form shows them: while they are counted, and when nobody knows (definitions §7.3). */
export type PeersShown = Peers | 'counting' | 'unknown';

/** One line for a form: how many talked to the host, and the connections that are cut. */
export const peersText = (peers: PeersShown): string => {
  if (peers === 'counting') return 'Peers of the last 24 h: still counting …';
  if (peers === 'unknown') return 'Peers of the last 24 h: not known.';
  const { count, cut, top, complete } = peers;
  if (count === 0) return 'No peer talked to it in the last 24 h.';
  const many = `${complete ? '' : 'At least '}${counted(count, 'peer')} talked to it in the last 24 h`;
  if (cut === 0) return `${many}; none of these connections will be cut.`;
  const whose = cut === count ? 'these connections' : `connections of ${grouped(cut)}`;
  return `${many}; ${whose} will be cut: ${top.map(lineText).join(', ')}${top.length < cut ? ', …' : ''}`;
};

const lineText = ({ peer, direction, service, connections }: PeerLine): string =>
  direction === 'in'
    ? `${peer} → ${service} (${grouped(connections)})`
    : `→ ${peer} ${service} (${grouped(connections)})`;

import type { Alert } from '../alert.ts';
import type { PceEvent } from '../event.ts';
import type { Decision } from '../flow.ts';
import type { Policy } from '../policy.ts';
import type { Response } from '../response.ts';
import type { Estate, Workload } from '../workload.ts';

/** Everything that was read about some hosts in one time, before anything is concluded from it. Times are epoch ms. */
export interface Case {
  readonly from: number;
  readonly to: number;
  readonly hosts: readonly Workload[];
  /** Events that may touch them, oldest first. */
  readonly events: readonly PceEvent[];
  readonly alerts: readonly Alert[];
  readonly responses: readonly Response[];
  readonly peers: readonly PeerFlow[];
  /** Hosts in quarantine by this bot now. */
  readonly quarantined: ReadonlySet<string>;
  /** The provisioned policy, for the scopes of rule sets; undefined = it could not be read. */
  readonly policy: Policy | undefined;
  readonly estate: Estate;
  /** True for what this bot's own key did. */
  isOurs(event: PceEvent): boolean;
}

/** One host and one peer over one service with one decision: two reporters counted once (definitions §0). */
export interface PeerFlow {
  readonly host: string;
  /** From the host's side. */
  readonly direction: 'in' | 'out';
  readonly peer: { readonly href: string | undefined; readonly address: string; readonly name: string };
  readonly service: string;
  readonly decision: Decision;
  readonly connections: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** False where the PCE told the day alone: exactly midnight UTC (definitions §5). */
  readonly exact: boolean;
}

/** One thing that happened to a host. */
export interface Entry {
  readonly at: number;
  readonly host: string;
  /** `draft` and `provisioned` are policy; an event of any other kind is `event`. */
  readonly kind: 'event' | 'labels' | 'draft' | 'provisioned' | 'flow' | 'alert' | 'response';
  readonly who: string;
  readonly text: string;
  /** Href of an event, id of an alert or response; '' for a flow. */
  readonly ref: string;
  /** Everyday talk of VENs: in the files, not in the message. */
  readonly routine: boolean;
}

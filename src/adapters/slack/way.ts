import type { ChatError, Clock, Log } from '../../core/ports.ts';
import type { SlackSettings } from '../../core/settings.ts';
import type { Identity } from './identity.ts';
import type { Intake } from './inbound.ts';
import type { LineTimes } from './line.ts';
import type { Connections } from './sockets.ts';

/**
 * A way in which Slack reaches us. Each stands in a module of its own that is loaded when the adapter starts: Bolt is the largest package
 * of all, and a PCE can be asked before (docs/performance.md). Resolves once the signal has ended it; rejects when the port is taken.
 */
export type Way = (
  deps: {
    readonly settings: SlackSettings;
    readonly us: Identity;
    readonly intake: Intake;
    readonly clock: Clock;
    readonly log: Log;
    readonly times: Partial<LineTimes>;
  },
  tell: {
    readonly onChange: (connections: Connections) => void;
    readonly onRefused: (error: ChatError) => void;
    readonly onPort: (port: number) => void;
  },
  signal: AbortSignal,
) => Promise<void>;

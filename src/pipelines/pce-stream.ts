import { type PceEvent, parseEvent } from '../core/event.ts';
import { readSyslogLine } from '../core/formats/syslog.ts';
import type { NodeReport } from '../core/node-report.ts';
import type { Log } from '../core/ports.ts';
import type { Alerting } from './alerting.ts';
import type { Meter } from './meter.ts';

/** Events judged in one commit, and how many may wait before the peer has to. */
const MOST = { together: 500, waiting: 5_000 } as const;

export interface PceStreamDeps {
  readonly pce: string;
  readonly alerting: Pick<Alerting, 'heard' | 'reported'>;
  readonly meter: Pick<Meter, 'count'>;
  readonly log: Log;
}

/** The syslog stream of one PCE: the same events as the polls', a second after they happened. */
export interface PceStream {
  /** @param broken messages the framing could not read @returns a promise when too many wait: it resolves when there is room */
  hear(lines: readonly string[], broken: number): Promise<void> | undefined;
  /** Resolves when all that was heard is judged. */
  idle(): Promise<void>;
}

/**
 * Lines become events and go the way of the polled ones; what is there by both ways counts once, by href. Everything that cannot be read
 * is counted and left to the polls, which remain the truth. What a node says of its own health goes to the rule that judges it.
 */
export const createPceStream = ({ pce, alerting, meter, log }: PceStreamDeps): PceStream => {
  const waiting: PceEvent[] = [];
  const reports: NodeReport[] = [];
  let pumping: Promise<void> | undefined;

  const count = (kind: string): void => meter.count('syslog_lines', { pce, kind });

  const pump = async (): Promise<void> => {
    while (waiting.length + reports.length > 0) {
      const events = waiting.splice(0, MOST.together);
      const said = reports.splice(0);
      try {
        if (said.length > 0) await alerting.reported(said);
        if (events.length > 0) await alerting.heard(events);
      } catch (err) {
        // Not lost: the cursor has not moved, the next poll has them all; and nodes report again in a minute.
        log.warn(
          { err, pce, events: events.length },
          'events of the syslog stream are left to the next poll',
        );
      }
    }
  };

  const take = (line: string): void => {
    const read = readSyslogLine(line);
    if (read.kind !== 'event') count(read.kind);
    if (read.kind === 'health') reports.push(read.report);
    if (read.kind !== 'event') return;
    const parsed = parseEvent(read.raw);
    if (!parsed.ok) return count('garbled');
    count('event');
    waiting.push(parsed.event);
  };

  return {
    hear(lines, broken) {
      for (let i = 0; i < broken; i += 1) count('garbled');
      for (const line of lines) take(line);
      if (waiting.length + reports.length > 0)
        pumping ??= pump().finally(() => {
          pumping = undefined;
        });
      return waiting.length + reports.length > MOST.waiting ? pumping : undefined;
    },
    idle: async () => {
      await pumping;
    },
  };
};

import type { Planned } from '../core/replay-planned.ts';
import type { AlertRule } from '../core/rule.ts';
import type { Estate } from '../core/workload.ts';
import { alertLine, alertRoot } from '../views/alert.ts';

/** A planned message as `replay --notifications --json` prints it; `text` is what a phone would show. */
export interface PlannedRow {
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly pce: string;
  readonly channel: string;
  readonly place: Planned['place'];
  readonly reason: Planned['reason'];
  readonly mention: string | null;
  readonly text: string;
}

/** @param estate the hosts of that PCE, as far as they are known */
export const plannedRow = (
  { at, place, reason, channel, mention, incident, alerts }: Planned,
  ruleOf: (id: string) => Pick<AlertRule, 'title' | 'todo'> | undefined,
  estate: Pick<Estate, 'workload'>,
): PlannedRow => {
  const rule = ruleOf(incident.rule);
  const shown = {
    incident,
    alerts: alerts.map((alert) => ({
      alert,
      workload: estate.workload(alert.workloads[0] ?? ''),
      quarantine: undefined,
      link: undefined,
    })),
    title: rule?.title ?? incident.rule,
    todo: rule?.todo ?? '',
  };
  const { text } = place === 'root' ? alertRoot(shown) : alertLine(shown, reason);
  return {
    time: new Date(at).toISOString(),
    pce: incident.pce,
    channel,
    place,
    reason,
    mention: mention ?? null,
    text,
  };
};

const PLACES: Readonly<Record<Planned['place'], string>> = {
  root: 'message',
  thread: 'thread',
  broadcast: 'thread, shown in the channel',
  file: 'thread, with a file',
};

/** The same as a line for a terminal. */
export const plannedLine = ({ time, channel, place, reason, mention, text }: PlannedRow): string => {
  const called = mention === null ? '' : `, mentions ${mention}`;
  return `${time}  ${channel}  ${PLACES[place]} (${reason}${called})  ${text.replace(/\p{Cc}/gu, '?')}`;
};

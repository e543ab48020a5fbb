import { type Alert, type Delivery, type Incident, inLines } from './alert.ts';
import { deliveryKey, type Transition } from './state.ts';

/** Waiting lines of one incident that name more hosts become a file beside the count (definitions §4). */
const MOST_NAMED = 30;

/** What is said of an end names no hosts, and what calls for somebody must not wait for a file. */
const NEVER: ReadonlySet<Delivery['reason']> = new Set(['resolved', 'escalated', 'unanswered']);

/**
 * Joins the waiting lines of one incident and reason into one with a file, when they name too many hosts together. A line that is
 * also shown in the channel keeps as many names as a line may have; the others follow in the file.
 * @param rows queued lines of the incident
 */
export const fileLines = (incident: Incident, rows: readonly Delivery[]): readonly Transition[] => {
  for (const reason of new Set(rows.map((row) => row.reason))) {
    const mine = rows.filter((row) => row.reason === reason && mayBeFiled(row));
    const loud = mine.filter(({ place, alerts }) => place === 'broadcast' && alerts.length > MOST_NAMED);
    const quiet = mine.filter(({ place }) => place !== 'broadcast');
    const names = [
      ...new Set([
        ...loud.flatMap(({ alerts }) => alerts.slice(MOST_NAMED)),
        ...quiet.flatMap(({ alerts }) => alerts),
      ]),
    ];
    const [first] = [...loud, ...quiet];
    const done =
      loud.length === 0 && (names.length <= MOST_NAMED || quiet.every(({ place }) => place === 'file'));
    if (first === undefined || done) continue;
    const by = [
      ...loud.map((row) => ({ ...row, alerts: row.alerts.slice(0, MOST_NAMED) })),
      { ...first, place: names.length > MOST_NAMED ? ('file' as const) : ('thread' as const), alerts: names },
    ];
    return [replaced(incident, [...loud, ...quiet], by)];
  }
  return [];
};

/** A file that was handed over holds what it holds: nothing joins it. */
const mayBeFiled = ({ state, place, reason, unfiled, file }: Delivery): boolean =>
  state === 'queued' && place !== 'root' && unfiled !== true && file === undefined && !NEVER.has(reason);

/** The lines that name everything when Slack takes no file: a name never stands only in a file that nobody can see. */
export const unfiled = (incident: Incident, row: Delivery, alerts: readonly Alert[]): Transition => {
  const { file: _gone, intentAt: _over, thread: _there, ...line } = row;
  return replaced(
    incident,
    [row],
    inLines(alerts).map((named) => ({
      ...line,
      place: 'thread',
      state: 'queued',
      alerts: named,
      tries: 0,
      notBefore: 0,
      unfiled: true,
    })),
  );
};

const replaced = (incident: Incident, rows: readonly Delivery[], by: readonly Delivery[]): Transition => ({
  type: 'deliveries-replaced',
  keys: rows.map(({ key }) => key),
  by: by.map((row, n) => ({
    ...row,
    key: deliveryKey({ ...incident, said: incident.said + n }, row.reason),
  })),
});

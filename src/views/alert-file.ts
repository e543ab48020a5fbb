import { labelText } from '../core/label.ts';
import type { Upload } from '../core/ports.ts';
import { type ShownIncident, titleOf } from './alert-title.ts';
import { csv } from './csv.ts';

/** The hosts of a line that are too many to be named in it: host, labels, alert and when it was last seen, one row each. */
export const alertFile = (shown: ShownIncident): Upload => ({
  name: `${shown.incident.rule}-hosts.csv`,
  title: titleOf(shown),
  content: csv(
    ['host', 'labels', 'alert', 'time'],
    shown.alerts.map(({ alert, workload }) => [
      alert.subject.name,
      workload === undefined ? 'unknown' : labelText(workload.labels),
      alert.title,
      new Date(alert.lastAt).toISOString(),
    ]),
  ),
});

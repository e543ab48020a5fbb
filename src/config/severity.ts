import { nearest } from '../core/nearest.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { choice, leaf } from './leaf.ts';

export const severity = choice(SEVERITIES);

const FILTERS = SEVERITIES.map((name) => `${name}+`);

/** `error+` = error and graver. Without the plus only the gravest can be meant exactly, so only `critical` is read so. */
export const severityFilter = leaf<Severity>({
  expects: 'a severity with a plus',
  hint: `write one of ${FILTERS.join(', ')}`,
  json: { enum: [...FILTERS, 'critical'] },
  read: (raw, wrong) => {
    if (typeof raw !== 'string') return undefined;
    const name = SEVERITIES.find((known) => raw === `${known}+`);
    if (name !== undefined || raw === 'critical') return name ?? 'critical';
    const [near] = nearest(raw.replace(/\+$/, ''), SEVERITIES);
    return near === undefined
      ? undefined
      : wrong('must be a severity with a plus', `write ${near}+ for ${near} and graver`);
  },
});

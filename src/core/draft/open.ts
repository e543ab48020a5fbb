import type { Alert } from '../alert.ts';
import type { PceEvent } from '../event.ts';
import { asActive } from '../policy.ts';

/** A draft that an alert of policy-draft-broad is open on. */
export interface OpenDraft {
  /** Of the object, in the active policy. */
  readonly href: string;
  /** `rule set Core services by maya@example.com` */
  readonly name: string;
}

/** The drafts among the firing alerts of a PCE. */
export const openDrafts = (firing: readonly Pick<Alert, 'rule' | 'subject'>[]): OpenDraft[] =>
  firing.flatMap(({ rule, subject: { href, name, aspect } }) =>
    rule === 'policy-draft-broad' && href !== null
      ? [{ href: asActive(href), name: aspect === undefined ? name : `${name} by ${aspect}` }]
      : [],
  );

/** Whether an event puts policy live: then it matters which drafts were told. */
export const putsLive = ({ type }: PceEvent): boolean =>
  type === 'sec_policy.create' || type === 'sec_policy.restore';

import { z } from 'zod';
import { dict, instant, text } from './foreign.ts';

/** Somebody answered an alert outside Slack. */
export interface PagerAnswer {
  /** The alert, as outputs name it: its fingerprint. */
  readonly dedupe: string;
  /** A name another product gave: foreign text. */
  readonly by: string;
  readonly via: string;
  /** When, if the product says; epoch ms. */
  readonly at?: number | undefined;
}

export type ReadAnswer =
  | { readonly kind: 'answer'; readonly answer: PagerAnswer }
  /** A call that means something else: taken, and nothing follows. */
  | { readonly kind: 'other' }
  | { readonly kind: 'wrong'; readonly why: string };

const name = z.string().trim().min(1).max(100);
const Body = z.strictObject({ dedupe: z.string().min(1).max(2_000), by: name, via: name.default('pager') });

/** `{dedupe, by, via?}`, as `POST /v1/acknowledgements` takes it. */
export const readAnswer = (body: string): ReadAnswer => {
  const read = Body.safeParse(parsed(body));
  return read.success
    ? { kind: 'answer', answer: read.data }
    : { kind: 'wrong', why: 'the body must be JSON with dedupe and by, and perhaps via' };
};

/** What PagerDuty's webhooks v3 tell; everything but an acknowledgement is `other`. `incident_key` is the key our own event had. */
export const readPagerDuty = (body: string): ReadAnswer => {
  const event = dict(dict(parsed(body))['event']);
  const type = text(event['event_type']);
  if (type === undefined) return { kind: 'wrong', why: 'the body has no event_type' };
  if (type !== 'incident.acknowledged') return { kind: 'other' };
  const dedupe = text(dict(event['data'])['incident_key']);
  if (dedupe === undefined) return { kind: 'other' };
  const by = (text(dict(event['agent'])['summary']) ?? 'somebody').slice(0, 100);
  return { kind: 'answer', answer: { dedupe, by, via: 'PagerDuty', at: instant(event['occurred_at']) } };
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

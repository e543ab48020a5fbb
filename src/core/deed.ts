import type { AlertVerdict } from './alert.ts';
import type { Matcher } from './matcher.ts';

/** What a person does about alerts, by a button or a command; ids are looked up again when it is done. */
export type AlertDeed =
  | { readonly verb: 'acknowledge'; readonly alerts: readonly string[] }
  | { readonly verb: 'snooze'; readonly alerts: readonly string[]; readonly forMs: number }
  /** `to` is a user id of the installing team. */
  | { readonly verb: 'assign'; readonly alerts: readonly string[]; readonly to: string }
  | { readonly verb: 'note'; readonly alerts: readonly string[]; readonly text: string }
  | { readonly verb: 'close'; readonly alerts: readonly string[]; readonly as: AlertVerdict }
  /** The node of the PCE that an alert misses was removed on purpose. */
  | { readonly verb: 'node-removed'; readonly alerts: readonly string[] };

/** What a person does about silences. */
export type SilenceDeed =
  | {
      readonly verb: 'silence';
      readonly matcher: Matcher;
      /** How long; the preview offers each of several. */
      readonly forMs: readonly [number, ...number[]];
      readonly reason: string;
    }
  /** Yes to the preview of a silence, for the n-th time that it offered. */
  | { readonly verb: 'confirm-silence'; readonly draft: string; readonly choice: number }
  | { readonly verb: 'unsilence'; readonly id: string }
  | { readonly verb: 'approve-silence'; readonly id: string }
  | { readonly verb: 'refuse-silence'; readonly id: string };

export type Deed = AlertDeed | SilenceDeed;

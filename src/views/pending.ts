import type { Message, Pending } from '../core/ports.ts';
import { counted, listed, span } from '../core/text.ts';
import { pageButtons } from './ask.ts';
import {
  actions,
  bold,
  clip,
  context,
  joined,
  type Markup,
  md,
  message,
  richText,
  section,
} from './parts.ts';

export interface ShownPending extends Pending {
  /** Name of who changed it last; undefined where neither the PCE nor the log says. */
  readonly who: string | undefined;
  /** What was changed, before → after, as far as the log was read. */
  readonly how: readonly string[];
}

/** Drafts of a page, and characters of what is foreign in one: they fit a message. */
const DRAFTS = 8;
const SHORT = { name: 80, who: 60, how: 240 } as const;
/** Drafts that are older than this are named as such (definitions §2 "Standing state"). */
const OLD_MS = 7 * 86_400_000;

/** Drafts that wait, the oldest first. */
export const pendingView = (
  drafts: readonly ShownPending[],
  {
    pce,
    now,
    from,
    completeFrom,
    page: wanted,
  }: {
    readonly pce: string;
    readonly now: number;
    readonly from: number;
    readonly completeFrom: number;
    /** From 1 on; the last one there is for a greater one. */
    readonly page: number;
  },
): Message => {
  const head =
    drafts.length === 0
      ? 'Nothing waits to be provisioned'
      : `${counted(drafts.length, 'draft')} not provisioned`;
  const pages = Math.max(1, Math.ceil(drafts.length / DRAFTS));
  const page = Math.min(wanted, pages);
  const old = drafts.filter(({ at }) => at !== undefined && now - at > OLD_MS).length;
  return message(head, [
    richText([{ bold: head }], ...(old === 0 ? [] : [[`${counted(old, 'draft')} older than 7 days.`]])),
    ...drafts
      .slice((page - 1) * DRAFTS, page * DRAFTS)
      .map((draft) => section(joined(linesOf(draft, now), '\n'))),
    ...(pages > 1
      ? [
          context(md`page ${page} of ${pages}`),
          actions(...pageButtons(`policy pending --pce ${pce}`, page, pages)),
        ]
      : []),
    context(
      drafts.length === 0
        ? md`PCE ${pce}`
        : md`PCE ${pce} · what was changed in them from the log since ${iso(from)}${completeFrom > from ? `, complete from ${iso(completeFrom)} on` : ''}`,
    ),
  ]);
};

/** Who and when, and on a line of its own what. */
const linesOf = ({ kind, name, change, who, by, at, how }: ShownPending, now: number): Markup[] => [
  md`${bold(`${kind} ${name}`, SHORT.name)} ${change ?? 'changed'} by ${clip(who ?? by.href ?? 'somebody the PCE does not name', SHORT.who)}${at === undefined ? '' : `, ${span(now - at)} ago`}`,
  ...(how.length === 0 ? [] : [md`${clip(listed(how, 6), SHORT.how)}`]),
];

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;

import type { Message, Pending } from '../core/ports.ts';
import { counted, grouped, listed, span } from '../core/text.ts';
import { bold, context, md, message, richText, section } from './parts.ts';

export interface ShownPending extends Pending {
  /** Name of who changed it last; undefined where neither the PCE nor the log says. */
  readonly who: string | undefined;
  /** What was changed, before → after, as far as the log was read. */
  readonly how: readonly string[];
}

const MOST = 15;
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
  }: { readonly pce: string; readonly now: number; readonly from: number; readonly completeFrom: number },
): Message => {
  const head =
    drafts.length === 0
      ? 'Nothing waits to be provisioned'
      : `${counted(drafts.length, 'draft')} not provisioned`;
  const old = drafts.filter(({ at }) => at !== undefined && now - at > OLD_MS).length;
  return message(head, [
    richText([{ bold: head }], ...(old === 0 ? [] : [[`${counted(old, 'draft')} older than 7 days.`]])),
    ...drafts
      .slice(0, MOST)
      .map((draft) =>
        section(
          md`${bold(`${draft.kind} ${draft.name}`, 80)} ${draft.change ?? 'changed'} by ${draft.who ?? draft.by.href ?? 'somebody the PCE does not name'}${draft.at === undefined ? '' : `, ${span(now - draft.at)} ago`}${draft.how.length === 0 ? '' : `\n${clipped(listed(draft.how, 6))}`}`,
        ),
      ),
    ...(drafts.length > MOST ? [context(md`and ${grouped(drafts.length - MOST)} more`)] : []),
    context(
      md`PCE ${pce} · what was changed in them from the log since ${iso(from)}${completeFrom > from ? `, complete from ${iso(completeFrom)} on` : ''}`,
    ),
  ]);
};

const clipped = (text: string): string => (text.length <= 400 ? text : `${text.slice(0, 399)}…`);

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')}Z`;

import type { Verdict } from '../core/authorise.ts';
import { channel, joined, type Markup, md, mention } from '../views/parts.ts';

/** What somebody reads who may not do something: why, who may, where; and that nothing happened (messages.md, Refusal). */
export const refusalText = (
  what: string,
  verdict: Extract<Verdict, { allowed: false }>,
): { readonly words: Markup; readonly plain: string } => {
  const who =
    verdict.who.length === 0
      ? md``
      : md` People who can: ${joined(verdict.who.slice(0, 10).map(mention), ', ')}.`;
  const where =
    verdict.where.length === 0
      ? md``
      : md` It can be done in ${joined(verdict.where.slice(0, 5).map(channel), ', ')}.`;
  return {
    words: md`You can't ${what}: ${verdict.why}.${who}${where} Nothing was changed; this attempt is in the audit log.`,
    plain: `You can't ${what}`,
  };
};

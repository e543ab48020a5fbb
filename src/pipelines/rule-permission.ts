import type { Audit, Profile } from '../core/ports.ts';
import type { Markup } from '../views/parts.ts';
import type { Gate } from './gate.ts';
import { refusalText } from './refusal.ts';
import type { Doer } from './tending.ts';

/** Checks the right to do something about a rule; a refusal is told and audited, and so is what was allowed (definitions §7 "Audit record"). */
export const allowed = async (
  action: string,
  what: string,
  { person, channel }: Pick<Doer, 'person' | 'channel'>,
  { gate, audit }: { readonly gate: Gate; readonly audit: Audit },
  refuse: (words: Markup) => Promise<void>,
): Promise<Profile | undefined> => {
  const { verdict, profile } = await gate.check(person, action, { targets: [], channel });
  await audit.append({
    actor: person,
    actorName: profile.name,
    action,
    verdict: verdict.allowed ? 'allowed' : 'refused',
    ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
    reason: what,
  });
  if (verdict.allowed) return profile;
  await refuse(refusalText(`${action.replace('-', ' ')} ${what}`, verdict).words);
  return undefined;
};

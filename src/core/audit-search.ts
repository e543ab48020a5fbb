import type { AuditRecord } from './audit.ts';
import { globber } from './label-query.ts';

/**
 * Whether a record is meant by what a person typed: a host, a person (name, id or mention) or an action, without case, `*` for any
 * text. Nothing typed means every record.
 */
export const auditTest = (typed: string): ((record: AuditRecord) => boolean) => {
  if (typed === '') return () => true;
  const [, mentioned] = /^<@(\w+)(?:\|[^>]*)?>$/.exec(typed) ?? [];
  const matches = globber((mentioned ?? typed.replace(/^@/, '')).toLowerCase());
  return (record) => namesIn(record).some((name) => matches(name.toLowerCase()));
};

const namesIn = ({ actor, actorName, action, target, approver }: AuditRecord): string[] => [
  actorName,
  'user' in actor ? actor.user : actor.system,
  action,
  action.replace(/^command /, ''),
  // Requests for several hosts, and votes of several people, stand in one record.
  ...(target?.name.split(', ') ?? []),
  ...(approver?.split(', ') ?? []),
];

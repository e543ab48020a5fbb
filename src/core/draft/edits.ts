import type { PceEvent, ResourceChange } from '../event.ts';
import { type Dict, dict, list, text } from '../foreign.ts';
import { OBJECT_KINDS, objectOf } from './change.ts';
import { eventWords } from './event-words.ts';

/** One edit of a draft, as an event tells it. */
export interface Edit {
  /** The object that was edited, of a rule its rule set, in the active policy; undefined for what can only be judged by the event. */
  readonly href: string | undefined;
  /** `rule set Core services`, `IP list Partners`; where the event has no name, what the console's address has: `rule set 40`. */
  readonly name: string;
  readonly named: boolean;
  /** What the event itself says became wider; empty = nothing it says. */
  readonly words: readonly string[];
  /** What it may mean where the draft cannot be read: a guard is less, something may be wider, or nothing can be. */
  readonly alone: 'weakened' | 'unknown' | 'harmless';
}

/** Resources of draft policy, by their name in events (facts §2.3): what people call them. */
const KINDS: Readonly<Record<string, string>> = {
  rule_set: OBJECT_KINDS.rule_sets,
  sec_rule: OBJECT_KINDS.rule_sets,
  deny_rule: OBJECT_KINDS.rule_sets,
  enforcement_boundary: OBJECT_KINDS.enforcement_boundaries,
  ip_list: OBJECT_KINDS.ip_lists,
  service: OBJECT_KINDS.services,
  label_group: OBJECT_KINDS.label_groups,
  firewall_settings: 'firewall settings',
};

/** Every edit of an event, one per entry of `resource_changes`; those of names and descriptions alone are none. */
export const editsOf = (event: PceEvent): readonly Edit[] =>
  event.resources.flatMap((change): Edit[] => {
    const [type, resource] = Object.entries(change.resource).find(([key]) => key in KINDS) ?? [];
    if (type === undefined || resource === undefined || isCosmetic(change)) return [];
    const own = objectOf(text(resource['href']) ?? '') ?? objectOf(event.action.endpoint ?? '');
    const named = isRule(type) ? undefined : text(resource['name']);
    const words = eventWords(type, change, resource);
    return [
      {
        href: own?.href,
        name: [KINDS[type], named ?? own?.href.split('/').at(-1) ?? ''].join(' ').trim(),
        named: named !== undefined,
        words,
        alone: aloneOf(type, change, words),
      },
    ];
  });

/** Edits of the same rule set name it by its href alone. */
const isRule = (type: string): boolean => type === 'sec_rule' || type === 'deny_rule';

const COSMETIC = new Set([
  'name',
  'description',
  'external_data_set',
  'external_data_reference',
  'updated_at',
  'updated_by',
  'update_type',
]);

const isCosmetic = ({ changes, changeType }: ResourceChange): boolean => {
  const names = Object.keys(changes);
  return changeType === 'update' && names.length > 0 && names.every((name) => COSMETIC.has(name));
};

/** What cannot be read may be anything but what the event rules out. */
const aloneOf = (
  type: string,
  { changes, changeType }: ResourceChange,
  words: readonly string[],
): Edit['alone'] => {
  const guard = type === 'deny_rule' || type === 'enforcement_boundary';
  const off = dict(changes['enabled'])['after'] === false;
  if (guard)
    return changeType === 'create' || !(changeType === 'delete' || off || lessens(changes))
      ? 'harmless'
      : 'weakened';
  if (words.length > 0) return 'unknown';
  // What goes opens nothing, but a rule set may have held guards; the PCE deletes no object that is in use.
  if (changeType === 'delete') return type === 'rule_set' ? 'unknown' : 'harmless';
  // Of firewall settings the rule guard-lowered tells every change.
  if (type === 'firewall_settings') return 'harmless';
  return off && Object.keys(changes).length === 1 && type !== 'rule_set' ? 'harmless' : 'unknown';
};

/** Something is taken off a guard, or it no longer overrides. */
const lessens = (changes: Readonly<Record<string, Dict>>): boolean =>
  Object.values(changes).some((change) => list(change['deleted']).length > 0) ||
  dict(changes['override'])['after'] === false;

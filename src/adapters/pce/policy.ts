import { type Dict, dict, list, text } from '../../core/foreign.ts';
import type { Label } from '../../core/label.ts';
import type { Collections } from './collections.ts';
import { parseJson } from './records.ts';

/** What active override-deny rules do to hosts with one label. Whether a rule denies everything is not looked at. */
export interface Denial {
  readonly label: Label;
  /** Names of rule sets that deny connections to them (the label is a provider). */
  readonly inbound: readonly string[];
  /** Names of rule sets that deny connections from them (the label is a consumer). */
  readonly outbound: readonly string[];
}

/**
 * Reads the active rule sets and label groups (facts §9). Only override-deny rules count, since they alone win over what is
 * allowed; disabled rules and rule sets don't. A group stands for its labels and those of its sub-groups.
 */
export const readDenials = async (
  collections: Collections,
  org: number,
  labels: readonly Label[],
): Promise<readonly Denial[]> => {
  const read = async (what: string, name: string): Promise<readonly Dict[]> => {
    let rows: Dict[] = [];
    const path = `/orgs/${org}/sec_policy/active/${name}`;
    await collections.read({ what, path, lane: 'question' }, () => {
      rows = [];
      return (json) => rows.push(dict(parseJson(json)));
    });
    return rows;
  };
  const groups = await read('label groups', 'label_groups');
  const rules = (await read('rule sets', 'rule_sets')).filter(isOn).flatMap((set) =>
    list(set['deny_rules'])
      .map(dict)
      .filter((rule) => isOn(rule) && rule['override'] === true)
      .map((rule) => ({ name: text(set['name']) ?? 'a rule set without name', rule })),
  );
  return labels.map((label) => {
    const standIns = namesOf(label, groups);
    const naming = (side: string): string[] => [
      ...new Set(rules.filter(({ rule }) => names(rule[side], standIns)).map(({ name }) => name)),
    ];
    return { label, inbound: naming('providers'), outbound: naming('consumers') };
  });
};

const isOn = (object: Dict): boolean => object['enabled'] !== false;

/** Whether one side of a rule names one of the hrefs; a label that is excluded there is not named. */
const names = (side: unknown, hrefs: ReadonlySet<string>): boolean =>
  list(side)
    .map(dict)
    .some(
      (actor) => actor['exclusion'] !== true && hrefs.has(hrefIn(actor['label'] ?? actor['label_group'])),
    );

/** The label's href and those of every group that holds it, however deep. */
const namesOf = (label: Label, groups: readonly Dict[]): ReadonlySet<string> => {
  const hrefs = new Set([label.href]);
  for (let before = 0; before < hrefs.size; ) {
    before = hrefs.size;
    for (const group of groups)
      if ([...list(group['labels']), ...list(group['sub_groups'])].some((one) => hrefs.has(hrefIn(one))))
        hrefs.add(hrefIn(group));
  }
  return hrefs;
};

/** Draft and active hrefs differ only in that segment (facts §9), and a rule may name either. */
const hrefIn = (value: unknown): string => (text(dict(value)['href']) ?? '').replace('/draft/', '/active/');

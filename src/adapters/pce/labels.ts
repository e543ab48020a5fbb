import { dict, text } from '../../core/foreign.ts';
import type { Label } from '../../core/label.ts';
import type { Collections } from './collections.ts';
import { parseJson } from './records.ts';

/** The labels of one PCE. `known` is shared with whoever reads rows that name labels by href alone (before 22.3, facts §4.2). */
export interface Labels {
  readonly known: ReadonlyMap<string, Label>;
  /** All that are not deleted. */
  all(): Promise<readonly Label[]>;
  /** The one with exactly this key and value; the PCE's own filters match parts of them (facts §5). */
  find(key: string, value: string): Promise<Label | undefined>;
}

export const createLabels = (collections: Collections, org: number): Labels => {
  const known = new Map<string, Label>();

  const read = async (
    query: Readonly<Record<string, string>>,
    lane: 'question' | 'background',
  ): Promise<Label[]> => {
    let labels: Label[] = [];
    await collections.read({ what: 'labels', path: `/orgs/${org}/labels`, query, lane }, () => {
      labels = [];
      return (json) => labels.push(...labelOf(parseJson(json)));
    });
    for (const label of labels) known.set(label.href, label);
    return labels;
  };

  return {
    known,
    all: async () => await read({}, 'background'),
    async find(key, value) {
      const labels = await read({ key, value }, 'question');
      return labels.find((label) => label.key === key && label.value === value);
    },
  };
};

const labelOf = (value: unknown): Label[] => {
  const row = dict(value);
  const href = text(row['href']);
  const key = text(row['key']);
  const name = text(row['value']);
  if (href === undefined || key === undefined || name === undefined || row['deleted'] === true) return [];
  return [{ href, key, value: name }];
};

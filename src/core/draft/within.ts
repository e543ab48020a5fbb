import { hasEverything, type IpList } from '../ip-list.ts';
import type { LabelTest, PolicyRule, Side } from '../policy.ts';
import { without } from '../ranges.ts';
import { spansOf, spansWithout } from '../spans.ts';

/**
 * True when one rule says nothing that the other does not say too: no host, address or service more. Judged by what is written,
 * not by who carries which label today; where that cannot be told, it is not within.
 */
export const isWithin = (narrow: PolicyRule, wide: PolicyRule): boolean =>
  STRENGTH[narrow.kind] <= STRENGTH[wide.kind] &&
  without(narrow.services, wide.services).length === 0 &&
  scopesOf(narrow).every((scope) => scopesOf(wide).some((one) => testWithin(scope, one))) &&
  (!narrow.unscopedConsumers || wide.unscopedConsumers || scopesOf(wide).some(isAll)) &&
  sideWithin(narrow.providers, wide.providers) &&
  sideWithin(narrow.consumers, wide.consumers);

/** An override-deny stops what a deny does, and what is allowed as well. */
const STRENGTH = { allow: 0, deny: 1, 'override-deny': 2 } as const;

const ALL: LabelTest = { all: [], except: [] };

/** The scopes of a rule; none written means one that holds everything. */
export const scopesOf = ({ scopes }: PolicyRule): readonly LabelTest[] =>
  scopes.length === 0 ? [ALL] : scopes;

/** A test that everything passes. */
export const isAll = ({ all, except }: LabelTest): boolean => all.length === 0 && except.length === 0;

const testWithin = (narrow: LabelTest, wide: LabelTest): boolean =>
  wide.all.every((any) => narrow.all.some((own) => own.every((href) => any.includes(href)))) &&
  exceptWithin(narrow, wide);

const exceptWithin = (narrow: LabelTest, wide: LabelTest): boolean =>
  wide.except.every((href) => narrow.except.includes(href));

const sideWithin = (narrow: Side, wide: Side): boolean => {
  const [own, other] = [narrow.labels ?? ALL, wide.labels ?? ALL];
  const everybody = wide.everyWorkload && exceptWithin(own, other);
  const labelled = own.all.length > 0 && !narrow.everyWorkload;
  return (
    (!narrow.everyWorkload || everybody) &&
    (!labelled || everybody || (other.all.length > 0 && testWithin(own, other))) &&
    narrow.workloads.every((href) => wide.workloads.includes(href) || (wide.everyWorkload && isAll(other))) &&
    narrow.unread.every((one) => wide.unread.includes(one)) &&
    listsWithin(narrow.lists, wide.lists)
  );
};

const listsWithin = (narrow: readonly IpList[], wide: readonly IpList[]): boolean =>
  ([32, 128] as const).every(
    (bits) => spansWithout(spansOf(narrow, bits), spansOf(wide, bits), bits).length === 0,
  ) &&
  (wide.some(hasEverything) ||
    narrow.flatMap(({ fqdns }) => fqdns).every((fqdn) => wide.some(({ fqdns }) => fqdns.includes(fqdn))));

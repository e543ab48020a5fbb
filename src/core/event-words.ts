import { attributeTexts } from './changes-text.ts';
import type { PceEvent, ResourceChange } from './event.ts';
import { type Dict, text } from './foreign.ts';
import { affectedHosts } from './subject.ts';
import { listed } from './text.ts';
import type { Estate } from './workload.ts';

/** One object that an event changed. */
export interface Changed {
  /** `rule set Shop`, `workload web-01`. */
  readonly what: string;
  readonly href: string | undefined;
  /** `created`, `changed` or `deleted`; undefined where the event does not say. */
  readonly verb: string | undefined;
  /** An attribute each, before → after. */
  readonly how: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = { create: 'created', update: 'changed', delete: 'deleted' };

/** Everything an event changed, in its order, in words. */
export const changedIn = (event: PceEvent, estate: Estate): readonly Changed[] =>
  event.resources.map((change) => {
    const [kind, resource] = mainOf(change);
    return {
      what: `${kind.replaceAll('_', ' ')} ${nameOf(kind, resource, estate)}`.trim(),
      href: text(resource['href']),
      verb: VERBS[change.changeType ?? ''],
      how: attributeTexts(change, estate.label),
    };
  });

/** What an event is about, for a line: what it changed, else the hosts it names; '' when it names nothing. */
export const aboutText = (event: PceEvent, estate: Estate, most = 3): string => {
  const changed = changedIn(event, estate).map(({ what }) => what);
  const named = changed.length > 0 ? changed : hostsOf(event, estate);
  return listed([...new Set(named)], most);
};

const hostsOf = (event: PceEvent, estate: Estate): string[] =>
  affectedHosts(event, estate).map(({ subject }) => subject.name);

/** `{ven, agent}` of one entry are one machine (facts §2.2), and a policy object stands before what it is in. */
const mainOf = ({ resource }: ResourceChange): readonly [kind: string, resource: Dict] => {
  const entries = Object.entries(resource);
  const preferred = ['workload', 'ven', 'sec_rule', 'deny_rule'];
  return (
    entries.find(([kind]) => preferred.includes(kind)) ??
    entries[0] ?? ['something the event does not name', {}]
  );
};

const nameOf = (kind: string, resource: Dict, estate: Estate): string => {
  const href = text(resource['href']) ?? '';
  const [key, value] = [text(resource['key']), text(resource['value'])];
  return (
    text(resource['hostname']) ??
    text(resource['name']) ??
    text(resource['username']) ??
    (kind === 'label' && key !== undefined && value !== undefined ? `${key}=${value}` : undefined) ??
    estate.workload(href)?.name ??
    inSet(href) ??
    href.slice(href.lastIndexOf('/') + 1)
  );
};

/** `7 in rule set 12`: rules have no name of their own (facts §9). */
const inSet = (href: string): string | undefined => {
  const [, set, rule] = /\/rule_sets\/([^/]+)\/(?:sec|deny)_rules\/([^/]+)$/.exec(href) ?? [];
  return set === undefined ? undefined : `${rule} in rule set ${set}`;
};

/** Who made an event, as a name within a sentence: `jdoe`, `the VEN of web-01`, `the PCE`. */
export const byText = ({ actor }: PceEvent): string => {
  switch (actor.kind) {
    case 'host':
      return actor.name === undefined ? 'a VEN' : `the VEN of ${actor.name}`;
    case 'container_cluster':
      return `the container cluster ${actor.name ?? 'without name'}`;
    case 'system':
      return 'the PCE';
    case 'service_account':
      return `the service account ${actor.name ?? 'without name'}`;
    case 'user':
    case 'unknown':
      return actor.name ?? 'someone the event does not name';
    default:
      return actor.kind satisfies never;
  }
};

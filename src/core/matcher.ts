import type { Label } from './label.ts';
import { glob, matchesLabels, selector } from './label-query.ts';
import { SEVERITIES, type Severity } from './severity.ts';
import type { Subject } from './subject.ts';

/** What a silence is about: every condition that is given must hold (definitions §4). Empty lists and absent ones say nothing. */
export interface Matcher {
  /** Rule ids; `*` stands for anything. */
  readonly rules: readonly string[];
  readonly severities: readonly Severity[];
  readonly pce?: string;
  /** The label grammar of definitions §0: every workload concerned must match. */
  readonly labels?: string;
  /** A host's name, `*` stands for anything. */
  readonly host?: string;
  /** Any subject's name: a user, an address, a ruleset. */
  readonly subject?: string;
}

/** What a matcher looks at. */
export interface Matchable {
  readonly pce: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** Label sets of the workloads concerned. */
  readonly labels: readonly (readonly Pick<Label, 'key' | 'value'>[])[];
}

const HOSTS: readonly Subject['kind'][] = ['workload', 'ven'];

/** True when all its conditions hold. A matcher without any matches nothing: nobody silences everything by leaving words out. */
export const matches = (matcher: Matcher, about: Matchable): boolean => {
  const { rules, severities, pce, labels, host, subject } = matcher;
  if (isEmpty(matcher)) return false;
  return (
    (rules.length === 0 || rules.some((pattern) => glob(pattern, about.rule))) &&
    (severities.length === 0 || severities.includes(about.severity)) &&
    (pce === undefined || pce === about.pce) &&
    (host === undefined || (HOSTS.includes(about.subject.kind) && glob(host, about.subject.name))) &&
    (subject === undefined || glob(subject, about.subject.name)) &&
    (labels === undefined || carried(labels, about))
  );
};

/** True when it has no condition. */
export const isEmpty = ({ rules, severities, pce, labels, host, subject }: Matcher): boolean =>
  rules.length === 0 &&
  severities.length === 0 &&
  [pce, labels, host, subject].every((one) => one === undefined);

/** What hides one alert and nothing else: its rule and its host, or its subject; with the reason people read. */
export const narrowest = ({
  rule,
  pce,
  subject,
}: Pick<Matchable, 'rule' | 'pce' | 'subject'>): { readonly matcher: Matcher; readonly reason: string } => ({
  matcher: {
    rules: [rule],
    severities: [],
    pce,
    ...(HOSTS.includes(subject.kind) ? { host: subject.name } : { subject: subject.name }),
  },
  reason: `set from the message about ${subject.name}`,
});

/** One workload outside the labels is enough to be told: an alert about two hosts is not hidden by one of them. */
const carried = (text: string, { labels }: Matchable): boolean => {
  const query = selector(text);
  return labels.length > 0 && labels.every((set) => matchesLabels(query, set));
};

/** As it is written in a command: `rule=ven-offline env=dev host=web-*`. */
export const matcherText = ({ rules, severities, pce, labels, host, subject }: Matcher): string =>
  [
    ...(rules.length === 0 ? [] : [`rule=${rules.join(',')}`]),
    ...(severities.length === 0 ? [] : [`severity=${severities.join(',')}`]),
    ...(pce === undefined ? [] : [`pce=${pce}`]),
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(subject === undefined ? [] : [`subject=${quoted(subject)}`]),
    ...(labels === undefined ? [] : [labels]),
  ].join(' ');

const quoted = (name: string): string => (/\s/.test(name) ? `"${name}"` : name);

/** `warning` is that one, `error+` that one and graver ones. undefined = no severity. */
export const severitiesOf = (text: string): readonly Severity[] | undefined => {
  const from = SEVERITIES.indexOf(text.replace(/\+$/, '') as Severity);
  if (from < 0) return undefined;
  return text.endsWith('+') ? SEVERITIES.slice(from) : SEVERITIES.slice(from, from + 1);
};

import { labelText } from '../label.ts';
import { portsIn } from '../service-ranges.ts';
import type { Severity } from '../severity.ts';
import { counted, grouped, listed } from '../text.ts';
import { type Broadening, broadenings, CAUSES, type Cause, type Look, sensitiveLabels } from './broad.ts';
import type { PolicyChange } from './change.ts';
import { type Concerned, concernedBy, type End } from './population.ts';
import { editWords } from './words.ts';

/** What an edit made broad, for people. */
export interface Judgement {
  /** A guard that was weakened is an error (definitions §3 (e)). */
  readonly severity: Severity;
  readonly weakens: boolean;
  /** The same as long as the same is broad for the same reasons, whatever the estate counts today. */
  readonly key: string;
  /** Sentences, in the order they are read: what changed, whom it would touch, why that is told. */
  readonly story: string;
}

/** Edits told in full; the others are counted. */
const MOST_EDITS = 3;

/** Judges one change of the policy; undefined when nothing of it is broad now that was not before. */
export const judge = (change: PolicyChange, look: Look): Judgement | undefined => {
  const found = broadenings(change, look);
  if (found.length === 0) return undefined;
  const causes = CAUSES.filter((cause) => found.some((one) => one.causes.includes(cause)));
  const weakens = causes.includes('weakened');
  const edits = found.map(({ before, after }) => editWords(before, after, look));
  const sentences = [
    ...edits.slice(0, MOST_EDITS),
    ...(edits.length > MOST_EDITS ? [`And ${counted(edits.length - MOST_EDITS, 'more rule')}`] : []),
    touches(found, look),
    ...causes.map((cause) =>
      REASONS[cause](
        found.filter((one) => one.causes.includes(cause)),
        change,
        look,
      ),
    ),
  ];
  return {
    severity: weakens ? 'error' : 'warning',
    weakens,
    key: [...causes, ...edits].join('\n'),
    story: `${sentences.join('. ')}.`,
  };
};

/** `Would touch 412 workloads, 37 of them env=prod` (definitions §3). */
const touches = (found: readonly Broadening[], { population, context }: Look): string => {
  const { hosts, kinds } = concernedBy(found.flatMap(endsOf), population);
  if (population.managed === 0) return 'How many workloads it would touch is not known yet';
  const inside = new Map<string, number>();
  for (const { labels, hosts: n } of kinds) {
    const env = labels.filter(({ key }) => key === 'env');
    if (env.length > 0 && context.zone(labels) !== 'other')
      inside.set(labelText(env), (inside.get(labelText(env)) ?? 0) + n);
  }
  const zones = [...inside].map(([env, n], i) => `${grouped(n)}${i === 0 ? ' of them' : ''} ${env}`);
  return [`It would touch ${counted(hosts, 'workload')}`, ...zones].join(', ');
};

const endsOf = ({ before, after }: Broadening): End[] => {
  const rule = after ?? before;
  return rule === undefined
    ? []
    : [
        { rule, side: 'providers' },
        { rule, side: 'consumers' },
      ];
};

type Reason = (found: readonly Broadening[], change: PolicyChange, look: Look) => string;

const REASONS: Readonly<Record<Cause, Reason>> = {
  reach: (found, _, { population }) => {
    const of = (rule: (one: Broadening) => Broadening['after']): Concerned =>
      concernedBy(
        found.flatMap((one) => endsOf({ before: undefined, after: rule(one), causes: [] })),
        population,
      );
    const [then, now] = [
      of(({ before }) => (before?.on === true ? before : undefined)),
      of(({ after }) => after),
    ];
    return `That is ${grouped(now.hosts)} of ${grouped(population.managed)} managed ones, ${grouped(then.hosts)} before`;
  },
  open: (found, _, { limits }) =>
    found.some(({ after }) => after !== undefined && portsIn(after.services) > limits.ports)
      ? 'Anybody could connect, with all services'
      : 'Anybody could connect, and to what is of high value or watched',
  services: () => 'All services would cross the border of a scope',
  sensitive: (found, _, look) => {
    const named = found.flatMap(({ before, after }) => differing(before, after, look));
    return `Watched labels are concerned: ${listed([...new Set(named)], 5)}`;
  },
  weakened: () => 'What was stopped or guarded so far would no longer be',
  widened: (found, { kind, name }) =>
    `The ${kind} ${name} is used by ${counted(found.length, 'rule')} in ${listed([...new Set(found.map(({ after }) => after?.name ?? ''))], 5)}`,
};

/** `role=dc added`, `role=dc removed`. */
const differing = (before: Broadening['before'], after: Broadening['after'], look: Look): string[] => {
  const texts = (rule: Broadening['after']): string[] =>
    sensitiveLabels(rule?.on === true ? rule : undefined, look).map(
      ({ key, value, except }) => `${except ? 'exception ' : ''}${key}=${value}`,
    );
  const [was, is] = [texts(before), texts(after)];
  return [
    ...is.filter((one) => !was.includes(one)).map((one) => `${one} added`),
    ...was.filter((one) => !is.includes(one)).map((one) => `${one} removed`),
  ];
};

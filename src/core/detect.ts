import { type PolicyQuestion, questionKey } from './draft/change.ts';
import type { PceEvent } from './event.ts';
import { isKnownType } from './event-types.ts';
import { patternOf } from './pattern.ts';
import type { AlertRule, Cleared, Detector, Finding, Observation, RuleContext } from './rule.ts';
import { sameJson } from './same-json.ts';
import type { RuleSettings } from './settings.ts';
import type { Severity } from './severity.ts';

/** A rule with its options bound and its configured severity. */
export interface CompiledRule {
  readonly id: string;
  readonly rule: AlertRule;
  /** Replaces the severity of every finding; undefined = the rule decides. */
  readonly severity: Severity | undefined;
  readonly detector: Detector;
}

/** What one observation meant to all rules. What is empty or absent has not changed. */
export interface Detected {
  readonly findings: readonly { readonly rule: CompiledRule; readonly finding: Finding }[];
  readonly cleared: readonly { readonly rule: CompiledRule; readonly cleared: Cleared }[];
  /** By rule id, changed ones only. */
  readonly memories: Readonly<Record<string, unknown>>;
  /** By rule id: when it wants a `wake` (epoch ms), or null = no longer; only rules whose memory changed or that were woken. */
  readonly wakes: Readonly<Record<string, number | null>>;
  /** Events that gave a finding or changed a memory: [href, event time in ms]. They must not be evaluated again. */
  readonly seen: readonly (readonly [string, number])[];
  /** Rules that threw: their memory stays as it was, the others went on. */
  readonly failures: readonly { readonly rule: string; readonly error: unknown }[];
  /** Events and notifications of types nobody documented, counted. */
  readonly unknownTypes: Readonly<Record<string, number>>;
}

export interface RuleSet {
  /** By id, enabled ones only. */
  readonly rules: ReadonlyMap<string, CompiledRule>;
  /** @param memories by rule id; an absent one is an empty memory */
  run(observation: Observation, memories: ReadonlyMap<string, unknown>): Detected;
  /** Hrefs of workloads to read before a `wake` at `now`. */
  reads(memories: ReadonlyMap<string, unknown>, now: number): readonly string[];
  /** What rules want to know of the policy at `now`, each question once. */
  asks(memories: ReadonlyMap<string, unknown>, now: number): readonly PolicyQuestion[];
}

/**
 * Binds options once and indexes the rules by what they listen to. Throws a ZodError when options do not fit (config checked them).
 * @param settingsFor what the configuration says of a rule; undefined = enabled, with its defaults
 */
export const compileRules = (
  rules: readonly AlertRule[],
  settingsFor: (id: string) => RuleSettings | undefined,
  context: RuleContext,
): RuleSet => {
  const compiled = rules.flatMap((rule): CompiledRule[] => {
    const settings = settingsFor(rule.id);
    if (settings?.enabled === false) return [];
    const detector = rule.bind(settings?.options, context);
    return [{ id: rule.id, rule, severity: settings?.severity, detector }];
  });
  const index = indexed(compiled);
  return {
    rules: new Map(compiled.map((rule) => [rule.id, rule])),
    run: (observation, memories) =>
      observation.kind === 'events'
        ? runEvents(index, observation, memories)
        : collect(
            compiled
              .filter(({ rule }) => listensTo(rule.on, observation))
              .map((rule) => ({ rule, observation, events: [] })),
            memories,
            {},
          ),
    reads: (memories, now) => [
      ...new Set(compiled.flatMap((rule) => wanted(rule, memories, ({ reads }, own) => reads?.(own, now)))),
    ],
    asks: (memories, now) => [
      ...new Map(
        compiled
          .flatMap((rule) => wanted(rule, memories, ({ asks }, own) => asks?.(own, now)))
          .map((question) => [questionKey(question), question]),
      ).values(),
    ],
  };
};

const listensTo = ({ readings = [], standing }: AlertRule['on'], observation: Observation): boolean =>
  (observation.kind !== 'events' && readings.includes(observation.kind)) ||
  (standing === true && observation.kind === 'sweep' && observation.standing !== undefined);

/** A memory that cannot be read asks for nothing: `run` reports the failure. */
const wanted = <T>(
  { id, detector }: CompiledRule,
  memories: ReadonlyMap<string, unknown>,
  ask: (detector: Detector, memory: unknown) => readonly T[] | undefined,
): readonly T[] => {
  try {
    return ask(detector, memories.get(id)) ?? [];
  } catch {
    return [];
  }
};

interface Listeners {
  readonly rules: readonly CompiledRule[];
  readonly known: boolean;
}

interface Index {
  ofType(type: string): Listeners;
  ofNotice(type: string): Listeners;
}

/** Types remembered at most: a PCE knows some 280, so more is noise that is looked up each time instead. */
const MOST_TYPES = 2_000;

/** Letters of a type that are looked at: the longest known one has 60. What is decided once need not be counted. */
const MOST_LETTERS = 200;
const FREELY = (): void => {};

const indexed = (rules: readonly CompiledRule[]): Index => ({
  ofType: listening(rules, ({ types }) => types),
  ofNotice: listening(rules, ({ notices = [] }) => notices),
});

/** Who listens to a type: found once, then looked up. */
const listening = (
  rules: readonly CompiledRule[],
  patterns: (on: AlertRule['on']) => readonly string[],
): ((type: string) => Listeners) => {
  const heard = new Map<string, Listeners>();
  const hearing = rules.map((rule) => ({ rule, patterns: patterns(rule.rule.on).map(patternOf) }));
  return (type) => {
    const listed = heard.get(type);
    if (listed !== undefined) return listed;
    const listeners = {
      rules: hearing
        .filter(({ patterns: own }) => own.some((hears) => hears(type.slice(0, MOST_LETTERS), FREELY)))
        .map(({ rule }) => rule),
      known: isKnownType(type),
    };
    if (heard.size < MOST_TYPES) heard.set(type, listeners);
    return listeners;
  };
};

type EventsSeen = Extract<Observation, { kind: 'events' }>;

/** Each rule sees its own events only, each once, by event time: the order in which a PCE hands them out means nothing. */
const runEvents = (
  index: Index,
  observation: EventsSeen,
  memories: ReadonlyMap<string, unknown>,
): Detected => {
  const own = new Map<CompiledRule, PceEvent[]>();
  const unknown = new Map<string, number>();
  const give = (rule: CompiledRule, event: PceEvent): void => {
    const events = own.get(rule);
    if (events === undefined) own.set(rule, [event]);
    else if (events[events.length - 1] !== event) events.push(event);
  };
  const count = (type: string): void => {
    unknown.set(type, (unknown.get(type) ?? 0) + 1);
  };
  for (const event of observation.events) {
    const { rules, known } = index.ofType(event.type);
    if (!known) count(event.type);
    for (const rule of rules) give(rule, event);
    for (const { type } of event.notices) {
      const heard = index.ofNotice(type);
      if (!heard.known && type !== event.type) count(type);
      for (const rule of heard.rules) give(rule, event);
    }
  }
  const work = [...own].map(([rule, events]) => {
    const sorted = events.sort(byTime).filter(({ href }, i) => href !== events[i - 1]?.href);
    return { rule, observation: { ...observation, events: sorted }, events: sorted };
  });
  return collect(work, memories, Object.fromEntries(unknown));
};

const byTime = (a: PceEvent, b: PceEvent): number =>
  a.at - b.at || (a.href < b.href ? -1 : a.href > b.href ? 1 : 0);

const collect = (
  work: readonly {
    readonly rule: CompiledRule;
    readonly observation: Observation;
    readonly events: readonly PceEvent[];
  }[],
  memories: ReadonlyMap<string, unknown>,
  unknownTypes: Detected['unknownTypes'],
): Detected => {
  const findings: Detected['findings'][number][] = [];
  const cleared: Detected['cleared'][number][] = [];
  const changed: Record<string, unknown> = {};
  const wakes: Record<string, number | null> = {};
  const failures: Detected['failures'][number][] = [];
  const seen = new Map<string, number>();
  for (const { rule, observation, events } of work) {
    const before = memories.get(rule.id);
    try {
      const detection = rule.detector.detect(observation, before);
      // What the store would keep: no memory and a null one are the same.
      const remembers = !sameJson(detection.memory ?? null, before ?? null);
      if (remembers) changed[rule.id] = detection.memory;
      if (remembers || observation.kind === 'wake') wakes[rule.id] = detection.wakeAt ?? null;
      const told = new Set(detection.findings.map(({ event }) => event));
      for (const { href, at } of events) if (remembers || told.has(href)) seen.set(href, at);
      findings.push(...detection.findings.map((finding) => ({ rule, finding: graded(rule, finding) })));
      cleared.push(...detection.cleared.map((one) => ({ rule, cleared: one })));
    } catch (error) {
      failures.push({ rule: rule.id, error });
    }
  }
  return { findings, cleared, memories: changed, wakes, seen: [...seen], failures, unknownTypes };
};

const graded = ({ severity }: CompiledRule, finding: Finding): Finding =>
  severity === undefined ? finding : { ...finding, severity };

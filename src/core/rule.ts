import type { z } from 'zod';
import type { PolicyChange, PolicyQuestion } from './draft/change.ts';
import type { OpenDraft } from './draft/open.ts';
import type { PceEvent } from './event.ts';
import type { ExternalAlert, MeantHost } from './external.ts';
import type { End } from './flow.ts';
import type { HealthReading } from './health.ts';
import type { Label } from './label.ts';
import type { LabelQuery } from './label-query.ts';
import type { NamingRule } from './naming-rules.ts';
import type { NodeReport } from './node-report.ts';
import type { QuarantinedHost } from './quarantined.ts';
import type { Severity } from './severity.ts';
import type { StandingHost, StandingRule } from './standing-state.ts';
import type { Subject } from './subject.ts';
import type { Text } from './text.ts';
import type { Polled } from './traffic/watch.ts';
import type { Estate, Workload } from './workload.ts';

/** How the PCE answers at all, seen from outside (definitions §3 pce-unreachable). Times are epoch ms of our clock. */
export interface Reach {
  readonly lastOkAt: number | undefined;
  /** The first failure since the last good answer; undefined while it answers. */
  readonly failingSince: number | undefined;
  /** Why it fails, for people: "TLS: certificate expired", "HTTP 503". */
  readonly why: string | undefined;
  /** A 401 or 403: the PCE is there, our key is not accepted. */
  readonly refused: boolean;
  /** Median of the last ten answers. */
  readonly medianMs: number | undefined;
}

/**
 * What one poll saw. `now` is the PCE's clock (its Date header), for `reach` our own.
 * `sweep` carries what a GET said of the hosts of open alerts: null = the PCE no longer has it.
 */
export type Observation = { readonly pce: string; readonly now: number; readonly estate: Estate } & (
  | {
      readonly kind: 'events';
      readonly events: readonly PceEvent[];
      /** What is in quarantine; absent where nobody keeps a state. */
      readonly quarantined?: readonly QuarantinedHost[];
      /** Drafts an alert is open on, where a provisioning is among the events. */
      readonly drafts?: readonly OpenDraft[];
      /** True where what a rule asks of the policy will be read. In a replay there is no PCE: judge by what the events say. */
      readonly answering?: true;
    }
  | { readonly kind: 'health'; readonly reading: HealthReading }
  /** What a node says of itself by syslog, between two looks at its health. */
  | { readonly kind: 'node-report'; readonly report: NodeReport }
  | { readonly kind: 'reach'; readonly reach: Reach }
  | {
      readonly kind: 'sweep';
      readonly hosts: ReadonlyMap<string, Workload | null>;
      readonly suspended: readonly Workload[];
      /** What already is so, by rule: only when the bot begins to watch, or was away for a day. */
      readonly standing?: ReadonlyMap<StandingRule, readonly StandingHost[]>;
    }
  /**
   * How complete the reading of events is: from where on something is missing, or how the PCE's newest event compares with the
   * newest we have ever seen (both epoch ms).
   */
  | {
      readonly kind: 'ingest';
      readonly gapFrom?: number | undefined;
      readonly newest?: number;
      readonly newestSeen?: number | undefined;
      /** A person said that the log is rightly older than what we have seen. */
      readonly accepted?: boolean;
    }
  /** All events of a complete hour, each once, read 20 min after its end; null = they could not all be read. */
  | { readonly kind: 'hour'; readonly from: number; readonly events: readonly PceEvent[] | null }
  /**
   * What a GET said of the hosts in quarantine, and the provisioned rules that name their quarantine labels. A host that could not
   * be read is absent, null = the PCE no longer has it; `naming` is undefined when the policy could not be read.
   */
  | {
      readonly kind: 'quarantine';
      readonly quarantined: readonly QuarantinedHost[];
      readonly hosts: ReadonlyMap<string, Workload | null>;
      readonly naming: readonly NamingRule[] | undefined;
    }
  /** Who began to talk to whom in the last 24 h, and how much was new in the hours that are complete (definitions §5). */
  | ({ readonly kind: 'flows' } & Pick<Polled, 'edges' | 'hours' | 'daysKnown'>)
  /** What another product detected, with the hosts of this PCE that it may mean. */
  | { readonly kind: 'external'; readonly alert: ExternalAlert; readonly hosts: readonly MeantHost[] }
  /** What was read because a rule asked (Detector.asks), by `questionKey`. */
  | { readonly kind: 'policy'; readonly answers: PolicyAnswers }
  /** A person says that a node of the PCE, by the name its alert has, was removed on purpose. */
  | { readonly kind: 'removed'; readonly node: string }
  /** A rule asked to be called at this time; `hosts` holds what it asked to be read (Detector.reads). */
  | { readonly kind: 'wake'; readonly hosts: ReadonlyMap<string, Workload | null> }
);

/** By `questionKey`. refused: the PCE does not hand it out; failed: it could not be read this time. */
export type PolicyAnswers = ReadonlyMap<string, PolicyChange | 'refused' | 'failed'>;

/** Something a rule saw. Text parts are literal: views escape them. */
export interface Finding {
  readonly subject: Subject;
  readonly severity: Severity;
  /** Event time, epoch ms. */
  readonly at: number;
  /** What happened and to what, without the severity: "Firewall tampering on web-01". */
  readonly title: string;
  /** One to three sentences: what was seen, since when, how bad. */
  readonly story: Text;
  /** Hrefs of the workloads concerned, for labels, scopes and buttons. */
  readonly workloads: readonly string[];
  /** Ids of actions worth offering; empty = only acknowledge. */
  readonly suggests: readonly string[];
  /** The event it was seen in; null for findings from a state. */
  readonly event: string | null;
  /** A fact among the conditions of its rule: told, never "resolved". */
  readonly life?: 'once';
  /** Its severity counts in already whether a host is high-value. */
  readonly weighed?: true;
  /** About many hosts that have alerts of their own: it leads their message, and no one host's worth makes it graver or louder. */
  readonly gathers?: true;
  /** The same again and again, harmless each time: its own severity, however grave it began, and one line a day. */
  readonly daily?: true;
  /** Worth one line of a digest, no message of its own: still learning, or long over. */
  readonly digest?: true;
}

/** A condition that is over. */
export interface Cleared {
  readonly subject: Subject;
  readonly at: number;
  /** "back online", "unpaired": completes "Resolved 14:06 — …". */
  readonly why: string;
}

export interface Detection {
  readonly findings: readonly Finding[];
  readonly cleared: readonly Cleared[];
  /** The rule's memory after this observation: plain JSON, saved in the same commit as the cursor. */
  readonly memory: unknown;
  /** Epoch ms at which the rule wants a `wake`, even if nothing happens. */
  readonly wakeAt?: number | undefined;
}

/** How long an alert of a rule lives (definitions §3 "Life of a rule"). */
export type Life =
  | { readonly kind: 'state' }
  /** Over when nothing came for `quietMs`; `over` is what did not come: "no tampering". */
  | { readonly kind: 'burst'; readonly quietMs: number; readonly over: string }
  | { readonly kind: 'once' };

/** A rule with its options bound: what the pipeline runs. Pure and synchronous. */
export interface Detector {
  detect(observation: Observation, memory: unknown): Detection;
  /** Hrefs of workloads the rule wants read before a wake at `now`. */
  reads?(memory: unknown, now: number): readonly string[];
  /** What it wants to know of the policy at `now`. The fewer at once the better: one answer takes up to a dozen calls. */
  asks?(memory: unknown, now: number): readonly PolicyQuestion[];
}

type Labels = readonly Pick<Label, 'key' | 'value'>[];

/** A selector whose gain or loss matters. */
export interface Watch {
  /** As written: `env=prod role=db*`. */
  readonly name: string;
  readonly query: LabelQuery;
  readonly highValue: boolean;
}

/** What the configuration says about the estate, for rules that ask (definitions §2, §3). Label matchers are already compiled. */
export interface RuleContext {
  highValue(labels: Labels): boolean;
  /** Hosts that come and go: counted, not alerted. */
  ephemeral(labels: Labels): boolean;
  /** The zone a host is in: the first `zones` selector that matches, as written, or `other`. */
  zone(labels: Labels): string;
  /** Selectors of labels whose gain or loss matters: those of `watch` and of `high_value`, each one once. */
  readonly watches: readonly Watch[];
  /** Label keys the quarantine sets: every change of one matters. */
  readonly quarantineKeys: readonly string[];
  /** Addresses many people come from: configured ones (proxies) and the PCE itself. */
  shared(address: string): boolean;
  /** A host that may scan, as configured and not yet run out. @param now epoch ms */
  scanner(end: End, now: number): boolean;
  /** True for machines the PCE knows and for addresses of the own networks. */
  internal(end: End): boolean;
  /** True for hosts that serve all zones, such as directory or name servers. */
  common(labels: Labels): boolean;
  /** True when the configuration says which zones there are. */
  readonly zoned: boolean;
  /** When the read key of a PCE expires, as configured; epoch ms. */
  keyExpiry(pce: string): number | undefined;
  /** Names of actors whose changes are routine. */
  readonly automation: readonly string[];
  /** Key ids of the bot itself, as events name them: what they did is never someone else's doing (definitions §2). */
  readonly ownKeys: readonly string[];
}

/** What a registry holds: everything about a rule that help, docs, config and the pipeline need. */
export interface AlertRule {
  readonly id: string;
  /** What it finds in two or three words, as the title of a message about several: "VEN offline". */
  readonly title: string;
  /** One line for tables: what it watches. */
  readonly about: string;
  readonly severity: Severity;
  readonly life: Life;
  readonly on: {
    readonly types: readonly string[];
    /** Notification types that count in whatever event they occur. */
    readonly notices?: readonly string[];
    readonly readings?: readonly Exclude<Observation['kind'], 'events'>[];
    /** Also the sweep that says what already is so when the bot begins to watch. */
    readonly standing?: true;
  };
  readonly options: z.ZodType;
  /** What a person should do next: one or two plain sentences. */
  readonly todo: string;
  /** True for alerts that only say something is absent: hidden while the PCE itself is unreachable (definitions §4). */
  readonly bornOfAbsence?: boolean;
  /** Every occurrence is told: no quiet period (definitions §3: csrf). */
  readonly neverQuiet?: boolean;
  /** Binds parsed options; throws a ZodError when they do not fit the schema. */
  bind(options: unknown, context: RuleContext): Detector;
}

interface RuleSpec<Options, Memory> extends Omit<AlertRule, 'options' | 'bind'> {
  readonly options: z.ZodType<Options>;
  /** Parses what was stored; must turn `undefined` into an empty memory. */
  readonly memory: z.ZodType<Memory>;
  detect(
    observation: Observation,
    memory: Memory,
    options: Options,
    context: RuleContext,
  ): {
    findings: readonly Finding[];
    cleared?: readonly Cleared[];
    memory?: Memory;
    wakeAt?: number | undefined;
  };
  reads?(memory: Memory, now: number, options: Options): readonly string[];
  asks?(memory: Memory, now: number, options: Options): readonly PolicyQuestion[];
}

/** Makes a rule for the registry: options and memory are parsed here once, so that the rule itself sees only true types. */
export const defineRule = <Options, Memory>(spec: RuleSpec<Options, Memory>): AlertRule => ({
  ...spec,
  bind(raw, context) {
    const options = spec.options.parse(raw ?? {});
    const { reads, asks } = spec;
    const memories = parsedOnce(spec.memory);
    return {
      detect(observation, stored) {
        const memory = memories.of(stored);
        const {
          findings,
          cleared = [],
          memory: next = memory,
          wakeAt,
        } = spec.detect(observation, memory, options, context);
        memories.made(next);
        return { findings, cleared, memory: next, wakeAt };
      },
      ...(reads === undefined
        ? {}
        : { reads: (stored: unknown, now: number) => reads(memories.of(stored), now, options) }),
      ...(asks === undefined
        ? {}
        : { asks: (stored: unknown, now: number) => asks(memories.of(stored), now, options) }),
    };
  },
});

/**
 * Memories by the object that holds them: what the store gives back is what a rule made of it, and both are never changed. Only what was
 * read from the disk is parsed, once.
 */
const parsedOnce = <Memory>(schema: z.ZodType<Memory>) => {
  const known = new WeakMap<object, Memory>();
  return {
    of(stored: unknown): Memory {
      if (typeof stored !== 'object' || stored === null) return schema.parse(stored);
      const memory = known.get(stored) ?? schema.parse(stored);
      known.set(stored, memory);
      return memory;
    },
    made(memory: Memory): void {
      if (typeof memory === 'object' && memory !== null) known.set(memory, memory);
    },
  };
};

import type { Person } from './alert.ts';
import { type Budget, DEFAULT_BUDGET } from './budget.ts';
import type { Cron } from './cron.ts';
import type { CustomRule } from './custom/spec.ts';
import type { Hours } from './hours.ts';
import type { Matcher } from './matcher.ts';
import type { Preset } from './output/bodies.ts';
import type { LineFormat } from './output/line.ts';
import type { Severity } from './severity.ts';

/** The configuration after parsing: every default filled in, every reference checked. Durations are milliseconds. */
export interface Settings {
  readonly pces: readonly PceSettings[];
  readonly slack: SlackSettings;
  readonly routes: readonly Route[];
  readonly channels: {
    /** Where alerts go that no route names. */
    readonly fallthrough: string;
    /** Where a message goes whose channel is gone. */
    readonly fallback: string;
    /** Where the bot speaks of its own troubles. */
    readonly admin: string;
    readonly announce: string | undefined;
    /** Where the list of quarantined hosts is kept; absent = nowhere. */
    readonly quarantined?: string;
    /** Where a critical alert goes that nobody answers; the fallback channel if not given. */
    readonly approvers?: string | undefined;
    /** Channels `--share` may post to. */
    readonly share: readonly string[];
  };
  readonly roles: Roles;
  readonly quarantine: QuarantineSettings | undefined;
  /** How quarantined machines are reached by those who clean them (definitions §7.1); read from `quarantine`. */
  readonly management: ManagementPath;
  readonly limits: ResponseLimits;
  /** Hosts nobody may quarantine: names, addresses or label selectors. */
  readonly never: readonly string[];
  readonly protected: readonly string[];
  /** Label selectors (`env=prod`, several = AND) that raise severity one step and are exempt from quiet periods. */
  readonly highValue: readonly string[];
  readonly watch: readonly string[];
  /** Groups of values of `env` a label change is reported between (definitions §3 label-changed). */
  readonly zones: readonly string[];
  readonly ephemeral: readonly string[];
  /**
   * What many use: addresses and networks many people come from, such as proxies, and label selectors of hosts that serve all
   * zones, such as directory servers.
   */
  readonly shared: readonly string[];
  /** Hosts that may scan. */
  readonly scanners: readonly Scanner[];
  /** The own networks; empty = the private ones. */
  readonly internal: readonly string[];
  /** Label keys whose values are the groups that blocked-spike counts. */
  readonly watchGroups: readonly string[];
  /** Label selectors, each a group that traffic-spike counts. */
  readonly spikeGroups: readonly string[];
  /** Actors whose changes are routine: schedulers, CMDB synchronisation. */
  readonly automation: readonly string[];
  readonly poll: {
    readonly events: Interval;
    readonly sweep: Interval;
    readonly health: Interval;
    readonly traffic: Interval;
  };
  /** By rule id: whether it runs, a severity that replaces its own, and its options as written. */
  readonly rules: Readonly<Record<string, RuleSettings>>;
  /** Rules of the operator's own; absent = none. */
  readonly custom?: readonly CustomRule[];
  /** Where this machine's probes ask, and the dead-man's switch that is called every minute while ready. */
  readonly http: { readonly port: number; readonly ping: string | undefined } | undefined;
  /** Join root posts of one rule while too many wait in a channel (definitions §4 "Storm"). */
  readonly folding: boolean;
  /** Absent = none. */
  readonly silences?: readonly ConfiguredSilence[];
  readonly maintenance?: readonly MaintenanceWindow[];
  /** Boards that stand in a channel. Absent = none. */
  readonly boards?: readonly PinnedBoard[];
  /** How long events are kept as they came, ms; absent = they are not. */
  readonly archiveMs?: number;
  /** Absent = none. */
  readonly digests?: readonly DigestSettings[];
  /** Absent = none. */
  readonly outputs?: readonly OutputSettings[];
  /** Where other products report detections; absent = nowhere. */
  readonly intake?: IntakeSettings;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}

/** The boards there are (src/commands/board). */
export const BOARD_IDS = ['security', 'pce', 'workloads'] as const;

/** A board that is one message of a channel, edited in place. */
export interface PinnedBoard {
  readonly board: (typeof BOARD_IDS)[number];
  readonly channel: string;
  /** Absent = all. */
  readonly pce?: string;
  /** A label selector; absent = all hosts. */
  readonly labels?: string;
  readonly everyMs: number;
}

/** What is handed over, said at a time of the wall clock. */
export interface DigestSettings {
  readonly channel: string;
  /** A cron expression in `zone`. */
  readonly cron: string;
  readonly zone: string;
}

/** A port that is called from outside; file paths as the process sees them. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
}

export interface IntakeSettings extends Listening {
  readonly secret: string;
  readonly pagerDutySecret: string | undefined;
}

/** A place outside Slack; `caFile` as the process sees it. */
export type OutputSettings =
  | {
      readonly type: 'webhook';
      readonly name: string;
      readonly url: string;
      readonly preset: Preset;
      readonly secret: string | undefined;
      readonly routingKey: string | undefined;
      readonly authorization: string | undefined;
      readonly allow: readonly string[];
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'smtp';
      readonly name: string;
      readonly host: string;
      readonly port: number;
      readonly security: 'tls' | 'starttls' | 'none';
      readonly user: string | undefined;
      readonly password: string | undefined;
      readonly from: string;
      readonly to: readonly string[];
      readonly caFile: string | undefined;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'syslog';
      readonly name: string;
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly format: LineFormat;
      readonly caFile: string | undefined;
      readonly timeoutMs: number;
    };

/** A duration in ms, or a cron expression (design §3: both are run by our own loops). */
export type Interval = number | string;

export interface RuleSettings {
  readonly enabled: boolean;
  readonly severity: Severity | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where people read what to do: the file's link for this rule. */
  readonly runbook?: string | undefined;
  /** The one channel its alerts go to instead of where the routes say: by a change in Slack only. */
  readonly channel?: string | undefined;
}

export interface PceKey {
  readonly key: string;
  readonly secret: string;
}

export interface PceSettings {
  readonly name: string;
  readonly url: string;
  /** Where people open the console, if not at `url`. */
  readonly uiUrl: string;
  readonly org: number;
  /** Addresses of the other PCEs of its supercluster; absent = it stands alone. */
  readonly members?: readonly string[];
  readonly read: PceKey;
  /** Without it quarantine is off for this PCE. */
  readonly write: PceKey | undefined;
  readonly traffic: PceKey | undefined;
  /** When the read key expires, epoch ms. */
  readonly expires: number | undefined;
  readonly caFile: string | undefined;
  /** Where this PCE's syslog stream is heard; absent = nowhere. */
  readonly syslog?: SyslogSettings;
}

/** `from`: addresses and networks that may connect; `clientCaFile`: only peers with a certificate of it. */
export interface SyslogSettings extends Listening {
  readonly from: readonly string[];
  readonly clientCaFile: string | undefined;
}

export interface SlackSettings {
  readonly mode: 'socket' | 'http';
  readonly botToken: string;
  readonly appToken: string | undefined;
  readonly signingSecret: string | undefined;
  readonly port: number | undefined;
  readonly team: string;
  readonly apiUrl: string;
  readonly requestTimeoutMs: number;
  readonly connections: number;
}

export interface Route {
  readonly match: {
    readonly rules: readonly string[];
    readonly minSeverity: Severity;
    readonly pce: string | undefined;
    readonly labels: string | undefined;
  };
  readonly channel: string;
  /** `rule`, `subject` or label keys (definitions §4). */
  readonly groupBy: readonly string[];
  /** User group or user ids to mention, by severity. */
  readonly notify: Readonly<Partial<Record<Severity, string>>>;
  readonly goOn: boolean;
  /** Outputs that are told as well, by name. */
  readonly outputs?: readonly string[];
  /** Further channels that are told the same. */
  readonly also?: readonly string[];
  /** The channel a label's value names; `channel` where it names none. */
  readonly byLabel?: { readonly key: string; readonly channels: Readonly<Record<string, string>> };
  /** How long an alert may stay unanswered, instead of definitions §4's times. */
  readonly escalateAfterMs?: number;
  /** When this route holds; outside of it the next one is tried. */
  readonly hours?: Hours;
  /** What the health of the PCE has to be at least to be told here; what is milder tries the next route (definitions §3 pce-health). */
  readonly floor?: Severity;
}

/** A host that may scan: an address, a network or a label selector; who answers for it, and until when (epoch ms). */
export interface Scanner {
  readonly host: string;
  readonly owner: string;
  readonly expires: number;
}

/** A window that comes again and again: what matches is hidden while it is open. */
export interface MaintenanceWindow {
  /** Label selector of the hosts. */
  readonly labels: string;
  readonly rules: readonly string[];
  /** When it opens, a cron expression in `zone`. */
  readonly cron: Cron;
  readonly zone: string;
  readonly forMs: number;
  readonly reason: string;
}

/** A silence that is written in the configuration. */
export interface ConfiguredSilence {
  readonly matcher: Matcher;
  readonly until: number;
  readonly author: string;
  readonly reason: string;
}

/** No list = nobody (definitions §8). A user group id (S…) stands for its members; a person is written `T…/U…`. */
export interface Grant {
  readonly members: readonly (Person | { readonly group: string })[];
  readonly labels: string | undefined;
  readonly channels: readonly string[] | undefined;
  readonly actions: readonly string[] | undefined;
}

export interface Roles {
  /** undefined = every full member of the installing team. */
  readonly viewer: readonly Grant[] | undefined;
  readonly analyst: readonly Grant[];
  readonly responder: readonly Grant[];
  readonly approver: readonly Person[];
  readonly admin: readonly Person[];
}

export interface QuarantineSettings {
  readonly strategy: 'deny' | 'replace';
  /** Key → value put on the workload. */
  readonly labels: Readonly<Record<string, string>>;
}

/** What should stay open to a quarantined host. */
export interface ManagementPath {
  /** Names, addresses, networks or label selectors. Empty = from anywhere. */
  readonly sources: readonly string[];
  /** As people write them: `22/tcp`. */
  readonly services: readonly string[];
}
/** What bounds responses. Config keys: `quarantine.budget`, `quarantine.review`, `quarantine.dry_run`, `join_hold`, `break_glass`. */
export interface ResponseLimits {
  readonly budget: Budget;
  /** Offered times until a quarantine is reviewed, ms; the first is shown chosen. */
  readonly reviewsMs: readonly number[];
  /** Everything but the PUT, and it is said so. */
  readonly dryRun: boolean;
  /** A request unanswered for 5 min may be carried out by its requester alone (definitions §7.5). */
  readonly breakGlass: boolean;
  /** How long who joins a user group waits for its role (definitions §8); 0 = not at all. */
  readonly joinHoldMs: number;
}

const HOUR_MS = 3_600_000;
export const DEFAULT_LIMITS: ResponseLimits = {
  budget: DEFAULT_BUDGET,
  reviewsMs: [HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS],
  dryRun: false,
  breakGlass: false,
  joinHoldMs: HOUR_MS,
};

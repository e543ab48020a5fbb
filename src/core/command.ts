import type { Action } from './action.ts';
import type { Analysis } from './analysis.ts';
import type { Role } from './authorise.ts';
import type { CommandForm, FoundHost } from './command-form.ts';
import type { Deed } from './deed.ts';
import type { Label } from './label.ts';
import type {
  AuditTrail,
  Chat,
  Clock,
  Geo,
  Inventory,
  Member,
  Message,
  Pce,
  Profile,
  SeriesShelf,
  Store,
} from './ports.ts';
import type { AlertRule } from './rule.ts';
import type { SelfAudit } from './self-audit.ts';
import type { Settings } from './settings.ts';
import type { SlackChange } from './slack-changes.ts';
import type { Wanted } from './wanted.ts';

/** One PCE with what is cached of it. */
export interface PceDesk {
  readonly pce: Pce;
  readonly inventory: Inventory;
}

/** What a command may use. Everything arrives here: commands have no state and reach no adapter. */
export interface CommandDeps {
  readonly desks: readonly PceDesk[];
  readonly store: Store;
  readonly series: SeriesShelf;
  readonly trail: AuditTrail;
  readonly chat: Chat;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly geo: Geo;
  /** SHA-256 of a text as UTF-8, in hexadecimal. */
  readonly sha256: (content: string) => string;
  readonly status: () => Promise<BotStatus>;
  readonly catalog: Catalog;
}

/** The registries as data, for help and error texts. */
export interface Catalog {
  readonly rules: readonly AlertRule[];
  readonly commands: readonly Command[];
  readonly actions: readonly Pick<Action, 'id' | 'asks'>[];
  readonly analyses: readonly Analysis[];
}

/** Who asks, and where. */
export interface Asker {
  readonly profile: Profile;
  readonly channel: string;
  /** May this person also do that, here, to hosts with these labels? Empty = to the whole estate (core/authorise). */
  may(action: string, targets: readonly (readonly Label[])[]): Promise<boolean>;
}

/** What a command comes to (design §2): said back, handed to the response pipeline, or a problem with the input. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly message: Message;
      readonly share?: boolean;
      /** Go into the thread of a shared answer, or by direct message to who asks for them. */
      readonly files?: readonly AnswerFile[];
      /** What everybody reads in the announce channel, wherever it was asked (definitions §8). */
      readonly announce?: Message;
      readonly picture?: Picture;
      /** The asker wants files and picture by direct message. */
      readonly direct?: boolean;
    }
  /** Opens the modal of an action on one workload, or on several at once. */
  | {
      readonly kind: 'respond';
      readonly action: string;
      readonly pce: string;
      readonly hrefs: readonly [string, ...string[]];
      readonly wanted?: Wanted;
      /** A link to what speaks for it. */
      readonly evidence?: string;
    }
  /** Says whether the asker may do something to one workload, and why; changes nothing. */
  | { readonly kind: 'explain'; readonly action: string; readonly pce: string; readonly href: string }
  /** Does something about alerts or silences, with the same checks as the buttons. */
  | { readonly kind: 'deed'; readonly deed: Deed }
  /** Asks in a form what the command is about. */
  | {
      readonly kind: 'form';
      readonly form: CommandForm;
      /** Hosts that stand in it from the start. */
      readonly chosen?: readonly FoundHost[];
      /** Words that go with whatever is chosen. */
      readonly more?: readonly string[];
    }
  /** Names the word, what was expected, and a corrected command to copy. */
  | { readonly kind: 'problem'; readonly text: string; readonly copy?: string };

/** A file that goes with an answer; what it holds is made when it is asked for. */
export interface AnswerFile {
  readonly name: string;
  readonly title: string;
  readonly content: string;
}

/** A chart, and the same in words: on a machine that cannot draw, the words stand alone. */
export interface Picture {
  readonly name: string;
  readonly title: string;
  readonly svg: string;
  readonly alt: string;
  readonly lines: readonly string[];
}

/** A slash sub-command. */
export interface Command {
  readonly id: string;
  /** One line for help. */
  readonly summary: string;
  readonly usage: string;
  /** Three that work as they stand. */
  readonly examples: readonly string[];
  readonly role: Role;
  /** `estate`: its answer is about all hosts, which no label-scoped role covers. `own`: it asks for each host itself, or shows none. */
  readonly scope: 'estate' | 'own';
  run(words: readonly string[], asker: Asker, deps: CommandDeps): Promise<Reply>;
}

/** What `/illumio status` and the health checks report. Times are epoch ms. */
export interface BotStatus {
  readonly version: string;
  readonly startedAt: number;
  readonly ready: boolean;
  readonly slack: {
    readonly connections: number;
    readonly wanted: number;
    /** What waits for Slack's pace, longest wait first; ms until the last of it can be out, as things stand. */
    readonly backlog?:
      | readonly { readonly channel: string; readonly waiting: number; readonly waitMs: number }[]
      | undefined;
    /** Connections of this Slack app that are not ours: another program uses it. */
    readonly foreign?: number | undefined;
    /** Slack took the app or its token away, and by which event. */
    readonly revoked?: string | undefined;
  };
  readonly pces: readonly {
    readonly name: string;
    readonly cursor: number | undefined;
    readonly lastPollAt: number | undefined;
    readonly eventsSeen: number;
    readonly rejected: number;
    readonly trouble: string | undefined;
    readonly callsPerMinute: number;
    /** From the newest evaluated moment to now. */
    readonly lagMs?: number | undefined;
    /** Events that the last sweep found and no poll had. */
    readonly lastSweepFound?: number | undefined;
    /** Events since the start that only the daily look back found. */
    readonly late?: number | undefined;
    /** Times since the start that one answer could not hold a window, which was then cut. */
    readonly overflows?: number | undefined;
    /** Times since the start that a part of the log could not be read, and where the one that still cannot begins. */
    readonly gaps?: number | undefined;
    readonly gapFrom?: number | undefined;
    /** When our read key expires, as configured. */
    readonly keyExpiresAt?: number | undefined;
    /** Lines of its syslog stream since the start, by what they were; undefined where it has none. */
    readonly syslog?: SyslogStatus | undefined;
    readonly inventory: {
      readonly workloads: number;
      readonly managed: number;
      readonly readAt: number | undefined;
      /** The other PCEs of a supercluster. */
      readonly members?: readonly Member[] | undefined;
    };
  }[];
  readonly queue: { readonly waiting: number; readonly oldestAt: number | undefined; readonly dead: number };
  /** The state was put back from a backup; what is left to check until PCE writes go on. Epoch ms. */
  readonly restored?:
    | {
        readonly at: number;
        readonly checkedAt?: number;
        readonly responses: number;
        readonly messages: number;
      }
    | undefined;
  readonly outputs?: readonly OutputStatus[] | undefined;
  /** Calls from outside since the start; undefined where nobody may call. */
  readonly intake?: IntakeStatus | undefined;
  /** The newest look for matches that reached nobody; undefined before the first. */
  readonly selfAudit?: SelfAudit | undefined;
  /** What people changed of the rules in Slack, beside the configuration file. */
  readonly changes?: readonly SlackChange[];
}

export interface SyslogStatus {
  readonly events: number;
  /** A node's own health. */
  readonly health: number;
  /** Of other programs, and flows. */
  readonly other: number;
  /** Truncated or not to be read: their events come by the polls. */
  readonly garbled: number;
}

/** One place outside Slack. */
export interface OutputStatus {
  readonly name: string;
  /** Notices it has not taken yet, and since when the oldest is due, epoch ms. */
  readonly waiting: number;
  readonly oldestAt: number | undefined;
  /** Alerts it refused for good. */
  readonly dead: number;
  /** Why it took nothing when it was last tried; undefined when it took that. */
  readonly trouble: string | undefined;
  readonly toldAt: number | undefined;
}

export interface IntakeStatus {
  /** Alerts and acknowledgements. */
  readonly taken: number;
  /** Not believed or not understood. */
  readonly refused: number;
}

/** Why the bot is not ready, a sentence each; none when it is: a Slack connection stands and a PCE is polled. */
export const notReady = ({ slack, pces }: Pick<BotStatus, 'slack' | 'pces'>): readonly string[] => [
  ...(slack.revoked === undefined
    ? []
    : [`Slack took the app away (${slack.revoked}): install it again, then restart`]),
  ...(slack.connections > 0 ? [] : [`Slack: 0 of ${slack.wanted} connections stand`]),
  ...(pces.some(({ lastPollAt }) => lastPollAt !== undefined)
    ? []
    : pces.map(
        ({ name, trouble }) => `${name}: not polled yet${trouble === undefined ? '' : `, ${trouble}`}`,
      )),
];

/** A workload as a button's value: looked up again when it is pressed. */
export const targetRef = (pce: string, href: string): string => `${pce}|${href}`;

/** A target with the message that speaks for it: looked up again too. */
export const evidenceRef = (
  target: string,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): string => `${target}#${channel}/${ts}`;

/** The other way round: a value without such a message stays as it is. */
export const parseEvidenceRef = (
  value: string,
): {
  readonly target: string;
  readonly message: { readonly channel: string; readonly ts: string } | undefined;
} => {
  const [, target, channel, ts] = /^(.+)#([CGD][A-Z0-9]+)\/(\d+\.\d+)$/.exec(value) ?? [];
  return target === undefined || channel === undefined || ts === undefined
    ? { target: value, message: undefined }
    : { target, message: { channel, ts } };
};

/** The other way round; undefined for anything that is not a workload's href. */
export const parseTargetRef = (
  value: string,
): { readonly pce: string; readonly href: string } | undefined => {
  const [, pce, href] = /^([^|]+)\|(\/orgs\/\d+\/\w+\/[\w-]+)$/.exec(value) ?? [];
  return pce === undefined || href === undefined ? undefined : { pce, href };
};

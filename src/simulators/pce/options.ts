/** Delays in milliseconds of the simulated clock. */
export interface Timings {
  /** From a change that concerns a VEN to `security_policy_applied_at`. */
  readonly policySync: number;
  /** From `202 Accepted` to an async job's status `done`. */
  readonly job: number;
  /** From a traffic query's creation to `completed`; it is `queued` for the first third. */
  readonly trafficQuery: number;
  /** Between two flow reports of one VEN (facts §7.3 and definitions §5: about 10 minutes). */
  readonly flowReporting: number;
  /** How long a bulk operation occupies the PCE; a second one meanwhile is refused (facts §1). */
  readonly bulk: number;
}

/** How the server behaves where the facts are uncertain or where a deployment decides. */
export interface Quirks {
  /** The first download of a completed query has no rows (facts §7.2, "Race"). */
  readonly emptyFirstDownload: boolean;
  /** The download is gzip bytes without a Content-Encoding header (facts §7.2, UNCERTAIN). */
  readonly rawGzipDownload: boolean;
  /** The first traffic queries end like this instead of `completed` (facts §7.2; both spellings were seen). */
  readonly queriesEnd: readonly ('failed' | 'cancelled' | 'canceled')[];
  /** Every download of a completed query has no rows although some are counted. */
  readonly emptyDownloads: boolean;
  /** The download is CSV whatever `Accept` says (facts §7.2: the default body is CSV). */
  readonly alwaysCsv: boolean;
  /** Nothing is compressed although the client accepts it, as behind a proxy that takes `Accept-Encoding` away. */
  readonly plainBodies: boolean;
  /** Whether `X-Total-Count` ignores the filters, as measured live on 25.2.40 (facts §4.1), or counts the matches. */
  readonly totalCountIgnoresFilters: boolean;
}

/** What may be given to `startPceSimulator`; everything has a default. */
export interface PceSimulatorOptions {
  /** 0 (the default) takes any free port. */
  readonly port?: number;
  readonly seed?: number;
  readonly workloads?: number;
  readonly org?: number;
  readonly key?: string;
  readonly secret?: string;
  /** PCE release, as `25.2`; shapes follow it (facts §10). */
  readonly release?: string;
  /** Further PCEs of a supercluster beside the first, each on a port of its own; 0 (the default) = it stands alone. */
  readonly members?: number;
  /** PEM texts; with them the server speaks https. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Where the simulated clock starts, epoch milliseconds; default: the real time. */
  readonly now?: number;
  readonly timings?: Partial<Timings>;
  readonly quirks?: Partial<Quirks>;
  /** Requests a minute and key before 429; `retryAfter` (seconds) adds the header that no vendor text promises. */
  readonly rateLimit?: { readonly perMinute?: number; readonly retryAfter?: number };
  /** Real time in milliseconds, for the rate limit and the ticking of the clock. */
  readonly realTime?: () => number;
}

/** The options with every default filled in. */
export interface Settings {
  readonly port: number;
  readonly seed: number;
  readonly workloads: number;
  readonly org: number;
  readonly key: string;
  readonly secret: string;
  readonly release: string;
  readonly members: number;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly now: number;
  readonly timings: Timings;
  readonly quirks: Quirks;
  readonly rateLimit: { readonly perMinute: number; readonly retryAfter: number | undefined };
  readonly realTime: () => number;
}

/** Fills in the defaults of design §8; delays are short enough for a person or a test to wait for. */
export const settle = (options: PceSimulatorOptions): Settings => {
  const realTime = options.realTime ?? Date.now;
  return {
    port: options.port ?? 0,
    seed: options.seed ?? 1,
    workloads: options.workloads ?? 60,
    org: options.org ?? 1,
    key: options.key ?? 'api_sim',
    secret: options.secret ?? 'simsecret',
    release: options.release ?? '25.2',
    members: options.members ?? 0,
    tls: options.tls,
    now: options.now ?? realTime(),
    timings: {
      policySync: 2_000,
      job: 500,
      trafficQuery: 600,
      flowReporting: 600_000,
      bulk: 0,
      ...options.timings,
    },
    quirks: {
      emptyFirstDownload: false,
      rawGzipDownload: false,
      queriesEnd: [],
      emptyDownloads: false,
      alwaysCsv: false,
      plainBodies: false,
      totalCountIgnoresFilters: true,
      ...options.quirks,
    },
    rateLimit: { perMinute: options.rateLimit?.perMinute ?? 500, retryAfter: options.rateLimit?.retryAfter },
    realTime,
  };
};

/** True when `release` (as `25.2` or `25.2.10`) is `major.minor` or newer. */
export const atLeast = (release: string, major: number, minor = 0): boolean => {
  const [ownMajor = 0, ownMinor = 0] = release.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
};

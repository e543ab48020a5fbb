import type { BotStatus, OutputStatus } from './command.ts';
import { RESPONSE_STATES, type ResponseState } from './response.ts';
import { SEVERITIES, type Severity } from './severity.ts';

/** What is counted as it happens, since the start of the process; the text is Prometheus's HELP. */
export const COUNTERS = {
  runs: 'Runs of a loop that reads a PCE, by outcome.',
  posts: 'Messages that Slack accepted.',
  edits: 'Edits of messages that Slack accepted.',
  chat_refusals: 'Calls that Slack did not accept, by why; rate-limited is a 429.',
  alerts_fired: 'Alerts that began to fire, by rule and severity.',
  deliveries_sent: 'Notifications confirmed by Slack.',
  notices: 'Notices that an output outside Slack took, by what they say.',
  notice_refusals: 'Notices an output did not take; `for_good` = given up, with an alarm.',
  intake_calls: 'Calls from outside, by what came of them.',
  syslog_lines: "Lines of the PCE's syslog stream, by what they were.",
  responses: 'Responses that reached a state.',
} as const;
export type CounterName = keyof typeof COUNTERS;

export type Labels = Readonly<Record<string, string>>;

/** A counter's value for one set of labels. */
export interface Count {
  readonly name: CounterName;
  readonly labels: Labels;
  readonly value: number;
}

/** How the process itself is doing. */
export interface ProcessFigures {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  /** How late timers were since the figures were last read, ms. */
  readonly loopDelayMs: { readonly p99: number; readonly max: number };
}

/** Everything `/metrics` is made of. */
export interface Figures {
  /** Epoch ms. */
  readonly now: number;
  readonly status: BotStatus;
  readonly counts: readonly Count[];
  readonly firing: readonly { readonly severity: Severity }[];
  /** Responses that have not ended, and quarantines in force. */
  readonly unfinished: readonly { readonly state: ResponseState }[];
  readonly quarantines: number;
  readonly process: ProcessFigures;
  readonly nodeVersion: string;
}

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** A value that is undefined is not known and is left out: zero would be a claim. */
  readonly samples: readonly (readonly [Labels, number | undefined])[];
}

/** The content type of `metricsText`. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Prometheus text exposition format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Ends in a line feed. */
export const metricsText = (figures: Figures): string =>
  [...botFamilies(figures), ...countFamilies(figures.counts), ...processFamilies(figures)]
    .map(familyText)
    .join('');

const botFamilies = ({ status, now, firing, unfinished, quarantines, nodeVersion }: Figures): Family[] => {
  const { slack, pces, queue, selfAudit } = status;
  const perPce = (
    name: string,
    type: Family['type'],
    help: string,
    value: (pce: BotStatus['pces'][number]) => number | undefined,
  ): Family => ({ name, type, help, samples: pces.map((pce) => [{ pce: pce.name }, value(pce)]) });
  const one = (name: string, help: string, value: number | undefined): Family => ({
    name,
    type: 'gauge',
    help,
    samples: [[{}, value]],
  });
  return [
    {
      ...one('build_info', 'Version of the bot and of Node.', 1),
      samples: [[{ version: status.version, node: nodeVersion }, 1]],
    },
    one('start_time_seconds', 'When the process started, epoch seconds.', status.startedAt / 1_000),
    one('ready', '1 while a Slack connection stands and a PCE has been polled.', status.ready ? 1 : 0),
    perPce('events_seen_total', 'counter', 'Events evaluated, each once.', (pce) => pce.eventsSeen),
    perPce(
      'events_rejected_total',
      'counter',
      'Rows that could not be read as events.',
      (pce) => pce.rejected,
    ),
    perPce('events_late_total', 'counter', 'Events only the daily look back found.', (pce) => pce.late),
    perPce(
      'window_overflows_total',
      'counter',
      'Answers that reached the cap of rows.',
      (pce) => pce.overflows,
    ),
    perPce('ingest_gaps_total', 'counter', 'Times a part of the log could not be read.', (pce) => pce.gaps),
    perPce('ingest_gap_open', 'gauge', '1 while a part of the log cannot be read.', (pce) =>
      pce.gapFrom === undefined ? 0 : 1,
    ),
    perPce(
      'sweep_found',
      'gauge',
      'Events the last sweep found and no poll had.',
      (pce) => pce.lastSweepFound,
    ),
    perPce('cursor_lag_seconds', 'gauge', 'From the newest evaluated moment to now.', (pce) =>
      seconds(pce.lagMs),
    ),
    perPce(
      'pce_calls_per_minute',
      'gauge',
      'Calls to the PCE over the last 5 min.',
      (pce) => pce.callsPerMinute,
    ),
    perPce('pce_up', 'gauge', '1 while the PCE answers.', (pce) => (pce.trouble === undefined ? 1 : 0)),
    perPce(
      'key_expiry_days',
      'gauge',
      'Days until the configured end of our read key.',
      ({ keyExpiresAt }) => (keyExpiresAt === undefined ? undefined : (keyExpiresAt - now) / 86_400_000),
    ),
    {
      name: 'alerts_firing',
      type: 'gauge',
      help: 'Alerts that fire now.',
      samples: SEVERITIES.map((severity) => [
        { severity },
        tally(firing, (row) => row.severity === severity),
      ]),
    },
    {
      name: 'responses_unfinished',
      type: 'gauge',
      help: 'Responses that have not ended, by state.',
      samples: RESPONSE_STATES.filter((state) => state === 'requested' || state === 'writing').map(
        (state) => [{ state }, tally(unfinished, (row) => row.state === state)],
      ),
    },
    one('quarantines', 'Hosts this bot has quarantined and not released.', quarantines),
    one('deliveries_waiting', 'Notifications not confirmed by Slack yet.', queue.waiting),
    one('deliveries_dead', 'Notifications given up, with an alarm.', queue.dead),
    one(
      'delivery_oldest_age_seconds',
      'How long the oldest waiting notification has waited; 0 when none does.',
      queue.oldestAt === undefined ? 0 : seconds(now - queue.oldestAt),
    ),
    ...outputFamilies(status.outputs ?? [], now),
    one('slack_connections', 'Slack connections that stand.', slack.connections),
    one('slack_connections_wanted', 'Slack connections there should be.', slack.wanted),
    one('slack_connections_foreign', 'Connections of this Slack app that are not ours.', slack.foreign ?? 0),
    one(
      'self_audit_problems',
      'Matches the last self-audit found to have reached nobody.',
      selfAudit?.problems.length,
    ),
    one('self_audit_time_seconds', 'When the last self-audit was, epoch seconds.', at(selfAudit?.at)),
  ];
};

const outputFamilies = (outputs: readonly OutputStatus[], now: number): Family[] => {
  const each = (name: string, help: string, value: (output: OutputStatus) => number): Family =>
    gauge(
      name,
      help,
      outputs.map((output) => [{ output: output.name }, value(output)]),
    );
  return [
    each('output_up', '1 unless the output did not take what it was last told.', ({ trouble }) =>
      trouble === undefined ? 1 : 0,
    ),
    each('output_waiting', 'Notices an output has not taken yet.', ({ waiting }) => waiting),
    each(
      'output_oldest_age_seconds',
      'How long the oldest of them is due; 0 when none is.',
      ({ oldestAt }) => seconds(oldestAt === undefined ? 0 : now - oldestAt) ?? 0,
    ),
    each('output_dead', 'Alerts an output refused for good.', ({ dead }) => dead),
  ];
};

const countFamilies = (counts: readonly Count[]): Family[] =>
  Object.entries(COUNTERS).map(([name, help]) => ({
    name: `${name}_total`,
    type: 'counter',
    help,
    samples: counts.filter((count) => count.name === name).map(({ labels, value }) => [labels, value]),
  }));

const processFamilies = ({ process: { rssBytes, heapUsedBytes, loopDelayMs } }: Figures): Family[] => [
  gauge('resident_memory_bytes', 'Resident memory of the process.', [[{}, rssBytes]]),
  gauge('heap_used_bytes', 'Used part of the JavaScript heap.', [[{}, heapUsedBytes]]),
  gauge('event_loop_delay_seconds', 'How late timers were since the last reading.', [
    [{ quantile: '0.99' }, loopDelayMs.p99 / 1_000],
    [{ quantile: '1' }, loopDelayMs.max / 1_000],
  ]),
];

const gauge = (name: string, help: string, samples: Family['samples']): Family => ({
  name,
  type: 'gauge',
  help,
  samples,
});

const tally = <T>(rows: readonly T[], is: (row: T) => boolean): number => rows.filter(is).length;
const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.max(0, ms) / 1_000;
const at = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000);

/** Every name begins with the program's, so that nothing of another exporter is meant. */
const PREFIX = 'illumio_chatops_';

const familyText = ({ name, type, help, samples }: Family): string => {
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined ? [] : [`${PREFIX}${name}${labelText(labels)} ${value}\n`],
  );
  if (lines.length === 0) return '';
  const said = help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  return `# HELP ${PREFIX}${name} ${said}\n# TYPE ${PREFIX}${name} ${type}\n${lines.join('')}`;
};

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${quoted(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const quoted = (value: string): string =>
  value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

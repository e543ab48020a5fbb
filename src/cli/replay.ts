import { problemText } from '../config/problem.ts';
import { compileRules, type RuleSet } from '../core/detect.ts';
import { type Replayed, replayEvents } from '../core/replay.ts';
import { createPlanner } from '../core/replay-planned.ts';
import type { Finding, RuleContext } from '../core/rule.ts';
import { contextOf, DEFAULT_CONTEXT } from '../core/rule-context.ts';
import type { Settings } from '../core/settings.ts';
import { subjectKey } from '../core/subject.ts';
import { counted, plain } from '../core/text.ts';
import { type PlannedRow, plannedLine, plannedRow } from '../report/planned.ts';
import { rules, rulesWith } from '../rules/index.ts';
import { loadConfig } from './load-config.ts';
import { readFile } from './replay-file.ts';
import { type Recorded, readSince, spanOf } from './replay-since.ts';
import { defineVerb, type Edge, EXIT, UsageError } from './verb.ts';

/** Rejected records named one by one; a wrong file must not fill a terminal. */
const MOST_NAMED = 20;
/** Characters of a reason: one line. */
const REASON_LENGTH = 240;

export const verb = defineVerb({
  name: 'replay',
  usage: 'replay --events F|- | --since 7d [--config F] [--notifications] [--json]',
  help: `Runs recorded events through the alert rules and prints what would have been found, before grouping, silences and quiet periods.
The clock is the events' own; nothing is sent and no PCE is written to.

  --events F   a JSON array, one object a line, or syslog lines with a JSON body; - reads stdin
  --since 7d   reads the events of that span from the PCEs of the configuration
  --config F   rules, severities and selectors of this configuration; without it every rule with its defaults
  --notifications
               prints the messages that would have been posted instead: grouped, routed and quiet as configured, as if Slack took
               each at once and nobody answered any; what escalates is shown until the last event
  --json       a line per finding {"rule","severity","subject","pce","event","time","reason"} and a last line
               {"events","rejected","findings","byRule","byDay","unknownTypes"}

Records that are no events are named on stderr and counted. Exits 0 also when something was found, 1 when a rule failed or not
everything could be read.`,
  options: {
    events: { type: 'string' },
    since: { type: 'string' },
    config: { type: 'string' },
    notifications: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    if ((flags.events === undefined) === (flags.since === undefined))
      throw new UsageError('Give either --events F or --since 7d.');
    if (flags.since !== undefined && flags.config === undefined)
      throw new UsageError('--since needs --config: it reads from the PCEs that are configured.');
    const settings = flags.config === undefined ? undefined : settingsOf(flags.config, edge);
    if (settings === null) return EXIT.usage;
    const read =
      flags.since !== undefined && settings !== undefined
        ? await readSince(settings, spanOf(flags.since), edge)
        : await readFile(flags.events ?? '-', settings, edge);
    if (read === undefined) return EXIT.failed;
    for (const line of read.missing) edge.err(line);
    if (read.recorded.length === 0 && read.missing.length > 0) return EXIT.failed;
    for (const line of read.rejected.slice(0, MOST_NAMED)) edge.err(line);
    if (read.rejected.length > MOST_NAMED)
      edge.err(`and ${read.rejected.length - MOST_NAMED} more that are no events`);

    const how = settings === undefined ? UNCONFIGURED : configured(settings);
    const runs = read.recorded.map((one) => runOf(one, how, flags.notifications));
    const result = report(runs, read.rejected.length);
    const planned = runs.flatMap((one) => one.planned).sort((a, b) => order(a.time, b.time));
    const rows = flags.notifications ? planned : result.rows;
    const lines = flags.notifications ? planned.map(plannedLine) : result.rows.map(findingLine);
    if (flags.json) for (const row of [...rows, result.summary]) edge.out(JSON.stringify(row));
    else for (const line of [...lines, summaryLine(result.summary)]) edge.out(line);
    return failed(runs, edge) || read.missing.length > 0 ? EXIT.failed : EXIT.done;
  },
});

/** null when the configuration is wrong, after every error was told. */
const settingsOf = (name: string, edge: Edge): Settings | null => {
  const result = loadConfig(edge, name);
  if (result.ok) return result.settings;
  for (const problem of result.errors) edge.err(problemText(problem));
  return null;
};

interface How {
  readonly ruleSet: RuleSet;
  readonly context: RuleContext;
  readonly settings: Pick<Settings, 'routes' | 'channels'>;
}

const DEFAULT_CHANNEL = 'default';
const UNCONFIGURED: How = {
  ruleSet: compileRules(rules, () => undefined, DEFAULT_CONTEXT),
  context: DEFAULT_CONTEXT,
  settings: {
    routes: [],
    channels: {
      fallthrough: DEFAULT_CHANNEL,
      fallback: DEFAULT_CHANNEL,
      admin: DEFAULT_CHANNEL,
      announce: undefined,
      share: [],
    },
  },
};

const configured = (settings: Settings): How => {
  const context = contextOf(settings);
  const ruleSet = compileRules(rulesWith(settings.custom), (id) => settings.rules[id], context);
  return { ruleSet, context, settings };
};

interface Run extends Replayed {
  readonly pce: string;
  readonly planned: readonly PlannedRow[];
}

const runOf = (
  { pce, events, estate }: Recorded,
  { ruleSet, context, settings }: How,
  notifications: boolean,
): Run => {
  const planner = notifications ? createPlanner(pce, ruleSet, settings, context) : undefined;
  const replayed = replayEvents(pce, events, ruleSet, estate, planner?.hear);
  const ruleOf = (id: string) => ruleSet.rules.get(id)?.rule;
  const planned = (planner?.planned() ?? []).map((one) => plannedRow(one, ruleOf, estate));
  return { pce, ...replayed, planned };
};

const report = (runs: readonly Run[], rejected: number) => {
  const found = runs.flatMap(({ pce, findings }) => findings.map((one) => ({ pce, ...one })));
  found.sort(
    (a, b) =>
      a.finding.at - b.finding.at ||
      order(a.finding.event ?? '', b.finding.event ?? '') ||
      order(a.rule, b.rule) ||
      order(subjectKey(a.finding.subject), subjectKey(b.finding.subject)),
  );
  const rows = found.map(({ rule, pce, finding }) => ({
    rule,
    severity: finding.severity,
    subject: {
      kind: finding.subject.kind,
      href: finding.subject.href,
      name: finding.subject.name,
    },
    pce,
    event: finding.event,
    time: new Date(finding.at).toISOString(),
    reason: reasonOf(finding),
  }));
  const unknown = runs.flatMap(({ unknownTypes }) => [...unknownTypes]);
  return {
    rows,
    summary: {
      events: runs.reduce((sum, { events }) => sum + events, 0),
      rejected,
      findings: rows.length,
      byRule: tally(rows.map(({ rule }) => [rule, 1])),
      byDay: tally(rows.map(({ time }) => [time.slice(0, 10), 1])),
      unknownTypes: tally(unknown),
    },
  };
};

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const tally = (counts: readonly (readonly [string, number])[]): Record<string, number> => {
  const sums = new Map<string, number>();
  for (const [key, count] of counts) sums.set(key, (sums.get(key) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([a], [b]) => order(a, b)));
};

/** One line, without what a terminal would obey. */
const reasonOf = ({ story, title }: Finding): string => {
  const line = (plain(story) || title).replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > REASON_LENGTH ? `${line.slice(0, REASON_LENGTH - 1)}…` : line;
};

type Report = ReturnType<typeof report>;

const findingLine = ({ time, severity, rule, subject, reason }: Report['rows'][number]): string =>
  `${time}  ${severity.padEnd(8)}  ${rule}  ${subject.name.replace(/\p{Cc}/gu, '?')}  ${reason}`;

const summaryLine = ({ findings, events, rejected, byRule, unknownTypes }: Report['summary']): string =>
  `${counted(findings, 'finding')} in ${counted(events, 'event')}, ${rejected} rejected${listing(' · ', byRule)}${listing(' · unknown types: ', unknownTypes)}`;

const listing = (before: string, counts: Readonly<Record<string, number>>): string => {
  const words = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return words.length === 0 ? '' : `${before}${words.join(', ')}`;
};

/** A rule that throws is our fault: the result is incomplete, and says so. */
const failed = (runs: readonly Run[], edge: Edge): boolean => {
  const names = new Map(
    runs.flatMap(({ failures }) => failures.map(({ rule, error }) => [rule, error] as const)),
  );
  for (const [rule, error] of names) edge.err(`the rule ${rule} failed: ${(error as Error).message}`);
  return names.size > 0;
};

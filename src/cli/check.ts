import type { ConfigResult } from '../config/parse.ts';
import { type ConfigProblem, meant, problemText } from '../config/problem.ts';
import { destinations } from '../core/route.ts';
import type { Settings } from '../core/settings.ts';
import { SEVERITIES, type Severity } from '../core/severity.ts';
import { slackChangeWords } from '../core/slack-changes.ts';
import { counted } from '../core/text.ts';
import { catalog } from './catalog.ts';
import { checkLive, type LiveProblems } from './check-live.ts';
import { connected } from './connected.ts';
import { atCwd, loadConfig } from './load-config.ts';
import { readStatus } from './status-file.ts';
import { defineVerb, type Edge, EXIT, UsageError } from './verb.ts';

interface RouteAnswer {
  readonly channel: string;
  readonly mention: string | null;
}

export const verb = defineVerb({
  name: 'check',
  usage: 'check [--config F] [--data DIR] [--live] [--route k=v,…] [--json]',
  help: `Reads the configuration (./config.yml) and tells everything that is wrong with it, each with its line and the way out.
Asks nobody: no PCE, no Slack, unless --live.

  --data DIR  state of the bot, default ./data: while it runs, also what people changed of its rules in Slack, beside the file
  --live    also holds labels against those of the PCEs, and channels against Slack: what does not exist there is an error
  --route rule=firewall-tampering,severity=critical,pce=prod-east,env=prod
            also says where such an alert would go; other keys are labels of its host
  --json    {ok, errors:[{file,line,path,message,hint}], warnings:[…], changes?:[{rule, what, byName, at, state}], routes?:[{channel, mention}]}

Exits 0 when it is right (warnings or not), 2 when it is not, 1 when all that is wrong is that a PCE or Slack did not answer.`,
  options: {
    config: { type: 'string', default: 'config.yml' },
    data: { type: 'string', default: 'data' },
    live: { type: 'boolean', default: false },
    route: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ flags }, edge) {
    const result = loadConfig(edge, flags.config);
    const live = result.ok && flags.live ? await lookAround(result, edge) : NOTHING_LIVE;
    const wrong = inOrder([...(result.ok ? [] : result.errors), ...live.errors]);
    const errors = inOrder([...wrong, ...live.unasked]);
    const ok = errors.length === 0;
    const warnings = inOrder([...(result.ok ? result.warnings : []), ...live.warnings]);
    const routes = result.ok && flags.route !== undefined ? routed(flags.route, result.settings) : undefined;
    const bot = await readStatus(atCwd(edge, flags.data), Date.now());
    const changes = bot.running ? bot.file.status.changes : undefined;
    if (flags.json) edge.out(JSON.stringify({ ok, errors, warnings, changes, routes }));
    else {
      for (const problem of errors) edge.out(problemText(problem));
      for (const problem of warnings) edge.out(`warning: ${problemText(problem)}`);
      for (const change of changes ?? [])
        edge.out(`rule ${slackChangeWords(change)}, ${new Date(change.at).toISOString()}`);
      for (const { channel, mention } of routes ?? [])
        edge.out(`to ${channel}${mention === null ? '' : `, mentioning ${mention}`}`);
      edge.out(
        ok && result.ok
          ? `${flags.config} is valid: ${counted(result.settings.pces.length, 'PCE')}, ${counted(result.settings.routes.length, 'route')}, ${counted(warnings.length, 'warning')}`
          : `${flags.config}: ${counted(errors.length, 'error')}`,
      );
    }
    if (ok) return EXIT.done;
    return wrong.length === 0 ? EXIT.failed : EXIT.usage;
  },
});

const NOTHING_LIVE: LiveProblems = { errors: [], warnings: [], unasked: [] };

const lookAround = (
  { settings, source }: Extract<ConfigResult, { ok: true }>,
  edge: Edge,
): Promise<LiveProblems> => connected(settings, edge, (world) => checkLive(world, settings, source.problem));

const inOrder = (problems: readonly ConfigProblem[]): ConfigProblem[] =>
  [...problems].sort((a, b) => a.line - b.line);

/** Where an alert described by `rule=…,severity=…,pce=…,<label>=<value>` would go. */
const routed = (text: string, settings: Settings): RouteAnswer[] => {
  const given = new Map(
    text.split(',').map((term) => {
      const [, key, value] = /^\s*([^=\s]+)=(.+?)\s*$/.exec(term) ?? [];
      if (key === undefined || value === undefined)
        throw new UsageError(`--route: "${term}" is not key=value, such as env=prod.`);
      return [key, value];
    }),
  );
  const pces = settings.pces.map(({ name }) => name);
  const rule = given.get('rule');
  const known = [...catalog.rules, ...(settings.custom ?? [])].map(({ id }) => id);
  const severity = given.get('severity') ?? 'error';
  const pce = given.get('pce') ?? pces[0] ?? '';
  if (rule !== undefined && !known.includes(rule))
    throw new UsageError(`--route: there is no rule "${rule}": ${meant(rule, known)}`);
  if (!isSeverity(severity))
    throw new UsageError(`--route: "${severity}" is no severity: ${meant(severity, SEVERITIES)}`);
  if (!pces.includes(pce)) throw new UsageError(`--route: there is no PCE "${pce}": ${meant(pce, pces)}`);
  const labels = [...given]
    .filter(([key]) => !['rule', 'severity', 'pce'].includes(key))
    .map(([key, value]) => ({ href: '', key, value }));
  return destinations(
    { pce, rule: rule ?? '', severity, fingerprint: '', labels: [labels] },
    settings,
    Date.now(),
  ).map(({ channel, mention }) => ({ channel, mention: mention ?? null }));
};

const isSeverity = (word: string): word is Severity => SEVERITIES.some((severity) => severity === word);

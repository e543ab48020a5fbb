import type { Matcher } from '../core/matcher.ts';
import type {
  ConfiguredSilence,
  Grant,
  IntakeSettings,
  Listening,
  MaintenanceWindow,
  OutputSettings,
  PceKey,
  PceSettings,
  PinnedBoard,
  Route,
  RuleSettings,
  Settings,
  SlackSettings,
} from '../core/settings.ts';
import { DEFAULT_LIMITS } from '../core/settings.ts';
import { toCustomRule } from './custom.ts';
import { besideConfig } from './files.ts';
import type { Path } from './problem.ts';
import type { ConfigFile } from './schema.ts';
import type { Secrets } from './secrets.ts';

/** From the file's words to the program's. Everything was checked before: a secret that is required is there. */
export const toSettings = (
  config: ConfigFile,
  more: { file: string; secrets: Secrets; rules: Readonly<Record<string, RuleSettings>> },
): Settings => {
  const admin = config.admin_channel ?? config.default_channel;
  return {
    pces: config.pces.map((pce, i) => toPce(pce, ['pces', i], more.secrets, more.file)),
    slack: toSlack(config.slack, more.secrets),
    routes: config.routes.map(toRoute),
    channels: {
      fallthrough: config.default_channel,
      fallback: config.fallback_channel ?? admin,
      admin,
      announce: config.announce_channel,
      ...(config.quarantine?.list_channel === undefined
        ? {}
        : { quarantined: config.quarantine.list_channel }),
      ...(config.approvers_channel === undefined ? {} : { approvers: config.approvers_channel }),
      share: config.share_channels,
    },
    roles: {
      viewer: config.roles.viewer?.map(toGrant),
      analyst: config.roles.analyst.map(toGrant),
      responder: config.roles.responder.map(toGrant),
      approver: config.roles.approver,
      admin: config.roles.admin,
    },
    quarantine: config.quarantine && {
      strategy: config.quarantine.strategy,
      labels: config.quarantine.labels,
    },
    management: config.quarantine?.management ?? { sources: [], services: [] },
    limits: {
      ...DEFAULT_LIMITS,
      ...(config.quarantine === undefined
        ? {}
        : {
            budget: {
              perResponder: config.quarantine.budget.per_responder,
              perBot: config.quarantine.budget.per_bot,
            },
            reviewsMs: config.quarantine.review,
            dryRun: config.quarantine.dry_run,
          }),
      breakGlass: config.break_glass,
      joinHoldMs: config.join_hold,
    },
    never: config.never,
    protected: config.protected,
    highValue: config.high_value,
    watch: config.watch,
    zones: config.zones,
    ephemeral: config.ephemeral,
    shared: config.shared,
    scanners: config.scanners,
    internal: config.internal,
    watchGroups: config.watch_groups,
    spikeGroups: config.spike_groups,
    automation: config.automation,
    poll: {
      events: config.poll.events,
      sweep: config.poll.sweep,
      health: config.poll.health,
      traffic: config.poll.traffic,
    },
    rules: { ...enabledOf(config.custom), ...more.rules },
    ...(config.custom.length === 0 ? {} : { custom: config.custom.map(toCustomRule) }),
    http: config.http && { port: config.http.port, ping: config.http.ping },
    folding: config.folding,
    ...(config.outputs.length === 0
      ? {}
      : { outputs: config.outputs.map((one, i) => toOutput(one, ['outputs', i], more.secrets, more.file)) }),
    ...(config.intake === undefined ? {} : { intake: toIntake(config.intake, more) }),
    ...(config.boards.length === 0 ? {} : { boards: config.boards.map(toBoard) }),
    ...(config.archive === undefined ? {} : { archiveMs: config.archive.retain }),
    ...(config.digests.length === 0
      ? {}
      : {
          digests: config.digests.map((one) => ({
            channel: one.channel,
            cron: one.cron.text,
            zone: one.zone,
          })),
        }),
    ...(config.silences.length === 0 ? {} : { silences: config.silences.map(toSilence) }),
    ...(config.maintenance.length === 0 ? {} : { maintenance: config.maintenance.map(toWindow) }),
    log: config.log,
  };
};

const toBoard = ({ board, channel, pce, labels, every }: ConfigFile['boards'][number]): PinnedBoard => ({
  board,
  channel,
  everyMs: Math.max(60_000, every),
  ...(pce === undefined ? {} : { pce }),
  ...(labels === undefined ? {} : { labels }),
});

type SilenceFile = ConfigFile['silences'][number];

const toPce = (pce: ConfigFile['pces'][number], path: Path, secrets: Secrets, file: string): PceSettings => {
  const pair = (prefix: '' | 'write_' | 'traffic_'): PceKey | undefined => {
    const key = secrets.of([...path, `${prefix}key`]);
    const secret = secrets.of([...path, `${prefix}secret`]);
    return key === undefined || secret === undefined ? undefined : { key, secret };
  };
  return {
    name: pce.name,
    url: pce.url,
    uiUrl: pce.ui_url ?? pce.url,
    org: pce.org,
    ...(pce.members.length === 0 ? {} : { members: pce.members }),
    read: pair('') ?? { key: '', secret: '' },
    write: pair('write_'),
    traffic: pair('traffic_'),
    expires: pce.expires,
    caFile: pce.ca_file === undefined ? undefined : besideConfig(file, pce.ca_file),
    ...(pce.syslog === undefined
      ? {}
      : {
          syslog: {
            ...toListening(pce.syslog, file),
            from: pce.syslog.from,
            clientCaFile: pce.syslog.client_ca_file && besideConfig(file, pce.syslog.client_ca_file),
          },
        }),
  };
};

/** The section `rules` has the last word on a custom rule too. */
const enabledOf = (custom: ConfigFile['custom']): Record<string, RuleSettings> =>
  Object.fromEntries(custom.map(({ id, enabled }) => [id, { enabled, severity: undefined, options: {} }]));

const toOutput = (
  output: ConfigFile['outputs'][number],
  path: Path,
  secrets: Secrets,
  file: string,
): OutputSettings => {
  const { name, timeout: timeoutMs } = output;
  const caOf = (ca: string | undefined): string | undefined => ca && besideConfig(file, ca);
  if (output.type === 'webhook')
    return {
      type: output.type,
      name,
      timeoutMs,
      url: output.url,
      preset: output.preset,
      secret: secrets.of([...path, 'secret']),
      routingKey: secrets.of([...path, 'routing_key']),
      authorization: secrets.of([...path, 'authorization']),
      allow: output.allow,
    };
  const { host, port } = output;
  const caFile = caOf(output.ca_file);
  if (output.type === 'syslog')
    return { type: output.type, name, timeoutMs, host, port, tls: output.tls, format: output.format, caFile };
  return {
    type: output.type,
    name,
    timeoutMs,
    host,
    port,
    security: output.security,
    user: output.user,
    password: secrets.of([...path, 'password']),
    from: output.from,
    to: output.to,
    caFile,
  };
};

const toListening = (
  {
    host,
    port,
    cert_file: cert,
    key_file: key,
  }: Pick<NonNullable<ConfigFile['intake']>, 'host' | 'port' | 'cert_file' | 'key_file'>,
  file: string,
): Listening => ({
  host,
  port,
  tls:
    cert === undefined || key === undefined
      ? undefined
      : { certFile: besideConfig(file, cert), keyFile: besideConfig(file, key) },
});

const toIntake = (
  intake: NonNullable<ConfigFile['intake']>,
  { secrets, file }: { readonly secrets: Secrets; readonly file: string },
): IntakeSettings => ({
  ...toListening(intake, file),
  secret: secrets.of(['intake', 'secret']) ?? '',
  pagerDutySecret: secrets.of(['intake', 'pagerduty_secret']),
});

const toSlack = (slack: ConfigFile['slack'], secrets: Secrets): SlackSettings => ({
  mode: slack.mode,
  botToken: secrets.of(['slack', 'bot_token']) ?? '',
  appToken: secrets.of(['slack', 'app_token']),
  signingSecret: secrets.of(['slack', 'signing_secret']),
  port: slack.port,
  team: slack.team,
  // Slack's own client appends method names to it: it must end in a slash.
  apiUrl: `${slack.api_url}/`,
  requestTimeoutMs: slack.request_timeout,
  connections: slack.connections,
});

const toMatcher = ({ rule, severity = [], pce, labels, host, subject }: SilenceFile['match']): Matcher => ({
  rules: rule,
  severities: severity,
  ...(pce === undefined ? {} : { pce }),
  ...(labels === undefined ? {} : { labels }),
  ...(host === undefined ? {} : { host }),
  ...(subject === undefined ? {} : { subject }),
});

const toSilence = ({ match, until, author, reason }: SilenceFile): ConfiguredSilence => ({
  matcher: toMatcher(match),
  until,
  author,
  reason,
});

const toWindow = (window: ConfigFile['maintenance'][number]): MaintenanceWindow => ({
  labels: window.labels,
  rules: window.rule,
  cron: window.cron,
  zone: window.zone,
  forMs: window.for,
  reason: window.reason,
});

const toRoute = (route: ConfigFile['routes'][number]): Route => ({
  match: {
    rules: route.match.rule,
    minSeverity: route.match.severity,
    pce: route.match.pce,
    labels: route.match.labels,
  },
  channel: route.channel[0] ?? '',
  groupBy: route.group_by,
  notify: Object.fromEntries(Object.entries(route.notify).filter(([, who]) => who !== undefined)),
  goOn: route.continue,
  ...(route.outputs.length === 0 ? {} : { outputs: route.outputs }),
  ...(route.channel.length === 1 ? {} : { also: route.channel.slice(1) }),
  ...(route.channel_by === undefined
    ? {}
    : { byLabel: { key: route.channel_by.label, channels: route.channel_by.channels } }),
  ...(route.escalate_after === undefined ? {} : { escalateAfterMs: route.escalate_after }),
  ...(route.floor === undefined ? {} : { floor: route.floor }),
  ...(route.hours === undefined ? {} : { hours: { ...route.hours, zone: route.zone } }),
});

const toGrant = (grant: ConfigFile['roles']['analyst'][number]): Grant => ({
  members: grant.members,
  labels: grant.labels,
  channels: grant.channels,
  actions: grant.actions,
});

import { inNetwork, parseNetwork } from './address.ts';
import type { PceEvent } from './event.ts';
import type { End } from './flow.ts';
import { anySelector, glob, matchesLabels, selector } from './label-query.ts';
import type { RuleContext } from './rule.ts';
import type { PceSettings, Settings } from './settings.ts';

/** The settings that say what the estate is made of. */
export type EstateSettings = Pick<
  Settings,
  | 'highValue'
  | 'watch'
  | 'zones'
  | 'ephemeral'
  | 'shared'
  | 'automation'
  | 'quarantine'
  | 'scanners'
  | 'internal'
> & {
  readonly pces: readonly (Pick<Settings['pces'][number], 'url' | 'read' | 'write' | 'traffic'> & {
    readonly name?: string;
    readonly expires?: number | undefined;
  })[];
};

/** prod* ↔ other (definitions §3 label-changed). */
const DEFAULT_ZONES = ['prod*'];

/** Addresses of one's own where the configuration names none: RFC 1918, RFC 6598, RFC 4193, link-local ones. */
const PRIVATE_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/** What the PCE calls from itself. */
const LOOPBACK = ['127.0.0.0/8', '::1'];

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, '');

/** What the rules are told of the configuration; selectors are compiled here, once. A zone is written as values of env: `prod*`, `test,stage`. */
export const contextOf = (settings: EstateSettings): RuleContext => {
  const zones = (settings.zones.length === 0 ? DEFAULT_ZONES : settings.zones).map((name) => ({
    name,
    query: selector(name.includes('=') ? name : `env=${name}`),
  }));
  const shared = [...LOOPBACK, ...settings.shared, ...settings.pces.map(({ url }) => hostOf(url))].flatMap(
    (text) => parseNetwork(text) ?? [],
  );
  const internal = (settings.internal.length === 0 ? PRIVATE_NETWORKS : settings.internal).flatMap(
    (text) => parseNetwork(text) ?? [],
  );
  const scanners = settings.scanners.map(({ host, expires }) => ({ is: endMatcher(host), expires }));
  const highValue = new Set(settings.highValue);
  return {
    highValue: anySelector(settings.highValue),
    ephemeral: anySelector(settings.ephemeral),
    zone: (labels) => zones.find(({ query }) => matchesLabels(query, labels))?.name ?? 'other',
    watches: [...new Set([...settings.highValue, ...settings.watch])].map((name) => ({
      name,
      query: selector(name),
      highValue: highValue.has(name),
    })),
    quarantineKeys: Object.keys(settings.quarantine?.labels ?? {}),
    shared: (address) => shared.some((network) => inNetwork(address, network)),
    scanner: (end, now) => scanners.some(({ is, expires }) => now < expires && is(end)),
    internal: ({ href, address }) =>
      href !== undefined || internal.some((network) => inNetwork(address, network)),
    common: anySelector(settings.shared.filter((text) => text.includes('='))),
    zoned: settings.zones.length > 0,
    keyExpiry: (pce) => settings.pces.find(({ name }) => name === pce)?.expires,
    automation: settings.automation,
    ownKeys: ownKeysOf(settings.pces),
  };
};

/** A host as people write it: an address, a network, or labels. */
const endMatcher = (text: string): ((end: End) => boolean) => {
  if (text.includes('=')) {
    const matches = anySelector([text]);
    return ({ labels }) => matches(labels);
  }
  const network = parseNetwork(text);
  return ({ address }) => network !== undefined && inNetwork(address, network);
};

/** Events name a key without the `api_` its user name begins with (facts §2.2 `action.info.api_key_id`). */
const keyId = (name: string): string => name.replace(/^api_/, '');

/** The bot's keys as events name them. */
export const ownKeysOf = (
  pces: readonly Pick<PceSettings, 'read' | 'write' | 'traffic'>[],
): readonly string[] =>
  pces.flatMap(({ read, write, traffic }) =>
    [read, write, traffic].flatMap((own) => (own === undefined ? [] : [keyId(own.key)])),
  );

/** The defaults of definitions §3: nothing is high-value, one border (prod* ↔ other), nobody is automation. */
export const DEFAULT_CONTEXT: RuleContext = contextOf({
  highValue: [],
  watch: [],
  zones: [],
  ephemeral: [],
  shared: [],
  scanners: [],
  internal: [],
  automation: [],
  quarantine: undefined,
  pces: [],
});

/** True when the bot's own key made the event. */
export const isOurs = ({ action, actor }: PceEvent, { ownKeys }: Pick<RuleContext, 'ownKeys'>): boolean =>
  [action.apiKeyId, actor.name].some((name) => name !== undefined && ownKeys.includes(keyId(name)));

/** True when a configured scheduler or synchronisation made the event; `*` in a configured name stands for anything. */
export const isAutomation = ({ action, actor }: PceEvent, { automation }: RuleContext): boolean =>
  [action.apiKeyId, actor.name, actor.href].some(
    (name) => name !== undefined && automation.some((pattern) => glob(pattern, name)),
  );

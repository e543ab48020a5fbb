import type { Severity } from '../severity.ts';
import { headline, type Notice } from './notice.ts';

/** What a webhook's receiver understands. */
export const PRESETS = ['plain', 'pagerduty', 'opsgenie'] as const;
export type Preset = (typeof PRESETS)[number];

/** A call to make: path is appended to the configured address, which only Opsgenie needs. */
export interface Call {
  readonly path: string;
  readonly body: string;
}

export interface BodyOptions {
  /** PagerDuty's integration key. */
  readonly routingKey?: string | undefined;
}

/** The call that tells a receiver one notice, in its own words. */
export const callOf = (preset: Preset, notice: Notice, options: BodyOptions = {}): Call =>
  BODIES[preset](notice, options);

const PAGERDUTY_ACTIONS = { firing: 'trigger', acknowledged: 'acknowledge', resolved: 'resolve' } as const;
const OPSGENIE_PRIORITIES: Readonly<Record<Severity, string>> = {
  critical: 'P1',
  error: 'P2',
  warning: 'P3',
  info: 'P5',
};

const BODIES: Readonly<Record<Preset, (notice: Notice, options: BodyOptions) => Call>> = {
  plain: (notice) => ({ path: '', body: JSON.stringify(notice) }),

  /** PagerDuty Events API v2: summary at most 1,024 characters, dedup_key 255; the same four severities as ours. */
  pagerduty: (notice, { routingKey = '' }) => ({
    path: '',
    body: JSON.stringify({
      routing_key: routingKey,
      event_action: PAGERDUTY_ACTIONS[notice.kind],
      dedup_key: cut(notice.dedupe, 255),
      ...(notice.kind === 'firing'
        ? {
            client: 'illumio-chatops',
            ...(notice.link === undefined
              ? {}
              : { client_url: notice.link, links: [{ href: notice.link, text: 'Slack' }] }),
            payload: {
              summary: cut(headline(notice), 1_024),
              source: cut(notice.hosts[0]?.name ?? notice.pce, 255),
              severity: notice.severity,
              timestamp: notice.at,
              component: notice.pce,
              class: notice.rule,
              custom_details: details(notice),
            },
          }
        : {}),
    }),
  }),

  /** Opsgenie Alert API: message at most 130 characters, alias 512, description 15,000; later steps name the alert by its alias. */
  opsgenie: (notice) => {
    const alias = cut(notice.dedupe, 512);
    const step = notice.kind === 'acknowledged' ? 'acknowledge' : 'close';
    if (notice.kind !== 'firing')
      return {
        path: `/${encodeURIComponent(alias)}/${step}?identifierType=alias`,
        body: JSON.stringify({
          source: 'illumio-chatops',
          note: cut(notice.why ?? headline(notice), 25_000),
        }),
      };
    return {
      path: '',
      body: JSON.stringify({
        message: cut(headline(notice), 130),
        alias,
        description: cut(notice.story, 15_000),
        priority: OPSGENIE_PRIORITIES[notice.severity],
        source: 'illumio-chatops',
        entity: cut(notice.hosts[0]?.name ?? notice.pce, 512),
        tags: [notice.rule, notice.pce].map((tag) => cut(tag, 50)),
        details: details(notice),
      }),
    };
  },
};

/** Texts only, 8,000 characters in all: Opsgenie takes nothing else. At most 50 hosts by name, and how many there are. */
const details = (notice: Notice): Readonly<Record<string, string>> => ({
  story: cut(notice.story, 2_000),
  hosts: cut(
    notice.hosts
      .slice(0, 50)
      .map(({ name }) => name)
      .join(', '),
    1_900,
  ),
  host_count: String(notice.hosts.length),
  count: String(notice.count),
  since: notice.since,
});

const cut = (text: string, most: number): string =>
  [...text].length <= most ? text : `${[...text].slice(0, most - 1).join('')}…`;

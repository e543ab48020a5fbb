import type { HomeView, KnownBlock } from '@slack/types';
import type { Override, RuleInForce } from '../core/override.ts';
import type { Block } from '../core/ports.ts';
import type { RuleLog } from '../core/rule-log.ts';
import { counted, grouped } from '../core/text.ts';
import {
  actions,
  bold,
  button,
  clip,
  code,
  context,
  divider,
  header,
  joined,
  type Markup,
  md,
  mention,
  overflow,
  section,
  time,
} from './parts.ts';

/** A rule as the list shows it. */
export interface HomeRow extends RuleInForce {
  readonly log: RuleLog;
  /** A change that waits for an approver. */
  readonly asked: Override | undefined;
}

/** Blocks a Home tab takes (facts/slack §3); each rule takes one, and those around the rules five. */
const MOST_BLOCKS = 100;
const AROUND = 5;

/** The Home tab: every alert rule with what holds of it, who says so, and how often it spoke. */
export const homeView = (
  rows: readonly HomeRow[],
  mayChange: boolean,
  boards: readonly Block[] = [],
): HomeView => {
  // Boards of many PCEs leave room for the rules.
  const above = boards.slice(0, MOST_BLOCKS / 2) as readonly KnownBlock[];
  const most = MOST_BLOCKS - AROUND - above.length;
  const off = rows.filter(({ settings }) => !settings.enabled).length;
  const slack = rows.filter(({ override }) => override !== undefined).length;
  return {
    type: 'home',
    blocks: [
      ...above,
      header('Alert rules'),
      context(
        md`${counted(rows.length, 'rule')}, ${off} off; ${slack} changed in Slack, the others as the configuration file says. Counts are of the last 7 days.`,
      ),
      ...(mayChange ? [newRule] : []),
      divider(),
      ...rows.slice(0, most).map((row) => rowBlock(row, mayChange)),
      ...(rows.length > most ? [context(md`and ${rows.length - most} more: illumio-chatops rules`)] : []),
      context(
        mayChange
          ? md`What you change here is tried on the last 7 days before it is saved, announced and audited.`
          : md`An admin named in the configuration changes rules here.`,
      ),
    ],
  };
};

/**
 * What can be pressed has a block of the same name in every version: the tab is published anew while it is looked at, and what was
 * pressed in the version before is still found.
 */
const newRule = {
  ...actions(button({ action: 'new-rule', value: 'new', text: 'New rule…' })),
  block_id: 'new-rule',
};

/** All that somebody reads who may not see the rules. */
export const closedHome = (why: Markup, boards: readonly Block[] = []): HomeView => ({
  type: 'home',
  blocks: [...(boards.slice(0, MOST_BLOCKS - 1) as readonly KnownBlock[]), section(why)],
});

const rowBlock = (row: HomeRow, mayChange: boolean): KnownBlock => {
  const { rule, settings } = row;
  return {
    ...section(
      md`${bold(rule.id)} ${settings.enabled ? severityWord(row) : bold('off')} · ${sourceOf(row)}\n${clip(rule.about, 200)}\n${spoken(row.log)}${waiting(row)}`,
    ),
    ...(mayChange ? { accessory: overflow('rule', choices(row)), block_id: `rule.${rule.id}` } : {}),
  };
};

const severityWord = ({ rule, settings }: HomeRow): string =>
  settings.severity === undefined
    ? `on, ${rule.severity} unless it finds otherwise`
    : `on, always ${settings.severity}`;

const sourceOf = ({ override, misfit }: HomeRow): Markup => {
  if (override === undefined) return md`by the file`;
  if (override.set.source !== undefined)
    return md`written by ${mention(override.by.user)} in Slack, ${time(override.at)}`;
  if (misfit) return md`by the file: what ${mention(override.by.user)} changed in Slack no longer fits`;
  return md`by ${mention(override.by.user)} in Slack, ${time(override.at)}`;
};

const spoken = ({ lastAt, fired, subjects, quiet }: RuleLog): Markup =>
  lastAt === undefined
    ? md`not fired`
    : joined(
        [
          md`last fired ${time(lastAt)}`,
          md`×${grouped(fired)} on ${grouped(subjects)}`,
          ...(quiet === 0 ? [] : [md`${grouped(quiet)} in quiet periods`]),
        ],
        ' · ',
      );

const waiting = ({ asked }: HomeRow): Markup =>
  asked === undefined
    ? md``
    : md`\n${code(asked.id)} by ${mention(asked.by.user)} waits for an approver: ${clip(asked.needs ?? 'it was asked right before a restart, ask again', 200)}`;

const choices = ({ rule, settings, override }: HomeRow): { text: string; value: string }[] => [
  settings.enabled
    ? { text: 'Disable…', value: `disable:${rule.id}` }
    : { text: 'Enable…', value: `enable:${rule.id}` },
  { text: 'Tune…', value: `tune:${rule.id}` },
  ...(override === undefined
    ? []
    : [
        {
          text: override.set.source === undefined ? 'Back to the file…' : 'Delete…',
          value: `reset:${rule.id}`,
        },
      ]),
];

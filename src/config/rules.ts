import { z } from 'zod';
import { dict } from '../core/foreign.ts';
import type { RuleSettings } from '../core/settings.ts';
import type { Severity } from '../core/severity.ts';
import { flawsOf } from './issues.ts';
import { flag, textLeaf } from './leaf.ts';
import { type Flaw, meant, type Path } from './problem.ts';
import { severity } from './severity.ts';

/** What the configuration needs to know of a rule: both are fields of every entry of the registry. */
export interface RuleEntry {
  readonly id: string;
  readonly options: z.ZodType;
}

/** Where people read what to do about a rule's alerts: linked in its messages. */
export const runbook = textLeaf({
  expects: 'a link that begins with https://',
  hint: 'for example https://wiki.example.com/illumio/ven-offline',
  json: { format: 'uri', description: 'Where people read what to do: linked in its messages.' },
  read: (text) => (/^https:\/\/[^\s<>|]+$/.test(text) && URL.canParse(text) ? text : undefined),
});

/** What every rule takes beside its own options. */
const Common = z.object({
  enabled: flag.prefault(true),
  severity: severity.optional(),
  runbook: runbook.optional(),
});

/** Reads the section `rules`: every id against the registry, every option against its rule's own schema. */
export const readRules = (
  section: unknown,
  catalog: readonly RuleEntry[],
): { settings: Record<string, RuleSettings>; flaws: Flaw[] } => {
  const settings: Record<string, RuleSettings> = {};
  const flaws: Flaw[] = [];
  const ids = catalog.map(({ id }) => id);
  for (const [id, written] of Object.entries(dict(section))) {
    const path: Path = ['rules', id];
    const rule = catalog.find((entry) => entry.id === id);
    if (rule === undefined) flaws.push({ path, message: 'is not a rule', hint: meant(id, ids) });
    else if (
      written !== undefined &&
      (typeof written !== 'object' || written === null || Array.isArray(written))
    )
      flaws.push({
        path,
        message: 'must be a section',
        hint: 'write settings below it, indented, such as enabled: false',
      });
    else {
      const read = readRule(rule, dict(written), path);
      flaws.push(...read.flaws);
      settings[id] = read.settings;
    }
  }
  return { settings, flaws };
};

const readRule = (
  { options: schema }: RuleEntry,
  written: Readonly<Record<string, unknown>>,
  path: Path,
): { settings: RuleSettings; flaws: Flaw[] } => {
  const { enabled: _, severity: __, runbook: ___, ...rest } = written;
  const known = optionNames(schema);
  const unknown = known === undefined ? [] : Object.keys(rest).filter((key) => !known.includes(key));
  const options = Object.fromEntries(Object.entries(rest).filter(([key]) => !unknown.includes(key)));
  const common = Common.safeParse(written);
  const own = schema.safeParse(options);
  return {
    settings: {
      enabled: common.data?.enabled ?? true,
      severity: common.data?.severity as Severity | undefined,
      options,
      ...(common.data?.runbook === undefined ? {} : { runbook: common.data.runbook }),
    },
    flaws: [
      ...unknown.map((key) => ({
        path: [...path, key],
        message: 'is not an option of this rule',
        hint: meant(key, ['enabled', 'severity', 'runbook', ...(known ?? [])]),
      })),
      ...flawsOf(common.error?.issues ?? [], Common, written, path),
      ...flawsOf(own.error?.issues ?? [], schema, options, path),
    ],
  };
};

/** Names of a rule's options, out of the JSON Schema so that any wrapping of the schema does; undefined when it takes any. */
const optionNames = (schema: z.ZodType): string[] | undefined => {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return properties === undefined ? undefined : Object.keys(properties);
};

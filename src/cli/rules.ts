import { z } from 'zod';
import { custom } from '../config/custom.ts';
import type { AlertRule } from '../core/rule.ts';
import { rules } from '../rules/index.ts';
import { rulesPage } from './rules-page.ts';
import { defineVerb, EXIT } from './verb.ts';

export const verb = defineVerb({
  name: 'rules',
  usage: 'rules [--json | --markdown]',
  help: `Lists the alert rules: id, default severity, how long an alert lives, what it watches.

  --markdown  docs/rules.md: every rule with its options and what to do
  --json    [{id, severity, life, on:[event types, notifications and readings], options: JSON Schema, file}]

life: state = until the condition is over, burst = until it was quiet for a while, once = a fact.`,
  options: { json: { type: 'boolean', default: false }, markdown: { type: 'boolean', default: false } },
  async run({ flags }, edge) {
    if (flags.markdown) edge.out(rulesPage(rules).trimEnd());
    else edge.out(flags.json ? JSON.stringify([...rules.map(described), CUSTOM]) : table());
    return EXIT.done;
  },
});

const described = ({ id, severity, life, on, options }: AlertRule) => ({
  id,
  severity,
  life: life.kind,
  on: [...new Set([...on.types, ...(on.notices ?? []), ...(on.readings ?? [])])],
  options: z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }),
  file: `src/rules/${id}.ts`,
});

/** What stands for every rule that somebody writes in the section of that name: `options` is one entry of it. */
const CUSTOM = {
  id: 'custom',
  severity: 'warning',
  life: 'once',
  on: ['*'],
  options: z.toJSONSchema(custom, { io: 'input', unrepresentable: 'any' }),
  file: 'src/config/custom.ts',
};

/** Aligned columns; the first is the id, so that `cut` and `awk` find it. */
const table = (): string => {
  const rows = [
    ['ID', 'SEVERITY', 'LIFE', 'WATCHES'],
    ...rules.map(({ id, severity, life, about }) => [id, severity, life.kind, about]),
    [CUSTOM.id, CUSTOM.severity, CUSTOM.life, 'What you write in the section custom of the configuration'],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

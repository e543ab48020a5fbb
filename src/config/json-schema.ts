import { z } from 'zod';
import { flag } from './leaf.ts';
import type { Catalog } from './parse.ts';
import { runbook } from './rules.ts';
import { ConfigFile } from './schema.ts';
import { severity } from './severity.ts';

/** JSON Schema (2020-12) of the file, for editors; `rules` is filled from the registry. Written to config.schema.json. */
export const configSchema = ({ rules }: Pick<Catalog, 'rules'>): Record<string, unknown> => {
  const whole = z.toJSONSchema(ConfigFile, { io: 'input' });
  const entries = rules.map(({ id, options }) => {
    const own = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
    return [
      id,
      {
        type: 'object',
        properties: {
          enabled: { ...inline(flag), default: true },
          severity: inline(severity),
          runbook: inline(runbook),
          ...own.properties,
        },
        ...(own.required === undefined ? {} : { required: own.required }),
        additionalProperties: false,
      },
    ] as const;
  });
  return {
    ...whole,
    title: 'Configuration of illumio-chatops',
    properties: {
      ...whole.properties,
      rules: {
        description: 'By rule id: enabled, severity, runbook and the options of the rule.',
        type: 'object',
        properties: Object.fromEntries(entries),
        additionalProperties: false,
      },
    },
  };
};

/** A leaf's schema without the dialect line, which belongs at the top only. */
const inline = (schema: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

import { z } from 'zod';
import { dict, text } from '../core/foreign.ts';
import type { AlertRule, Life } from '../core/rule.ts';
import { span } from '../core/text.ts';

/** docs/rules.md: what stands in the registry, for people. */
export const rulesPage = (rules: readonly AlertRule[]): string =>
  [
    '# Alert rules',
    '',
    'Written by `illumio-chatops rules --markdown`; a test holds it equal. Rules of your own: [custom-rules.md](custom-rules.md).',
    'Every rule also takes `enabled` and `severity`, in the section `rules` of the configuration.',
    '',
    ...rules.flatMap(section),
  ].join('\n');

const section = (rule: AlertRule): readonly string[] => [
  `## ${rule.id}`,
  '',
  `${rule.about}. Default severity: ${rule.severity}. ${lifeText(rule.life)}`,
  '',
  `What to do: ${rule.todo}`,
  '',
  `Listens to: ${listens(rule)}.`,
  '',
  ...options(rule),
];

const lifeText = (life: Life): string => {
  switch (life.kind) {
    case 'state':
      return 'Open until the condition is over.';
    case 'burst':
      return `Over after ${span(life.quietMs)} with ${life.over}.`;
    case 'once':
      return 'A fact: each is told, none is resolved.';
  }
};

const listens = ({ on }: AlertRule): string =>
  [
    ...on.types.map((type) => `\`${type}\``),
    ...(on.notices ?? []).map((type) => `\`${type}\` (notification)`),
    ...(on.readings ?? []).map((reading) => `the reading *${reading}*`),
  ].join(', ');

const options = ({ options: schema }: AlertRule): readonly string[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, raw]) => {
    const about = dict(raw);
    const standard = about['default'] === undefined ? '' : `\`${JSON.stringify(about['default'])}\``;
    return `| \`${name}\` | ${standard} | ${text(about['description']) ?? ''} |`;
  });
  return rows.length === 0 ? [] : ['| Option | Default | Means |', '|---|---|---|', ...rows, ''];
};

import type { Command, CommandDeps } from '../core/command.ts';
import { durationMs } from '../core/duration.ts';
import type { Label } from '../core/label.ts';
import { glob, isLabelTerm, parseLabelQuery } from '../core/label-query.ts';
import { isEmpty, type Matcher, severitiesOf } from '../core/matcher.ts';
import { SEVERITIES } from '../core/severity.ts';
import { listed } from '../core/text.ts';
import { silenceForm } from './forms.ts';
import { nearestText, type Problem, problem } from './problem.ts';

const EXAMPLE = '/illumio silence host=web-01 for 2h because patching';

/** Hides alerts for a time: shows first what that means, now and over the last 7 days. */
export const silence: Command = {
  id: 'silence',
  summary: 'hide alerts for a time: shows what that hides before it does; alone it asks in a form',
  usage:
    '/illumio silence [rule=…] [severity=…] [host=…] [subject=…] [pce=…] [key=value …] for <2h> because <why>',
  examples: [
    EXAMPLE,
    '/illumio silence rule=ven-offline env=dev for 8h because lab reboots',
    '/illumio silences',
  ],
  role: 'responder',
  scope: 'own',
  async run(given, _asker, deps) {
    if (given.length === 0) return { kind: 'form', form: silenceForm };
    const at = given.indexOf('for');
    const [, duration, because, ...words] = at < 0 ? [] : given.slice(at);
    const reason = words.join(' ').trim();
    const forMs = duration === undefined ? undefined : durationMs(duration);
    if (forMs === undefined)
      return problem('A silence has an end: I expected for and a duration, such as for 2h.', EXAMPLE);
    if (because !== 'because' || reason === '')
      return problem('A silence says why: I expected because and a reason at the end.', EXAMPLE);
    const matcher = matcherOf(given.slice(0, at), deps);
    if ('kind' in matcher) return matcher;
    return { kind: 'deed', deed: { verb: 'silence', matcher, forMs: [forMs], reason: reason.slice(0, 300) } };
  },
};

/** The words before `for`: every name is checked, so that a typing error never hides something else (promise 5). */
const matcherOf = (words: readonly string[], deps: CommandDeps): Matcher | Problem => {
  const { catalog, desks } = deps;
  const labels: string[] = [];
  let matcher: Matcher = { rules: [], severities: [] };
  for (const word of words) {
    const [, key = '', value = ''] = /^(rule|severity|host|subject|pce)=(.+)$/.exec(word) ?? [];
    switch (key) {
      case 'rule': {
        const rules = value.split(',');
        const known = catalog.rules.map(({ id }) => id);
        const strange = rules.find((rule) => !known.some((id) => glob(rule, id)));
        if (strange !== undefined)
          return problem(`There is no rule "${strange}".${nearestText(strange, known)}`, EXAMPLE);
        matcher = { ...matcher, rules };
        break;
      }
      case 'severity': {
        const severities = severitiesOf(value);
        if (severities === undefined)
          return problem(
            `"${value}" is no severity: ${listed(SEVERITIES)}, or error+ for that and graver.`,
            EXAMPLE,
          );
        matcher = { ...matcher, severities };
        break;
      }
      case 'pce':
        if (desks.every(({ pce }) => pce.name !== value))
          return problem(
            `There is no PCE "${value}".${nearestText(
              value,
              desks.map(({ pce }) => pce.name),
            )}`,
            EXAMPLE,
          );
        matcher = { ...matcher, pce: value };
        break;
      case 'host':
        matcher = { ...matcher, host: value };
        break;
      case 'subject':
        matcher = { ...matcher, subject: value };
        break;
      default:
        if (!isLabelTerm(word))
          return problem(
            `I can't read "${word}": write host=${word}, rule=… or a label such as env=dev.`,
            EXAMPLE,
          );
        labels.push(word);
    }
  }
  if (labels.length > 0) {
    const known: Label[] = desks.flatMap(({ inventory }) => [...inventory.labels()]);
    const parsed = parseLabelQuery(labels, known);
    if (!parsed.ok) return problem(parsed.problem, EXAMPLE);
    matcher = { ...matcher, labels: labels.join(' ') };
  }
  return isEmpty(matcher)
    ? problem('A silence names what it hides: a rule, a severity, a host, a subject or labels.', EXAMPLE)
    : matcher;
};

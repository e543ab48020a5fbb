import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AlertRule } from '../../src/core/rule.ts';
import { standingStates } from '../../src/core/standing-state.ts';
import { rules } from '../../src/rules/index.ts';
import { anEstate, aWorkload, HOUR, T0 } from '../support/builders.ts';
import { told, watching } from '../support/rules.ts';

const FOLDER = new URL('.', import.meta.url).pathname;

const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts') && name !== 'index.test.ts')
  .map((name) => readFileSync(`${FOLDER}${name}`, 'utf8'));

const occurrences = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

/** What a row or an assertion expects: nothing; or a severity with a name. */
const QUIET = /\[\],?\s*\],|toEqual\(\[\]\)|,\s*\[\],?\s*\]/g;
const FIRES = /'(?:info|warning|error|critical)[ ']|severity: '/g;

it.each(rules.map(({ id }) => id))('%s is seen to fire, and at least twice to stay quiet', (id) => {
  const own = files.filter((text) => text.includes(`from '../../src/rules/${id}.ts'`)).join('\n');
  expect(occurrences(own, FIRES)).toBeGreaterThanOrEqual(1);
  expect(occurrences(own, QUIET)).toBeGreaterThanOrEqual(2);
});

describe('what already is so when the bot begins to watch', () => {
  const sick = aWorkload({ hostname: 'sick-01', ven: { conditions: ['agent.policy_deploy_failed'] } });
  const twin = aWorkload({ hostname: 'twin-01', ven: { conditions: ['agent.clone_detected'] } });
  const gone = aWorkload({ hostname: 'gone-01', online: false, ven: { heartbeatAt: T0 - 25 * HOUR } });
  const hosts = [sick, twin, gone];
  const sweep = {
    kind: 'sweep',
    pce: 'prod-east',
    now: T0,
    estate: anEstate(hosts),
    hosts: new Map(),
    suspended: [],
  } as const;

  it.each([
    ['ven-offline', ['warning gone-01']],
    ['ven-clone', ['warning twin-01']],
    ['ven-problem', ['warning sick-01']],
  ])('%s tells it in a digest, and no later sweep tells it again', (id, expected) => {
    const rule = watching(rules.find((one) => one.id === id) as AlertRule);
    const { findings } = rule.see({ ...sweep, standing: standingStates(hosts, T0) });
    expect(told(findings)).toEqual(expected);
    expect(rule.see(sweep).findings).toEqual([]);
  });
});

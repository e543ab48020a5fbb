import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCustomRule } from '../../src/config/custom-text.ts';
import { brief, errorsIn, MINIMAL, valid } from '../support/config.ts';

const RULE = `id: night-change
title: Change at night
event: [sec_rule.*, /(deny_rule|enforcement_boundary)\\.update/]
`;

/** [what is wrong, what is appended to a right rule of three lines, line, path and message, the way out] */
const WRONG: readonly [string, string, string, RegExp][] = [
  ['a mistyped key', 'severty: error', '4 severty is not a setting', /severity/],
  [
    'an unknown type',
    'notification: agent.clone_detcted',
    '4 notification names "agent.clone_detcted", a type',
    /agent\.clone_detected/,
  ],
  [
    'a field no event has',
    'where: [{any: "resource_change[].changes.x", is: 1}]',
    '4 where[0].any names resource_change[]',
    /resource_changes\[\]/,
  ],
  [
    'a list without its mark',
    'where: [{any: notifications.info, is: 1}]',
    '4 where[0].any names notifications',
    /notifications\[\]/,
  ],
  [
    'a second level no event has',
    'where: [{any: action.src_ipp, is: 1}]',
    '4 where[0].any names src_ipp',
    /src_ip/,
  ],
  ['neither any nor all', 'where: [{is: 1}]', '4 where[0] needs either any or all', /any:/],
  ['a condition without a test', 'where: [{any: status}]', '4 where[0] says of nothing', /at_least/],
  ['an expression that back-tracks', 'actor: /(a)\\1/', '4 actor has a \\1', /expression/],
  [
    'a mistyped field to count by',
    'count: {at_least: 3, within: 10m, by: acotr}',
    '4 count.by must be actor',
    /did you mean actor/,
  ],
  ['a label selector that is none', 'labels: prod', '4 labels must be a label selector', /env=prod/],
  [
    'two kinds at once',
    'absent_for: 24h\ncount: {at_least: 3, within: 10m}',
    '1  has count and absent_for',
    /two rules/,
  ],
  ['by without absence', 'by: host', '4 by stands beside absent_for only', /inside/],
  ['a sequence without its second', 'followed_by: {within: 1h}', '4 followed_by names neither', /event:/],
];

describe('a custom rule', () => {
  it.each(WRONG)('%s', (_, more, expected, hint) => {
    const parsed = parseCustomRule(`${RULE}${more}\n`, ['csrf']);
    const errors = parsed.ok ? [] : parsed.errors;
    expect(
      errors.map(({ line, path, message }) => `${line} ${path} ${message}`.replace(/^1 {2}/, '1  ')),
    ).toEqual([expect.stringContaining(expected)]);
    expect(errors[0]?.hint).toMatch(hint);
  });

  it('says every error at once, each at its line', () => {
    const parsed = parseCustomRule('id: X Y\ntitle: x\nevent: sec_rul.create\nseverity: eror\n', []);
    expect(parsed.ok ? [] : parsed.errors.map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 id',
      '3 event',
      '4 severity',
    ]);
  });

  it('an id that is taken', () => {
    const parsed = parseCustomRule(RULE, ['night-change']);
    expect(parsed.ok ? [] : parsed.errors.map(({ message }) => message)).toEqual([
      'is the id of a rule already',
    ]);
  });

  it('alone or as the entry of a list', () => {
    const listed = RULE.trimEnd().replaceAll('\n', '\n  ');
    expect(parseCustomRule(`- ${listed}\n`, [])).toEqual(parseCustomRule(RULE, []));
  });

  it('never throws, whatever is pasted', () =>
    fc.assert(fc.property(fc.string(), (text) => void parseCustomRule(text, []))));
});

const inFile = (rule: string): string => `${MINIMAL}custom:\n  - {${rule}}\n`;

describe('the section custom', () => {
  it('is settings, and a name for routes and rules', () => {
    const { settings } = valid(
      `${inFile('id: mine, title: Mine, event: sec_rule.create, enabled: false')}routes: [{match: {rule: [mine]}, channel: C0POLICY01}]\n`,
    );
    expect(settings.custom).toMatchObject([{ id: 'mine', events: ['sec_rule.create'], severity: 'warning' }]);
    expect(settings.rules).toMatchObject({ mine: { enabled: false } });
  });

  it.each([
    [
      'an id that ships',
      'id: csrf, title: x, event: sec_rule.create',
      '6 custom[0].id is the id of a rule that ships',
    ],
    [
      'an unknown event type',
      'id: mine, title: x, event: sec_rle.create',
      '6 custom[0].event names "sec_rle.create"',
    ],
  ])('%s', (_, rule, expected) =>
    expect(errorsIn(inFile(rule)).map(brief)).toEqual([expect.stringContaining(expected)]),
  );

  it('an id that is used twice', () => {
    const rule = '{id: mine, title: x, event: sec_rule.create}';
    expect(errorsIn(`${MINIMAL}custom:\n  - ${rule}\n  - ${rule}\n`).map(brief)).toEqual([
      '7 custom[1].id is already the id of custom[0]',
    ]);
  });
});

import { expect, it } from 'vitest';
import { reloaded } from '../../src/core/reload-settings.ts';
import { replaceable } from '../../src/core/replaceable.ts';
import { MINIMAL, valid } from '../support/config.ts';

const settingsOf = (more: string) => valid(`${MINIMAL}${more}`).settings;

it.each([
  ['rules hold at once', 'rules: {csrf: {enabled: false}}\n', [], { rules: { csrf: { enabled: false } } }],
  ['routes hold at once', 'routes: [{channel: C0POLICY01}]\n', [], { routes: [{ channel: 'C0POLICY01' }] }],
  [
    'what binds a loop holds from the next start on',
    'poll: {events: 90s}\n',
    ['poll'],
    { poll: { events: 30_000 } },
  ],
])('%s', (_, more, later, expected) => {
  const taken = reloaded(settingsOf(''), settingsOf(more));
  expect(taken.later).toEqual(later);
  expect(taken.settings).toMatchObject(expected);
});

it('what was written is taken away again', () => {
  const custom = 'custom: [{id: mine, title: x, event: sec_rule.create}]\n';
  expect(reloaded(settingsOf(custom), settingsOf('')).settings.custom).toBeUndefined();
});

it('whoever holds a view reads what replaced it', () => {
  const one = replaceable<{ name: string; more?: number }>({ name: 'first' });
  const { view } = one;
  one.replace({ name: 'second', more: 1 });
  expect([view.name, { ...view }, 'more' in view]).toEqual(['second', { name: 'second', more: 1 }, true]);
});

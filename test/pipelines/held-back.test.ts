import { expect, it } from 'vitest';
import { createHeldBack } from '../../src/pipelines/held-back.ts';
import { someRoles } from '../support/asking.ts';
import { shown } from '../support/blocks.ts';
import { aChannel, aProfile, fakeLog } from '../support/fakes.ts';
import { guardBy } from '../support/responding.ts';
import { aBench, done } from './responding-bench.ts';

const ANN = { team: 'T1', user: 'U0ANN' };

it('a request for approval in a channel that becomes shared is held back there, and asked again where only we read', async () => {
  const bench = await aBench({
    guard: guardBy({ highValue: ['env=prod'] }),
    gateRoles: { ...someRoles, approver: [ANN] },
  });
  const { chat, store, clock } = bench;
  chat.people.set('U0ANN', aProfile('U0ANN'));
  chat.channels.set('C0FALL', aChannel('C0FALL'));
  await done(bench.submit(await bench.open('web-01')));
  const textsIn = (channel: string): string[] =>
    chat.posts.filter((post) => post.channel === channel).map(({ message }) => shown(message));
  expect(textsIn('C0ANN')).toEqual([expect.stringContaining('[Approve] [Deny]')]);

  const told: string[] = [];
  const holdBack = createHeldBack({
    store,
    chat,
    clock,
    log: fakeLog(),
    fallback: 'C0FALL',
    tell: (trouble) => void told.push(trouble),
  });
  chat.channels.set('C0ANN', aChannel('C0ANN', { external: true }));
  await holdBack();
  await holdBack();
  expect(textsIn('C0ANN')).toEqual([expect.stringContaining('Held back')]);
  expect(textsIn('C0ANN').join()).not.toMatch(/web-01|Approve/);
  expect(told).toEqual([expect.stringContaining('1 request, reminder or list of mine there is held back')]);

  await bench.responding.tend();
  await bench.responding.tend();
  expect(textsIn('C0FALL')).toEqual([expect.stringContaining('[Approve] [Deny]')]);
  const [row] = await bench.responses('web-01');
  await bench.responding.decide('approve', {
    id: row?.id ?? '',
    person: ANN,
    channel: 'C0FALL',
    say: async () => undefined,
  });
  expect(bench.labels('web-01')).toContain('Quarantine=Severe');
  expect(textsIn('C0FALL').join()).not.toContain('[Approve]');
  expect(textsIn('C0ANN')).toEqual([expect.stringContaining('Held back')]);
});

it('what would be asked anew in a shared channel is never posted there', async () => {
  const bench = await aBench({
    guard: guardBy({ highValue: ['env=prod'] }),
    gateRoles: { ...someRoles, approver: [ANN] },
  });
  bench.chat.channels.set('C0FALL', aChannel('C0FALL'));
  bench.chat.channels.set('C0ANN', aChannel('C0ANN', { external: true }));
  await done(bench.submit(await bench.open('web-01')));
  expect(bench.chat.posts.map(({ channel }) => channel)).toEqual(['C0FALL']);
});

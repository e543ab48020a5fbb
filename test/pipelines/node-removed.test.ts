import { expect, it } from 'vitest';
import { aBench, anAlert } from '../support/asking.ts';
import { shown } from '../support/blocks.ts';

const MISSED = anAlert({
  rule: 'pce-health',
  subject: { kind: 'node', href: null, name: 'core1 of pce.example.com' },
  workloads: [],
  suggests: ['node-removed'],
});

const press = async (user: string, alert = MISSED) => {
  const bench = aBench();
  await bench.store.commit([{ type: 'alert-fired', alert }]);
  const said: string[] = [];
  await bench.act(
    { verb: 'node-removed', alerts: [alert.id] },
    { person: { team: 'T1', user }, channel: 'C0SOC', show: async (answer) => void said.push(shown(answer)) },
  );
  return { bench, said: said.join() };
};

it('a responder says that a node was removed: it is noted, audited, and the rule hears it', async () => {
  const { bench } = await press('U0MAYA');
  expect(bench.gone).toEqual(['core1 of pce.example.com']);
  expect((await bench.store.alertById(MISSED.id))?.notes).toMatchObject([
    { text: 'It was removed on purpose.' },
  ]);
  expect(bench.audit.entries.map(({ action, verdict }) => `${action} ${verdict}`)).toEqual([
    'node-removed done',
  ]);
});

it('somebody without the role is refused, and nothing is forgotten', async () => {
  const { bench, said } = await press('U0VIC');
  expect(bench.gone).toEqual([]);
  expect(said).toContain("You can't node-removed");
});

it('of an alert that did not ask it, nothing is forgotten', async () => {
  const { bench } = await press('U0MAYA', anAlert());
  expect(bench.gone).toEqual([]);
});

import { expect, test } from 'vitest';
import { RESPONDER } from '../../chaos/config.ts';
import { createPeople } from '../../chaos/response-people.ts';
import { saidIn } from '../../chaos/response-seen.ts';
import type { ChaosWorld } from '../../chaos/world.ts';

const form = (id: string, title: string, submit: string | null, said: string) => ({
  id,
  user: RESPONDER,
  title,
  submit,
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: said } }],
});

test('what a form said was read, also when another one was opened over it', async () => {
  let views = [
    form('V1', 'Release db-36', null, '*db-36* Nothing was done. Labels changed since you opened this.'),
  ];
  const control = {
    state: () => ({ connections: 1, channels: [], ephemerals: [], views }),
    command: async () => {
      views = [form('V2', 'Quarantine web-01', 'Quarantine', 'Labels of web-01')];
    },
  };
  const people = createPeople({ slack: { control }, running: () => true } as unknown as ChaosWorld, 20_000);

  const opened = await people.open('quarantine', { name: 'web-01', href: '/orgs/1/workloads/1' });

  expect(opened).toBe('V2');
  expect(saidIn(people.seen())('db-36').refused('release')).toBe(true);
  expect(saidIn(people.seen())('web-01').refused('quarantine')).toBe(false);
});

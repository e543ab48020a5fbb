import { describe, expect, it } from 'vitest';
import { MINUTE } from '../support/builders.ts';
import { aBench, done, OLD, QUARANTINED } from './responding-bench.ts';

const BY_HAND = { app: 'shop', env: 'prod', loc: 'fra', role: 'web', Quarantine: 'Severe' };
const WITH_TIME = { reason: 'Made by hand in the PCE', words: '', ticket: '', review: String(60 * MINUTE) };

describe('adopting a quarantine that somebody else made', () => {
  it('writes nothing, and starts its time and its watch', async () => {
    const bench = await aBench();
    bench.relabel('web-01', BY_HAND);
    const draft = await bench.open('web-01', { action: 'adopt' });
    expect(bench.modal()).toContain('Nothing is written to the PCE');
    expect(bench.modal()).toContain('a release takes off that label only');
    await done(bench.submit(draft, WITH_TIME));
    expect(bench.modal()).toContain('adopted as a quarantine of this bot');
    expect(bench.puts()).toBe(0);
    expect(bench.labels('web-01')).toBe(QUARANTINED);

    const [row] = await bench.store.quarantines('lab', bench.host('web-01'));
    expect(row).toMatchObject({
      action: 'adopt',
      state: 'done',
      byName: 'u0maya',
      until: bench.clock.now() + 60 * MINUTE,
      change: { replaced: [], added: [{ key: 'Quarantine', value: 'Severe' }] },
    });
    expect((await bench.store.responsesWatched()).map(({ id }) => id)).toEqual([row?.id]);
    expect(await bench.audit()).toEqual(['adopt asked allowed', 'adopt done']);
    expect(bench.announced.join()).toContain('was adopted as a quarantine of this bot');
  });

  it('is asked about when its time is over, and released label by label', async () => {
    const bench = await aBench();
    bench.relabel('web-01', BY_HAND);
    await done(bench.submit(await bench.open('web-01', { action: 'adopt' }), WITH_TIME));
    bench.clock.advance(61 * MINUTE);
    await bench.responding.tend();
    expect(bench.chat.posts.map(({ message }) => message.text).join()).toContain('to be reviewed');
    await bench.respond('web-01', 'release');
    expect(bench.labels('web-01')).toBe(OLD);
    expect(await bench.store.quarantines()).toEqual([]);
  });

  it('keeps what the host is, when labels change before the form is sent in', async () => {
    const bench = await aBench();
    bench.relabel('web-01', BY_HAND);
    const draft = await bench.open('web-01', { action: 'adopt' });
    bench.relabel('web-01', { ...BY_HAND, env: 'dev' });
    await done(bench.submit(draft, WITH_TIME));
    expect(bench.modal()).toContain('Labels changed since you opened this');
    expect(await bench.store.quarantines()).toEqual([]);
  });

  it('is refused for a host without the label, and for one that is ours already', async () => {
    const bench = await aBench();
    await bench.open('web-01', { action: 'adopt' });
    expect(bench.modal()).toContain('web-01 carries no quarantine label');
    await bench.respond('web-01');
    await bench.open('web-01', { action: 'adopt' });
    expect(bench.modal()).toContain('in quarantine by this bot already: u0maya asked for it');
  });
});

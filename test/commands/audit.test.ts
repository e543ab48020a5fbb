import { beforeEach, describe, expect, it } from 'vitest';
import { type AuditEntry, chained, GENESIS } from '../../src/core/audit.ts';
import { aBench } from '../support/asking.ts';
import { buttonsOf, shown } from '../support/blocks.ts';
import { HOUR, T0 } from '../support/builders.ts';

type Bench = ReturnType<typeof aBench>;

const ANA = 'U0ANA';
const DAY = 24 * HOUR;

let bench: Bench;
/** A record so long before now. */
const add = (ago: number, entry: Partial<AuditEntry>): void => {
  const seq = bench.trail.records.length + 1;
  const place = { seq, time: new Date(T0 - ago).toISOString(), config: 'c', version: '1', prev: GENESIS };
  bench.trail.records.push(
    chained(
      {
        actor: { team: 'T1', user: 'U0MAYA' },
        actorName: 'maya',
        action: 'quarantine',
        verdict: 'done',
        ...entry,
      },
      place,
      () => `hash-${seq}`,
    ),
  );
};

beforeEach(() => {
  bench = aBench();
  add(10 * DAY, { target: { href: '/w/1', name: 'web-01' }, reason: 'too old' });
  add(3 * HOUR, {
    target: { href: '/w/1', name: 'web-01' },
    reason: 'malware',
    approver: 'ana',
    pce: 'prod-east',
  });
  add(2 * HOUR, {
    actor: { team: 'T1', user: 'U0VIC' },
    actorName: 'vic',
    action: 'command events',
    verdict: 'refused',
    why: 'it needs the role analyst',
  });
  add(HOUR, { action: 'release', target: { href: null, name: 'web-02, db-01' }, reason: '=cmd()' });
});

describe('/illumio audit', () => {
  it('shows who did what, newest first, by default of 7 days', async () => {
    const said = await bench.ask('audit', ANA);
    expect(said).toContain('3 records in the audit log');
    expect(said).toContain('maya* quarantine web-01: done\n“malware” · agreed: ana · prod-east · record 2');
    expect(said).toContain('vic* command events: refused\nit needs the role analyst · record 3');
    expect(said.indexOf('record 4')).toBeLessThan(said.indexOf('record 2'));
    expect(said).not.toContain('too old');
    expect(said).toContain('last 7 d · 4 records read · complete');
  });

  it.each([
    ['a host', 'WEB-01', [2]],
    ['a host that is one of several', 'db-01', [4]],
    ['hosts by a pattern', 'web-*', [4, 2]],
    ['a person by name', 'vic', [3]],
    ['a person by mention', '<@U0VIC|vic>', [3]],
    ['who agreed', 'ana', [2]],
    ['an action', 'release', [4]],
    ['a command by its name alone', 'events', [3]],
    ['nobody', 'web', []],
    ['a longer time', 'web-01 --since 30d', [2, 1]],
  ])('finds %s', async (_, words, expected) => {
    const said = await bench.ask(`audit ${words}`, ANA);
    expect([...said.matchAll(/record (\d+)/g)].map(([, seq]) => Number(seq))).toEqual(expected);
  });

  it('turns pages in the time that was asked first', async () => {
    const [first] = await bench.messages('audit -n 2', ANA);
    const next = buttonsOf(first ?? { text: '', blocks: [] }).find(({ action }) => action.startsWith('ask'));
    expect(next?.value).toContain('--page 2');
    await bench.clock.advance(DAY);
    add(-HOUR, { action: 'ack' });
    const said = await bench.ask(next?.value ?? '', ANA);
    expect(said).toContain('record 2');
    expect(said).toContain('page 2 of 2');
    expect(said).not.toContain('*maya* ack');
  });

  it('stays short with fifteen records of long text', async () => {
    for (let n = 0; n < 20; n += 1)
      add(n, { target: { href: null, name: 'h'.repeat(300) }, reason: '<&>'.repeat(100) });
    const [message] = await bench.messages('audit -n 50', ANA);
    expect(shown(message ?? { text: '', blocks: [] })).toContain('page 1 of 2');
  });

  it('sends all of it as CSV by direct message, and what a spreadsheet would run as text', async () => {
    await bench.ask('audit --files', ANA);
    const sent = bench.chat.files.at(-1);
    expect(sent?.name).toBe('audit.csv');
    const content = String(sent?.content);
    expect(content.split('\r\n').slice(0, 2)).toEqual([
      'seq,time,actor,actor_id,role,action,verdict,why,pce,target,target_href,reason,ticket,approver,before,after,channel,response,hash',
      `4,"${new Date(T0 - HOUR).toISOString()}","maya","T1/U0MAYA","","release","done","","","web-02, db-01","","'=cmd()","","","","","","","hash-4"`,
    ]);
  });

  it('is refused to who may only look, shows nothing, and that is in the audit log', async () => {
    expect(await bench.ask('audit web-01', 'U0VIC')).toContain("You can't use audit");
    expect(await bench.ask('audit', 'U0VIC')).not.toContain('maya');
    expect(bench.audit.entries.at(-1)).toMatchObject({ action: 'command audit', verdict: 'refused' });
  });

  it.each([
    ['an option it does not know', 'audit --share', 'audit does not know the option'],
    ['a time without a unit', 'audit --since 7', 'a duration such as'],
  ])('says what is wrong with %s', async (_, words, why) => {
    expect(await bench.ask(words, ANA)).toContain(why);
  });
});

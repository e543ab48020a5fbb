import { describe, expect, it } from 'vitest';
import type { Handling } from '../../src/core/ports.ts';
import { DEFAULT_LIMITS } from '../../src/core/settings.ts';
import { someRoles } from '../support/asking.ts';
import { buttonsOf, problemsIn, problemsOf, shown } from '../support/blocks.ts';
import { MINUTE } from '../support/builders.ts';
import { aProfile } from '../support/fakes.ts';
import { guardBy } from '../support/responding.ts';
import { aBench, type Bench, done, JO, MAYA, OLD, QUARANTINED, REASON, stateOf } from './responding-bench.ts';

const ANN = { team: 'T1', user: 'U0ANN' };
const WHY = { typed: 'web-01', words: 'It encrypts our file server.' };

/** web-01 is a high-value host and Ann approves; break_glass is on unless said. */
const aDesk = async ({ breakGlass = true, highValue = ['app=shop'], protects = [] as string[] } = {}) => {
  const bench = await aBench({
    guard: guardBy({ highValue, protected: protects }),
    gateRoles: { ...someRoles, approver: [ANN] },
    limits: { ...DEFAULT_LIMITS, breakGlass },
  });
  bench.chat.people.set('U0ANN', aProfile('U0ANN'));
  return bench;
};

/** Maya's request, unanswered for so long. */
const unanswered = async (bench: Bench, name = 'web-01', minutes = 5): Promise<void> => {
  await done(bench.submit(await bench.open(name), { ...REASON, typed: name }));
  bench.clock.advance(minutes * MINUTE);
  await bench.responding.tend();
};

const idOf = async (bench: Bench, name = 'web-01'): Promise<string> =>
  (await bench.responses(name)).at(-1)?.id ?? '';

/** Presses [Act alone…]; @returns what is said, or nothing where a form opened. */
const press = async (bench: Bench, { name = 'web-01', person = MAYA } = {}): Promise<string> => {
  const said: string[] = [];
  await bench.responding.alone.open({
    id: await idOf(bench, name),
    person,
    channel: 'C0ANN',
    triggerId: 't1',
    say: async ({ mrkdwn }) => void said.push(mrkdwn),
  });
  for (const { blocks } of bench.chat.views) expect(problemsIn(blocks)).toEqual([]);
  return said.join();
};

const send = (bench: Bench, values: Record<string, string> = WHY, person = MAYA): Handling => {
  const form = bench.chat.views.at(-1) as { private_metadata?: string } | undefined;
  return bench.responding.alone.submit({
    draft: form?.private_metadata ?? '',
    person,
    viewId: `V${bench.chat.views.length}`,
    values,
  });
};

const alone = async (bench: Bench, name = 'web-01'): Promise<string> => {
  const said = await press(bench, { name });
  if (said !== '') return said;
  await done(send(bench, { ...WHY, typed: name }));
  return bench.modal();
};

const cards = (bench: Bench): string => bench.chat.posts.map(({ message }) => shown(message)).join('\n');
const offers = (bench: Bench): string[] =>
  bench.chat.posts.flatMap(({ message }) => buttonsOf(message).map(({ action }) => action));

describe('acting alone', () => {
  it('is offered when a request was not answered for 5 min, not before, and never unless it is configured', async () => {
    const bench = await aDesk();
    await unanswered(bench, 'web-01', 4);
    expect(offers(bench)).toEqual(['approve', 'deny']);
    bench.clock.advance(MINUTE);
    await bench.responding.tend();
    expect(offers(bench)).toEqual(['approve', 'deny', 'alone']);
    const off = await aDesk({ breakGlass: false });
    await unanswered(off);
    expect(offers(off)).toEqual(['approve', 'deny']);
    expect(await press(off)).toContain('the configuration does not allow it');
  });

  it('quarantines the host, tells every approver at once and stays "not reviewed"', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    expect(await alone(bench)).toContain('labelled for quarantine');
    expect([bench.labels('web-01'), bench.puts()]).toEqual([QUARANTINED, 1]);
    const post = bench.chat.posts.at(-1);
    expect(problemsOf(post?.message ?? { text: '', blocks: [] })).toEqual([]);
    expect(cards(bench)).toContain('u0maya acted alone');
    expect(cards(bench)).toContain('It encrypts our file server.');
    expect(cards(bench)).toContain('*Not reviewed.*');
    expect(JSON.stringify(post?.message)).toContain('<@U0ANN>');
    expect((await bench.records()).map(({ action, reason }) => `${action}: ${reason}`)).toContain(
      'quarantine alone: It encrypts our file server.',
    );
    bench.clock.advance(3 * 24 * 60 * MINUTE);
    await bench.responding.tend();
    expect(cards(bench)).toContain('*Not reviewed.*');
  });

  it('asks for the host by name and for words, and takes a form once, from its requester alone', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    await press(bench);
    expect(send(bench, { typed: 'web-02', words: 'x' }).ack).toEqual({
      errors: { typed: 'Type web-01, so that it is no other host.' },
    });
    expect(send(bench, { typed: 'web-01', words: ' ' }).ack).toEqual({
      errors: { words: 'Say why it cannot wait.' },
    });
    expect(JSON.stringify(send(bench, WHY, JO).ack)).toContain('no longer valid');
    const good = send(bench);
    expect(JSON.stringify(send(bench).ack)).toContain('no longer valid');
    await done(good);
    expect(bench.puts()).toBe(1);
  });

  it('is for the one who asked, not for another responder', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    expect(await press(bench, { person: JO })).toContain('only u0maya, who asked for it, could');
    expect((await bench.audit()).at(-1)).toContain('quarantine alone refused');
  });

  it.each([
    ['approved', 'it was approved by u0ann'],
    ['denied', 'it was denied'],
    ['lapsed', 'it lapsed'],
  ])('is over when the request was %s meanwhile', async (how, why) => {
    const bench = await aDesk();
    await unanswered(bench);
    if (how === 'lapsed') {
      bench.clock.advance(10 * MINUTE);
      await bench.responding.tend();
    } else
      await bench.responding.decide(how === 'approved' ? 'approve' : 'deny', {
        id: await idOf(bench),
        person: ANN,
        channel: 'C0ANN',
        say: async () => undefined,
      });
    expect(await press(bench)).toContain(why);
  });

  it('is possible once an hour for a person: also of two forms that are open at once', async () => {
    const bench = await aDesk({ highValue: ['env=prod', 'env=dev', 'env=staging', 'app=shop'] });
    await unanswered(bench, 'web-01', 0);
    await unanswered(bench, 'web-02');
    expect(await press(bench)).toBe('');
    const first = send(bench);
    expect(await press(bench, { name: 'web-02' })).toBe('');
    const second = send(bench, { ...WHY, typed: 'web-02' });
    await Promise.all([done(first), done(second)]);
    expect(bench.puts()).toBe(1);
    expect(bench.modal()).toContain('you have acted alone within 1 h already');
    await unanswered(bench, 'web-02');
    expect(await press(bench, { name: 'web-02' })).toContain('you have acted alone within 1 h already');
  });

  it('is refused on a host that has become protected, right before the PUT', async () => {
    const bench = await aDesk({ protects: ['env=prod'], highValue: [] });
    await unanswered(bench);
    expect(await alone(bench)).toContain('web-01 is a protected host. Nobody may do that alone.');
    expect([bench.labels('web-01'), await stateOf(bench)]).toEqual([OLD, ['stopped']]);
  });

  it('who lost the role meanwhile does nothing alone', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    await press(bench);
    bench.chat.groups.set('S0RESPOND', ['U0JO']);
    await done(send(bench));
    expect(bench.modal()).toContain('You may not do this any more');
    expect(bench.puts()).toBe(0);
  });

  it('is durable before it is acknowledged: a restart in between carries it out', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    await press(bench);
    await send(bench).before?.();
    expect(await stateOf(bench)).toEqual(['approved']);
    await bench.again().resume();
    expect(bench.labels('web-01')).toBe(QUARANTINED);
  });
});

describe('what was done alone', () => {
  const review = async (bench: Bench, person: typeof ANN): Promise<string> => {
    const said: string[] = [];
    await bench.responding.alone.reviewed({
      id: await idOf(bench),
      person,
      channel: 'C0ANN',
      say: async ({ mrkdwn }) => void said.push(mrkdwn),
    });
    return said.join();
  };

  it('is reviewed when one of the approver list says so', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    await alone(bench);
    expect(await review(bench, ANN)).toBe('');
    expect(cards(bench)).toContain('Reviewed by u0ann');
    expect(cards(bench)).not.toContain('Not reviewed');
    expect(await review(bench, ANN)).toContain('nothing to review any more');
  });

  it.each([
    ['the one who did it', MAYA],
    ['a responder', JO],
  ])('is not reviewed by %s', async (_, person) => {
    const bench = await aDesk();
    await unanswered(bench);
    await alone(bench);
    expect(await review(bench, person)).toContain("You can't review what was done to web-01");
    expect(cards(bench)).toContain('Not reviewed');
  });

  it('is looked at when somebody else releases it', async () => {
    const bench = await aDesk();
    await unanswered(bench);
    await alone(bench);
    await done(bench.submit(await bench.open('web-01', { action: 'release', person: JO }), REASON, JO));
    await bench.responding.decide('approve', {
      id: await idOf(bench),
      person: ANN,
      channel: 'C0ANN',
      say: async () => undefined,
    });
    expect(bench.labels('web-01')).toBe(OLD);
    expect(cards(bench)).toContain('Looked at by who released it.');
  });
});

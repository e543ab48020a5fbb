import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compileRules, type RuleSet } from '../../src/core/detect.ts';
import { type AlertRule, defineRule } from '../../src/core/rule.ts';
import { DEFAULT_CONTEXT } from '../../src/core/rule-context.ts';
import type { Severity } from '../../src/core/severity.ts';
import { rules } from '../../src/rules/index.ts';
import { aFinding, anEstate, anEvent, MINUTE, noticeOf, saw, T0 } from '../support/builders.ts';

const NONE: ReadonlyMap<string, unknown> = new Map();

/** A rule that finds every event it is given, and remembers what `remember` says. */
const aRule = (
  id: string,
  on: AlertRule['on'],
  remember: (memory: number, events: number) => number = (memory) => memory,
): AlertRule =>
  defineRule({
    id,
    title: '',
    about: '',
    severity: 'warning',
    life: { kind: 'once' },
    on,
    options: z.strictObject({ silent: z.boolean().default(false) }).prefault({}),
    memory: z.number().default(0),
    todo: '',
    detect(observation, memory, { silent }) {
      const events = observation.kind === 'events' ? observation.events : [];
      return {
        findings: silent
          ? []
          : events.map(({ href, at }) => aFinding({ event: href, at, severity: 'warning' })),
        memory: remember(memory, events.length),
        wakeAt: memory > 0 ? T0 + memory : undefined,
      };
    },
  });

const compile = (
  all: readonly AlertRule[],
  settings: Parameters<typeof compileRules>[1] = () => undefined,
): RuleSet => compileRules(all, settings, DEFAULT_CONTEXT);

const found = (set: RuleSet, ...types: string[]): string[] =>
  set.run(saw(types.map((event_type) => anEvent({ event_type }))), NONE).findings.map(({ rule }) => rule.id);

describe('a rule set', () => {
  it('gives a rule the types it names, exactly or by *', () => {
    const set = compile([
      aRule('exact', { types: ['agent.suspend'] }),
      aRule('glob', { types: ['agent.*'] }),
    ]);
    expect(found(set, 'agent.suspend').sort()).toEqual(['exact', 'glob']);
    expect(found(set, 'agent.update')).toEqual(['glob']);
    expect(found(set, 'agents.unpair')).toEqual([]);
  });

  it('gives a rule its notifications in whatever event, each event once', () => {
    const set = compile([aRule('both', { types: ['agent.update'], notices: ['agent.process_failed'] })]);
    const twice = noticeOf('agent.process_failed');
    const events = [
      anEvent({ event_type: 'agent.update', notifications: [twice, twice] }),
      anEvent({ event_type: 'user.login', notifications: [twice] }),
      anEvent({ event_type: 'user.login' }),
    ];
    expect(set.run(saw(events), NONE).findings.map(({ finding }) => finding.event)).toEqual(
      events
        .slice(0, 2)
        .map(({ href }) => href)
        .sort(),
    );
  });

  it('counts an event once that is handed out twice', () => {
    const event = anEvent({ event_type: 'agent.suspend' });
    expect(compile([aRule('one', { types: ['*'] })]).run(saw([event, event]), NONE).findings).toHaveLength(1);
  });

  it('sorts by time, then href, whatever the order of the PCE', () => {
    const events = [2, 0, 0, 1].map((minute) => anEvent({ at: T0 + minute * MINUTE }));
    const set = compile([aRule('one', { types: ['*'] })]);
    const expected = set.run(saw(events), NONE);
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
        expect(set.run(saw(order), NONE)).toEqual(expected);
      }),
    );
    expect(expected.findings.map(({ finding }) => (finding.at - T0) / MINUTE)).toEqual([0, 0, 1, 2]);
  });

  it('gives readings to the rules that ask for them only', () => {
    const counting = (id: string, on: AlertRule['on']): AlertRule => aRule(id, on, (memory) => memory + 1);
    const set = compile([
      counting('health', { types: [], readings: ['health'] }),
      counting('events', { types: ['*'] }),
    ]);
    const reading = { available: false, why: 'HTTP 404' } as const;
    const { memories } = set.run({ kind: 'health', pce: 'east', now: T0, estate: anEstate(), reading }, NONE);
    expect(memories).toEqual({ health: 1 });
  });

  it('leaves out a rule that is switched off', () => {
    const set = compile([aRule('off', { types: ['*'] })], () => ({
      enabled: false,
      severity: undefined,
      options: {},
    }));
    expect(found(set, 'agent.suspend')).toEqual([]);
    expect([...set.rules.keys()]).toEqual([]);
  });

  it('replaces the severity by the configured one', () => {
    const severity: Severity = 'critical';
    const set = compile([aRule('graver', { types: ['*'] })], () => ({
      enabled: true,
      severity,
      options: {},
    }));
    expect(set.run(saw([anEvent()]), NONE).findings[0]?.finding.severity).toBe('critical');
  });

  it('hands out only memories that changed, and the events that changed them', () => {
    const set = compile(
      [
        aRule('counts', { types: ['agent.*'] }, (memory, events) => memory + events),
        aRule('idle', { types: ['*'] }),
      ],
      () => ({ enabled: true, severity: undefined, options: { silent: true } }),
    );
    const events = [anEvent({ event_type: 'agent.suspend' }), anEvent({ event_type: 'user.login' })];
    const result = set.run(
      saw(events),
      new Map([
        ['counts', 3],
        ['idle', 0],
      ]),
    );
    expect(result.memories).toEqual({ counts: 4 });
    expect(result.seen).toEqual([[events[0]?.href, events[0]?.at]]);
  });

  it('names events that gave a finding as seen though nothing was remembered', () => {
    const event = anEvent();
    expect(compile([aRule('one', { types: ['*'] })]).run(saw([event]), new Map([['one', 0]])).seen).toEqual([
      [event.href, event.at],
    ]);
  });

  it('says when a rule wants to be woken if its memory changed or it was woken, and null when it does not', () => {
    const set = compile([
      aRule('sleeper', { types: ['*'], readings: ['wake'] }, (memory, events) => memory + events),
    ]);
    expect(set.run(saw([anEvent()]), new Map([['sleeper', 5]])).wakes).toEqual({ sleeper: T0 + 5 });
    const wake = { kind: 'wake', pce: 'east', now: T0, estate: anEstate(), hosts: new Map() } as const;
    expect(set.run(wake, new Map([['sleeper', 0]])).wakes).toEqual({ sleeper: null });
  });

  it('isolates a rule that throws: its memory stays, the others go on', () => {
    const broken = aRule('broken', { types: ['*'] }, () => {
      throw new Error('catastrophic');
    });
    const result = compile([broken, aRule('fine', { types: ['*'] })]).run(
      saw([anEvent()]),
      new Map([['broken', 1]]),
    );
    expect(result.failures).toEqual([{ rule: 'broken', error: new Error('catastrophic') }]);
    expect(result.findings.map(({ rule }) => rule.id)).toEqual(['fine']);
    expect(result.memories).not.toHaveProperty('broken');
  });

  it('isolates a rule whose stored memory is not its own', () => {
    const set = compile([aRule('one', { types: ['*'] })]);
    expect(set.run(saw([anEvent()]), new Map([['one', 'what?']])).failures).toMatchObject([{ rule: 'one' }]);
    expect(set.reads(new Map([['one', 'what?']]), T0)).toEqual([]);
  });

  it('refuses options that do not fit', () => {
    expect(() =>
      compile([aRule('one', { types: ['*'] })], () => ({
        enabled: true,
        severity: undefined,
        options: { silnet: true },
      })),
    ).toThrow(/silnet/);
  });

  it('counts types nobody documented, and never breaks on them', () => {
    const events = [
      'agent.brand_new',
      'agent.brand_new',
      'user.login',
      'deny_rule.create',
      'agent.request_policy',
    ].map((event_type) => anEvent({ event_type }));
    expect(compile(rules).run(saw(events), NONE).unknownTypes).toEqual({ 'agent.brand_new': 2 });
  });
});

describe('the built-in rules', () => {
  it('have unique ids that are file names, and words for people', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
    for (const { id, about, todo } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(about.length).toBeGreaterThan(10);
      expect(about.length).toBeLessThan(90);
      expect(todo).toMatch(/\.$/);
    }
  });

  it('take no options and an empty memory without complaint, on every observation', () => {
    const set = compile(rules);
    const common = { pce: 'east', now: T0, estate: anEstate() };
    const reach = { lastOkAt: T0, failingSince: undefined, why: undefined, refused: false, medianMs: 1 };
    for (const observation of [
      { ...common, kind: 'events', events: [] },
      { ...common, kind: 'health', reading: { available: false, why: '' } },
      { ...common, kind: 'reach', reach },
      { ...common, kind: 'sweep', hosts: new Map(), suspended: [] },
      { ...common, kind: 'wake', hosts: new Map() },
    ] as const)
      expect(set.run(observation, NONE)).toMatchObject({ findings: [], cleared: [], failures: [] });
  });

  it('mean the same by a memory as they made it and as a disk gives it back, and never change it', () => {
    const types = rules.flatMap(({ on }) => [...on.types.map((type) => type.replace('*', 'update'))]);
    const event = fc
      .tuple(fc.constantFrom(...types), fc.constantFrom('web-01', 'web-02', 'db-01'), fc.nat(90))
      .map(([event_type, hostname, minute]) =>
        anEvent({
          event_type,
          timestamp: new Date(T0 - minute * MINUTE).toISOString(),
          status: minute % 2 === 0 ? 'failure' : 'success',
          created_by: { agent: { href: `/orgs/1/agents/${hostname}`, hostname } },
          resource_changes: [],
        }),
      );
    fc.assert(
      fc.property(fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 5 }), (polls) => {
        const [kept, reread] = [compile(rules), compile(rules)];
        let memories = new Map<string, unknown>();
        for (const events of polls) {
          const text = JSON.stringify([...memories]);
          const found = kept.run(saw(events), memories);
          expect(JSON.stringify([...memories])).toBe(text);
          expect(found).toMatchObject({ failures: [] });
          const again = reread.run(saw(events), new Map(JSON.parse(text) as [string, unknown][]));
          expect(again.findings.map(({ finding }) => finding)).toEqual(
            found.findings.map(({ finding }) => finding),
          );
          expect(again.memories).toEqual(JSON.parse(JSON.stringify(found.memories)));
          memories = new Map([...memories, ...Object.entries(found.memories)]);
        }
      }),
    );
  });

  it('throw on no event, however odd its parts are', () => {
    const set = compile(rules);
    const types = rules.flatMap(({ on }) => [
      ...on.types.map((type) => type.replace('*', 'update')),
      ...(on.notices ?? []),
    ]);
    const odd = fc.anything({ maxDepth: 4, withNullPrototype: false });
    const changes = fc.array(
      fc.record({
        resource: fc.oneof(
          odd,
          fc.dictionary(
            fc.constantFrom('workload', 'agent', 'ven', 'label', 'sec_policy', 'label_group'),
            odd,
          ),
        ),
        changes: fc.oneof(
          odd,
          fc.dictionary(fc.constantFrom('labels', 'online', 'value', 'workloads_affected'), odd),
        ),
        change_type: odd,
      }),
      { maxLength: 3 },
    );
    const notices = fc.array(fc.record({ notification_type: fc.constantFrom(...types), info: odd }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        odd,
        fc.oneof(odd, changes),
        fc.oneof(odd, notices),
        (event_type, created_by, resource_changes, notifications) => {
          const event = anEvent({ event_type, created_by, resource_changes, notifications });
          expect(set.run(saw([event]), NONE).failures).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });
});

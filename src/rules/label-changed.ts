import { z } from 'zod';
import { deltaText, type Hit, hitsOf } from '../core/label-change.ts';
import { type LabelEvent, labelEvents } from '../core/label-events.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isAutomation, isOurs } from '../core/rule-context.ts';
import { graver, type Severity } from '../core/severity.ts';
import { subjectKey } from '../core/subject.ts';
import { counted, listed } from '../core/text.ts';

const MINUTE_MS = 60_000;
/** How late an event may be recorded (definitions §1): so much longer a change is remembered. */
const LATENESS_MS = 20 * MINUTE_MS;
/** Hosts remembered per actor: far above what makes a change a bulk one, far below what would weigh. */
const MOST_REMEMBERED = 500;

const Options = z
  .strictObject({
    bulk_hosts: z.int().min(1).default(20).describe('More hosts than this are told as one alert.'),
    bulk_minutes: z
      .int()
      .min(1)
      .max(1_440)
      .default(10)
      .describe('In one event, or by one actor in so many minutes.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** By actor, then by host: when its labels were last changed, as long as that can make a change part of a bulk one. */
const Memory = z.record(z.string(), z.record(z.string(), z.number())).default({});
type Memory = z.infer<typeof Memory>;

/**
 * Labels decide what a host may reach. Told are changes that gain, lose or replace a watched label, or cross a zone border; the
 * bot's own are not someone else's, and routine ones of automation are told as info.
 */
export const labelChanged = defineRule({
  id: 'label-changed',
  title: 'Labels changed',
  about: 'A label that matters was added, removed or replaced',
  severity: 'warning',
  life: { kind: 'once' },
  on: {
    types: [
      'workload.*',
      'workloads.*',
      'kubernetes_workload*',
      'container_workload*',
      'container_cluster.kubernetes_workloads_bulk_update',
      'agent.activate',
      'label.update',
      'label.delete',
      'labels.delete',
      'label_group.update',
      'pairing_profile.*',
    ],
  },
  options: Options,
  memory: Memory,
  todo: 'Ask who made the change whether it was meant. If not, put the old labels back in the PCE: policy follows labels at once.',
  detect(observation, memory, options, context) {
    if (observation.kind !== 'events') return { findings: [] };
    const changes = observation.events
      .filter((event) => event.status !== 'failure' && !isOurs(event, context))
      .flatMap((event) => labelEvents(event, observation.estate))
      .flatMap((change) => matter(change, context));
    const hosts = changes.filter(({ of }) => of !== 'carrier');
    const times = remember(memory, hosts, observation.now - options.bulk_minutes * MINUTE_MS - LATENESS_MS);
    const bulk = new Set(hosts.filter((change) => inBulk(change, times, options)));
    return {
      findings: [...changes.filter((change) => !bulk.has(change)).map(single), ...together([...bulk])],
      memory: times,
    };
  },
});

interface Change extends LabelEvent {
  readonly hits: readonly Hit[];
  readonly severity: Severity;
  readonly actor: string;
}

const matter = (change: LabelEvent, context: RuleContext): Change[] => {
  const hits = hitsOf(change.delta, change.set, change.of, context);
  if (hits.length === 0) return [];
  const routine = isAutomation(change.event, context) && !hits.some(({ grave }) => grave);
  const { kind, name } = change.event.actor;
  const actor = name ?? (kind === 'system' ? 'the PCE' : 'someone the event does not name');
  return [{ ...change, hits, severity: routine ? 'info' : 'warning', actor }];
};

const remember = (memory: Memory, changes: readonly Change[], since: number): Memory => {
  const actors = new Map(
    Object.entries(memory).map(([actor, hosts]) => [actor, new Map(Object.entries(hosts))]),
  );
  for (const { actor, subject, event } of changes) {
    const hosts = actors.get(actor) ?? new Map<string, number>();
    actors.set(actor, hosts);
    const key = subjectKey(subject);
    hosts.set(key, Math.max(hosts.get(key) ?? 0, event.at));
  }
  return Object.fromEntries(
    [...actors].flatMap(([actor, hosts]) => {
      const recent = [...hosts].filter(([, at]) => at > since).sort((a, b) => b[1] - a[1]);
      return recent.length === 0 ? [] : [[actor, Object.fromEntries(recent.slice(0, MOST_REMEMBERED))]];
    }),
  );
};

/** True when some span of `bulk_minutes` around the change holds more than `bulk_hosts` hosts of the same actor. */
const inBulk = ({ actor, event }: Change, memory: Memory, options: Options): boolean => {
  const width = options.bulk_minutes * MINUTE_MS;
  const near = Object.values(memory[actor] ?? {})
    .filter((at) => Math.abs(at - event.at) <= width)
    .sort((a, b) => a - b);
  return near.some((first, i) => {
    const last = near[i + options.bulk_hosts];
    return last !== undefined && last - first <= width && first <= event.at && event.at <= last;
  });
};

const single = ({ event, subject, of, delta, hits, severity, actor }: Change): Finding => {
  const host = of !== 'carrier';
  const words = deltaText(delta);
  return {
    subject,
    severity,
    at: event.at,
    title: `${host ? 'Labels' : 'Label'} changed: ${subject.name}`,
    story: [
      `${actor} changed ${host ? 'the labels of ' : ''}`,
      { bold: subject.name },
      ' at ',
      { time: event.at },
      `: ${words}. `,
      hits.map(sentence).join(' '),
      host ? '' : ' Every host that carries it moves with it.',
    ],
    workloads: host && subject.href !== null ? [subject.href] : [],
    suggests: host && hits.some(({ direction }) => direction === 'gained') ? ['quarantine'] : [],
    event: event.href,
  };
};

const SENTENCES = {
  gained: (what: string) => `Gained ${what}: it may reach, and be reached by, what this label allows.`,
  lost: (what: string) => `Lost ${what}: protection written for this label no longer applies.`,
  crossed: (what: string) => `Crossed from ${what.replace(' → ', ' to ')}.`,
  changed: (what: string) => `Changed within ${what}.`,
} as const satisfies Record<Hit['direction'], (what: string) => string>;

const sentence = ({ direction, what }: Hit): string => SENTENCES[direction](what);

/** One finding per actor for many hosts: counts by kind of change, and the list. */
const together = (changes: readonly Change[]): Finding[] => {
  const byActor = new Map<string, Change[]>();
  for (const change of changes) byActor.set(change.actor, [...(byActor.get(change.actor) ?? []), change]);
  return [...byActor].flatMap(([actor, own]): Finding[] => {
    const [first] = own;
    if (first === undefined) return [];
    const hosts = new Map(own.map(({ subject }) => [subjectKey(subject), subject]));
    const kinds = new Map<string, number>();
    for (const { delta } of own) kinds.set(deltaText(delta), (kinds.get(deltaText(delta)) ?? 0) + 1);
    const most = [...kinds].sort((a, b) => b[1] - a[1]).map(([words, n]) => `${words} (${n})`);
    return [
      {
        subject: { kind: 'user', href: first.event.actor.href ?? null, name: actor },
        severity: own.map(({ severity }) => severity).reduce(graver),
        at: first.event.at,
        title: `Labels of ${counted(hosts.size, 'host')} changed by ${actor}`,
        story: [
          `${actor} changed the labels of ${counted(hosts.size, 'host')} from `,
          { time: first.event.at },
          `: ${listed(most, 5)}. Hosts: ${listed([...hosts.values()].map(({ name }) => name))}.`,
        ],
        workloads: [...hosts.values()].flatMap(({ href }) => href ?? []),
        suggests: [],
        event: first.event.href,
      },
    ];
  });
};

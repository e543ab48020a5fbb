import { z } from 'zod';
import { type Carriers, carriersIn } from '../core/carriers.ts';
import { deltaText, type Hit, hitsOf } from '../core/label-change.ts';
import { type LabelEvent, labelEvents } from '../core/label-events.ts';
import { defineRule, type Finding, type RuleContext } from '../core/rule.ts';
import { isAutomation, isOurs } from '../core/rule-context.ts';
import { subjectKey } from '../core/subject.ts';
import { counted, listed } from '../core/text.ts';
import type { Workload } from '../core/workload.ts';

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
 * bot's own are not someone else's, and routine ones of automation go to the digest. Of a label that is renamed or deleted, and of a label
 * group, all hosts that carry it are counted.
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
    const carriers = carriersIn(observation.estate);
    const changes = observation.events
      .filter((event) => event.status !== 'failure' && !isOurs(event, context))
      .flatMap((event) => labelEvents(event, observation.estate))
      .flatMap((change) => matter(change, context));
    const hosts = changes.filter(({ of }) => of !== 'carrier');
    const times = remember(memory, hosts, observation.now - options.bulk_minutes * MINUTE_MS - LATENESS_MS);
    const bulk = new Set(hosts.filter((change) => inBulk(change, times, options)));
    return {
      findings: [
        ...changes.filter((change) => !bulk.has(change)).map((change) => single(change, carriers)),
        ...together([...bulk]),
      ],
      memory: times,
    };
  },
});

interface Change extends LabelEvent {
  readonly hits: readonly Hit[];
  /** Automation that touches nothing grave: worth a line of the digest. */
  readonly routine: boolean;
  readonly actor: string;
}

const matter = (change: LabelEvent, context: RuleContext): Change[] => {
  const hits = hitsOf(change.delta, change.set, change.of, context);
  if (hits.length === 0) return [];
  const routine = isAutomation(change.event, context) && !hits.some(({ grave }) => grave);
  const { kind, name } = change.event.actor;
  const actor = name ?? (kind === 'system' ? 'the PCE' : 'someone the event does not name');
  return [{ ...change, hits, routine, actor }];
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

const single = (change: Change, carriers: Carriers): Finding => {
  const { event, subject, of, delta, hits, routine, actor } = change;
  const host = of !== 'carrier';
  const moved = change.carrier === 'label' ? carriers(delta.removed) : [];
  return {
    subject,
    severity: 'warning',
    at: event.at,
    title: `${host ? 'Labels' : 'Label'} changed: ${subject.name}`,
    story: [
      `${actor} changed ${host ? 'the labels of ' : ''}`,
      { bold: subject.name },
      ' at ',
      { time: event.at },
      `: ${deltaText(delta)}. `,
      hits.map(sentence).join(' '),
      carried(change, moved, carriers),
    ],
    workloads:
      host && subject.href !== null ? [subject.href] : moved.slice(0, MOST_WORKLOADS).map(({ href }) => href),
    suggests: host && hits.some(({ direction }) => direction === 'gained') ? ['quarantine'] : [],
    event: event.href,
    ...(routine ? { digest: true as const } : {}),
  };
};

/** Hosts of one label whose own labels an alert is shown and weighed by; the story counts them all. */
const MOST_WORKLOADS = 100;

/** Whom the change of something that many carry concerns (definitions §3: renaming env "prod" moves every host). */
const carried = ({ carrier, delta }: Change, moved: readonly Workload[], carriers: Carriers): string => {
  switch (carrier) {
    case undefined:
      return '';
    case 'label':
      return ` It moves every host that carries it: ${hostsText(moved)}.`;
    case 'group':
      return ` Rules written for the group hold for other hosts now. That label is on ${hostsText(carriers([...delta.added, ...delta.removed]))}.`;
    case 'profile':
      return ' Hosts that pair with it from now on get these labels.';
    default:
      return carrier satisfies never;
  }
};

const hostsText = (hosts: readonly Workload[]): string =>
  hosts.length === 0
    ? 'none that I know'
    : `${counted(hosts.length, 'host')} (${listed(
        hosts.map(({ name }) => name),
        5,
      )})`;

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
        severity: 'warning',
        at: first.event.at,
        title: `Labels of ${counted(hosts.size, 'host')} changed by ${actor}`,
        story: [
          `${actor} changed the labels of ${counted(hosts.size, 'host')} from `,
          { time: first.event.at },
          `: ${listed(most, 5)}. ${directions(own)} Hosts: ${listed([...hosts.values()].map(({ name }) => name))}.`,
        ],
        workloads: [...hosts.values()].flatMap(({ href }) => href ?? []),
        suggests: [],
        event: first.event.href,
        ...(own.every(({ routine }) => routine) ? { digest: true as const } : {}),
      },
    ];
  });
};

/** What the changes mean, each with how many of them: "Crossed from other to prod* (21)." */
const directions = (changes: readonly Change[]): string => {
  const times = new Map<string, number>();
  for (const words of changes.flatMap(({ hits }) => hits.map(sentence)))
    times.set(words, (times.get(words) ?? 0) + 1);
  return [...times].map(([words, n]) => `${words.replace(/\.$/, '')} (${n}).`).join(' ');
};

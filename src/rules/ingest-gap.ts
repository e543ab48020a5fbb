import { z } from 'zod';
import { defineRule, type Finding } from '../core/rule.ts';
import type { Subject } from '../core/subject.ts';

const HOUR_MS = 3_600_000;
/** Looks in a row that must agree before a PCE counts as restored from a backup (definitions §1). */
const LOOKS = 3;

const Memory = z
  .object({ gapFrom: z.number().nullable(), behind: z.number() })
  .default({ gapFrom: null, behind: 0 });

/** Events are missing that cannot be read, or the PCE's log went back in time: what the bot may not know of. */
export const ingestGap = defineRule({
  id: 'ingest-gap',
  title: 'Events missing',
  about: 'Events of the PCE could not all be read',
  severity: 'error',
  life: { kind: 'state' },
  on: { types: [], readings: ['ingest'] },
  options: z.strictObject({}).default({}),
  memory: Memory,
  todo: 'Look at the events of that time in the PCE console: what is missing here may stand there. I go on trying to read it.',
  detect(observation, memory) {
    if (observation.kind !== 'ingest') return { findings: [] };
    const { pce, now, newest, newestSeen, accepted = false } = observation;
    if (newest !== undefined) return lookBack(memory, { pce, now, newest, newestSeen, accepted });
    const { gapFrom } = observation;
    const subject: Subject = { kind: 'pce', href: null, name: pce };
    if (gapFrom === undefined)
      return {
        findings: [],
        cleared:
          memory.gapFrom === null
            ? []
            : [{ subject, at: now, why: 'all events of that time have been read' }],
        memory: { ...memory, gapFrom: null },
      };
    if (memory.gapFrom !== null) return { findings: [], memory };
    const finding: Finding = {
      subject,
      severity: 'error',
      at: now,
      title: `Events of ${pce} could not all be read`,
      story: [
        'More events happened at one moment than the PCE hands out, from ',
        { time: gapFrom },
        ' on. Alerts of that time may be missing; I stay there and try again.',
      ],
      workloads: [],
      suggests: [],
      event: null,
    };
    return { findings: [finding], memory: { ...memory, gapFrom } };
  },
});

/** What a log that went back in time is told of, as one word: people type it to say that they expected it (fault 21). */
export const eventLogOf = (pce: string): Subject => ({
  kind: 'pce',
  href: null,
  name: `${pce}/events`,
});

/** A PCE whose newest event is more than an hour older than one we have seen has lost some: it was restored from a backup. */
const lookBack = (
  memory: z.infer<typeof Memory>,
  {
    pce,
    now,
    newest,
    newestSeen = newest,
    accepted,
  }: { pce: string; now: number; newest: number; newestSeen: number | undefined; accepted: boolean },
): {
  findings: readonly Finding[];
  cleared?: { subject: Subject; at: number; why: string }[];
  memory: typeof memory;
} => {
  const subject = eventLogOf(pce);
  if (accepted || newest >= newestSeen - HOUR_MS) {
    const why = accepted
      ? 'you said it was expected: I compare with what the log holds now'
      : 'new events come in again';
    return {
      findings: [],
      cleared: memory.behind >= LOOKS ? [{ subject, at: now, why }] : [],
      memory: { ...memory, behind: 0 },
    };
  }
  const behind = memory.behind + 1;
  if (behind !== LOOKS) return { findings: [], memory: { ...memory, behind } };
  return {
    findings: [
      {
        subject,
        severity: 'error',
        at: now,
        title: `The event log of ${pce} went back in time`,
        story: [
          'Its newest event is of ',
          { time: newest },
          ', but I have seen one of ',
          { time: newestSeen },
          `. Was the PCE restored from a backup? What happened between the two is gone from its log; what I told of it still stands here. I read on from its present time. If that was meant, say so with /illumio close ${subject.name} expected; then I compare with what the log holds now. Else this stays open until the log has caught up.`,
        ],
        workloads: [],
        suggests: [],
        event: null,
      },
    ],
    memory: { ...memory, behind },
  };
};

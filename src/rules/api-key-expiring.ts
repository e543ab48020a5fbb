import { z } from 'zod';
import { findingOf } from '../core/finding.ts';
import { type Cleared, defineRule, type Finding, type Observation } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import type { Subject } from '../core/subject.ts';
import { counted } from '../core/text.ts';

const DAY_MS = 86_400_000;

const Options = z
  .strictObject({
    days: z.int().min(1).max(365).default(14).describe('Warns so many days before our key expires …'),
    error_days: z.int().min(0).max(365).default(3).describe('… and from so many days on it is an error.'),
  })
  .prefault({});
type Options = z.infer<typeof Options>;

/** What was told and is not over yet. */
const Memory = z
  .object({
    level: z.enum(['warning', 'error']).nullable().default(null),
    refused: z.boolean().default(false),
  })
  .prefault({});
type Memory = z.infer<typeof Memory>;

/** Keys end: ours, by the date in the configuration or because the PCE refuses it, and those of service accounts. */
export const apiKeyExpiring = defineRule({
  id: 'api-key-expiring',
  title: 'API key',
  about: "The bot's key expires soon or is refused, or keys of service accounts expired",
  severity: 'warning',
  life: { kind: 'state' },
  on: { types: ['system_task.*expire*service_account_api_keys'], readings: ['reach'] },
  options: Options,
  memory: Memory,
  todo: 'Make a new API key in the PCE console, put it into key and secret, and set expires to its last day.',
  detect(observation, memory, options, context) {
    if (observation.kind === 'events')
      return {
        findings: observation.events.filter(({ status }) => status !== 'failure').map(serviceAccounts),
      };
    if (observation.kind !== 'reach') return { findings: [] };
    const expiry = expiring(observation, context.keyExpiry(observation.pce), memory, options);
    const refusal = refused(observation, memory);
    return {
      findings: [...expiry.findings, ...refusal.findings],
      cleared: [...expiry.cleared, ...refusal.cleared],
      memory: { level: expiry.level, refused: observation.reach.refused },
    };
  },
});

type Reached = Extract<Observation, { kind: 'reach' }>;

const expiring = (
  { pce, now }: Reached,
  expires: number | undefined,
  { level: before }: Memory,
  { days, error_days }: Options,
): { level: Memory['level']; findings: Finding[]; cleared: Cleared[] } => {
  const subject: Subject = { kind: 'key', href: null, name: `the API key of this bot for ${pce}` };
  const left = expires === undefined ? Number.POSITIVE_INFINITY : Math.floor((expires - now) / DAY_MS);
  const level = left > days ? null : left > error_days ? 'warning' : 'error';
  if (level === null)
    return {
      level,
      findings: [],
      cleared: before === null ? [] : [{ subject, at: now, why: 'the configuration has a new date' }],
    };
  if (level === before) return { level, findings: [], cleared: [] };
  const when = left < 0 ? 'has expired' : left === 0 ? 'expires today' : `expires in ${counted(left, 'day')}`;
  const story = [
    `The key with which I read ${pce} ${when}, on ${new Date(expires ?? 0).toISOString().slice(0, 10)}, as the configuration says. Without it I see nothing of this PCE.`,
  ];
  return {
    level,
    findings: [ours(subject, level, now, `The API key for ${pce} ${when}`, story)],
    cleared: [],
  };
};

/** Two refusals in a row, on any of our keys (Reach.refused). */
const refused = (
  { pce, now, reach }: Reached,
  memory: Memory,
): { findings: Finding[]; cleared: Cleared[] } => {
  const subject: Subject = { kind: 'key', href: null, name: `access of this bot to ${pce}` };
  if (reach.refused === memory.refused) return { findings: [], cleared: [] };
  if (!reach.refused)
    return { findings: [], cleared: [{ subject, at: now, why: 'the PCE accepts our keys again' }] };
  const story = [
    `The PCE is there but refused our key twice in a row (${reach.why ?? 'no reason given'}). Until it takes one, what that key is for does not happen.`,
  ];
  return { findings: [ours(subject, 'error', now, `${pce} refuses our key`, story)], cleared: [] };
};

const ours = (
  subject: Subject,
  severity: Severity,
  at: number,
  title: string,
  story: readonly string[],
): Finding => ({ subject, severity, at, title, story, workloads: [], suggests: [], event: null });

const serviceAccounts = (event: Parameters<typeof findingOf>[0]): Finding => {
  const gone = event.type.includes('delete');
  return findingOf(
    event,
    { kind: 'key', href: null, name: 'keys of service accounts' },
    {
      severity: 'warning',
      life: 'once',
      title: gone ? 'Expired keys of service accounts were deleted' : 'Keys of service accounts expired',
      story: [
        gone
          ? 'The PCE deleted expired keys of service accounts at '
          : 'The PCE let keys of service accounts expire at ',
        { time: event.at },
        '. The event does not name them; programs that used one are refused now.',
      ],
    },
  );
};

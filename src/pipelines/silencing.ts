import { lastStart } from '../core/cron.ts';
import { matcherText } from '../core/matcher.ts';
import type { Clock, Message, Store } from '../core/ports.ts';
import type { MaintenanceWindow, Settings } from '../core/settings.ts';
import { isActive, type Silence } from '../core/silence.ts';
import type { Transition } from '../core/state.ts';
import { silenceEnded } from '../views/silence.ts';

const MINUTE_MS = 60_000;
/** A request nobody of the approvers has answered lapses (definitions §7.5 uses the same time). */
const LAPSES_MS = 15 * MINUTE_MS;
/** Rows of the configuration begin so: what is no longer written there ends. */
const CONFIGURED = 'config-';

export interface SilencingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'silences' | 'maintenance'>;
  /** Says a line under a key in the announce channel, or where that is missing in the admin channel. */
  announce(key: string, line: Message): void;
  /** A short stable id for a text. */
  idOf(text: string): string;
}

/**
 * Keeps the silences in step with the configuration and the clock: those that are written there begin, windows open, what has had
 * its time ends and says what it hid. Rejects with StoreError.
 */
export const createSilencing = (deps: SilencingDeps): (() => Promise<void>) => {
  const { store, clock, settings, announce, idOf } = deps;
  /** Windows are looked at once a minute: they open at whole ones. */
  let minute: number | undefined;
  let opened: readonly Silence[] = [];
  const windows = (now: number): readonly Silence[] => {
    const current = Math.floor(now / MINUTE_MS);
    if (minute !== current)
      opened = (settings.maintenance ?? []).flatMap((one) => windowOf(one, now, idOf) ?? []);
    minute = current;
    return opened;
  };

  return async () => {
    const now = clock.now();
    const rows = new Map((await store.silences()).map((one) => [one.id, one]));
    const written = (settings.silences ?? []).map((one) => configured(one, now, idOf));
    const wanted = new Set(written.map(({ id }) => id));
    const begins = [...written, ...windows(now)].filter(({ id, until }) => until > now && !rows.has(id));
    const ends = [...rows.values()].filter(
      (row) =>
        (row.state === 'active' && !isActive(row, now)) ||
        (row.state === 'asked' && now - row.at > LAPSES_MS) ||
        (row.state !== 'ended' && row.id.startsWith(CONFIGURED) && !wanted.has(row.id)),
    );
    const untold = [...rows.values()].filter(({ state, told }) => state === 'ended' && told !== true);
    const steps: Transition[] = [
      ...begins.map((silence): Transition => ({ type: 'silence-set', silence })),
      ...ends.map(({ id }): Transition => ({ type: 'silence-ended', id, at: now, by: null })),
    ];
    for (const row of untold) {
      if (Object.keys(row.hid).length > 0) announce(`silence.${row.id}`, silenceEnded(row));
      steps.push({ type: 'silence-told', id: row.id });
    }
    if (steps.length > 0) await store.commit(steps);
  };
};

const base = { by: null, state: 'active', hid: {}, more: 0 } as const;

const configured = (
  { matcher, until, author, reason }: NonNullable<Settings['silences']>[number],
  now: number,
  idOf: SilencingDeps['idOf'],
): Silence => ({
  ...base,
  id: `${CONFIGURED}${idOf(`${matcherText(matcher)}|${until}|${author}|${reason}`)}`,
  matcher,
  byName: author,
  reason,
  at: now,
  until,
});

/** The silence of a window that is open now. */
const windowOf = (
  { labels, rules, cron, zone, forMs, reason }: MaintenanceWindow,
  now: number,
  idOf: SilencingDeps['idOf'],
): Silence | undefined => {
  const start = lastStart(cron, zone, now - forMs + 1, now);
  if (start === undefined) return undefined;
  return {
    ...base,
    id: `window-${idOf(`${labels}|${rules.join()}|${cron.text}|${zone}`)}-${start / MINUTE_MS}`,
    matcher: { rules, severities: [], labels },
    byName: 'maintenance',
    reason,
    at: start,
    until: start + forMs,
  };
};

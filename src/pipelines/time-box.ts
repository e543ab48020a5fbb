import { driftsOf } from '../core/drift.ts';
import { PceError } from '../core/ports.ts';
import { quarantinedHosts } from '../core/quarantined.ts';
import { isQuarantine, type Response } from '../core/response.ts';
import { type EndOfTime, EXTEND_MS, endOfTime, remindersDue } from '../core/time-box.ts';
import { bold, md, time } from '../views/parts.ts';
import { reviewCard } from '../views/review.ts';
import type { Pressed } from './approval.ts';
import type { Wish } from './cards.ts';
import { refusalText } from './refusal.ts';
import type { RespondingDeps } from './response-desk.ts';

/** Reminders are kept up to date for so long after they were said. */
const SHOWN_MS = 9 * 24 * 3_600_000;
/** A VEN that was not heard for longer may enforce nothing any more (definitions §7.11). */
const SILENT_MS = 15 * 60_000;

export interface TimeBox {
  /** Looks at every quarantine that stands: reminds, and releases what is to be released by itself. Due times are durable. */
  look(): Promise<void>;
  decide(verb: 'extend' | 'keep', pressed: Pressed): Promise<void>;
  wishes(): Promise<Wish[]>;
}

export const createTimeBox = (
  deps: RespondingDeps,
  release: (request: Response) => Promise<unknown>,
): TimeBox => {
  const { store, desks, audit, gate, clock, ids, board } = deps;
  const firing = async ({ pce, target }: Response): Promise<number> =>
    (await store.alertsOfHost(pce, target.href)).filter(({ state }) => state === 'firing').length;

  /** What became of hosts since they were quarantined, as they were read when their time was over; by response. */
  const drifts = new Map<string, string>();
  const endOf = async (row: Response): Promise<EndOfTime> =>
    endOfTime(row, { firing: await firing(row), drift: drifts.get(row.id), now: clock.now() });

  /** Asked for by the one who quarantined it so, and checked like any release; not tried while the PCE cannot be read. */
  const releaseByItself = async (row: Response): Promise<void> => {
    const { pce, target, until = 0 } = row;
    const tried = await store.responsesOf(pce, target.href);
    if (tried.some(({ releases, requestedAt }) => releases === row.id && requestedAt >= until)) return;
    const workload = await desks.get(pce)?.pce.workload(target.href, 'background');
    if (workload === undefined) return;
    const [drift] = quarantinedHosts([row]).flatMap((host) =>
      driftsOf(host, workload, clock.now(), SILENT_MS),
    );
    if (drift === undefined) drifts.delete(row.id);
    else drifts.set(row.id, drift.story);
    if (workload === null || drift !== undefined) return;
    const request: Response = {
      id: ids.next(),
      action: 'release',
      pce,
      target: { href: target.href, name: workload.name, labels: workload.labels, mode: workload.mode },
      by: row.by,
      byName: row.byName,
      reason: 'its time is over, and it was asked to be released then',
      channel: row.channel,
      alert: row.alert,
      requestedAt: clock.now(),
      state: 'requested',
      releases: row.id,
    };
    await store.commit([{ type: 'response-requested', response: request }]);
    await release(request);
  };

  const look = async (): Promise<void> => {
    for (const row of await store.quarantines()) {
      const now = clock.now();
      // A drift that was seen is looked at again: what is as it was once more may be released within the hour.
      drifts.delete(row.id);
      if ((await endOf(row)).kind === 'release')
        await releaseByItself(row).catch((err: unknown) => {
          // A PCE that is away is asked again at the next look.
          if (!(err instanceof PceError)) throw err;
        });
      const reminders = remindersDue(row, now);
      const still = await store.response(row.id);
      if (still?.releasedBy === undefined && reminders > (row.reminded ?? 0))
        await store.commit([{ type: 'response-reminded', id: row.id, reminders }]);
    }
  };

  const decide: TimeBox['decide'] = async (verb, { id, person, channel, say }) => {
    const row = await store.response(id);
    if (row?.state !== 'done' || !isQuarantine(row) || row.releasedBy !== undefined)
      return say(
        md`This quarantine does not stand any more. Nothing was changed.`,
        'It does not stand any more',
      );
    const { verdict, profile } = await gate.check(person, 'quarantine', {
      targets: [row.target.labels],
      channel,
    });
    const now = clock.now();
    const until = Math.max(now, row.until ?? now) + EXTEND_MS;
    if (verdict.allowed)
      await store.commit([
        verb === 'keep'
          ? { type: 'response-kept', id, by: person, at: now }
          : { type: 'response-extended', id, until, ending: row.review?.ending ?? 'ask' },
      ]);
    await audit.append({
      actor: person,
      actorName: profile.name,
      action: `quarantine ${verb}`,
      verdict: verdict.allowed ? 'done' : 'refused',
      ...(verdict.allowed ? { role: verdict.role } : { why: verdict.why }),
      pce: row.pce,
      target: { href: row.target.href, name: row.target.name },
      response: id,
    });
    if (!verdict.allowed) {
      const { words, plain } = refusalText(`${verb} the quarantine of ${row.target.name}`, verdict);
      return say(words, plain);
    }
    return say(
      verb === 'keep'
        ? md`${bold(row.target.name)} stays in quarantine until somebody releases it; it is listed in /illumio quarantined.`
        : md`${bold(row.target.name)} stays in quarantine; it is to be reviewed ${time(until)}.`,
      `${row.target.name} stays in quarantine`,
    );
  };

  return {
    look,
    decide,
    async wishes() {
      const recent = await store.responsesSince(clock.now() - SHOWN_MS);
      const standing = await store.quarantines();
      const rows = new Map([...recent, ...standing].map((row) => [row.id, row]));
      const due = [...rows.values()].filter(({ reminded = 0 }) => reminded > 0);
      return Promise.all(
        due.map(async (row) => {
          const end = await endOf(row);
          const why = end.kind === 'ask' ? end.why : undefined;
          const over = row.releasedBy !== undefined || row.kept !== undefined;
          return {
            key: `review.${row.id}.${row.until ?? 0}.${row.reminded ?? 0}`,
            channel: board.channel,
            face: over ? 'over' : 'open',
            message: () => reviewCard(row, why),
          };
        }),
      );
    },
  };
};

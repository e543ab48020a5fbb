import { rootsIn, type Seen, saidIn } from './response-seen.ts';
import type { Host } from './subjects.ts';

/** Something a person asked for in Slack, as that person knows it. */
export interface Asked {
  readonly host: Host;
  readonly kind: Kind;
  /** Slack was told that it arrived: from then on it must happen, once, or be said why not. */
  readonly acknowledged: boolean;
}
export type Kind = 'quarantine' | 'release';

/** What is wrong, as sentences that name the host; counted they are the figures of a run. */
export interface ResponseVerdict {
  /** PUTs beyond one per transition and one repair. */
  readonly doublePuts: readonly string[];
  /** Acknowledged releases that did not happen, and quarantines whose time is over that are neither released nor asked about. */
  readonly lostReleases: readonly string[];
  /** What somebody reads and isn't so; silence about what was acknowledged, and a label of somebody else that is gone, included. */
  readonly falseClaims: readonly string[];
  /** PUTs that gave back what an earlier one had overwritten. */
  readonly repairs: number;
}

type Put = Kind | 'repair' | 'double';

/**
 * Judges a run at rest by what stands in both simulators alone. Nothing the bot keeps for itself is looked at.
 * @param foreign by href: labels that somebody else set while the bot wrote; they must all be there
 * @param timeIsOver whether every quarantine's time has passed: each must be released or asked about by then
 */
export const judgeResponses = (
  asked: readonly Asked[],
  seen: Seen,
  foreign: ReadonlyMap<string, Readonly<Record<string, string>>>,
  timeIsOver: boolean,
): ResponseVerdict => {
  const doublePuts: string[] = [];
  const lostReleases: string[] = [];
  const falseClaims: string[] = [];
  let repairs = 0;
  const roots = rootsIn(seen.slack);
  const saidOf = saidIn(seen.slack);
  for (const [href, rows] of byHost(asked)) {
    const { name } = rows[0].host;
    const puts = putsOf(seen, href);
    const made = (kind: Put): number => puts.filter((one) => one === kind).length;
    const wanted = (kind: Kind): readonly Asked[] => rows.filter((row) => row.kind === kind);
    repairs += made('repair');
    const labelled = seen.quarantined(href);
    const said = saidOf(name);
    // The end of its time may release it beside what people ask for.
    const most = { quarantine: wanted('quarantine').length, release: wanted('release').length + 1 };
    const extra =
      made('double') +
      Math.max(0, made('quarantine') - most.quarantine) +
      Math.max(0, made('release') - most.release) +
      Math.max(0, made('repair') - made('quarantine') - made('release'));
    for (let n = 0; n < extra; n += 1) doublePuts.push(`${name}: ${puts.join(', ')}`);

    const released = made('release') > 0;
    if (labelled && wanted('release').some(({ acknowledged }) => acknowledged) && !said.refused('release'))
      lostReleases.push(`${name}: the release was acknowledged, the label is still there`);
    else if (labelled && timeIsOver && !said.askedToReview)
      lostReleases.push(`${name}: its time is over, and nobody is asked`);

    const root = roots.get(name);
    if (root !== undefined && root.saysQuarantined !== labelled)
      falseClaims.push(
        `${name}: ${labelled ? 'labelled, but its alert does not say so' : 'not labelled, but its alert says so'}`,
      );
    if (root?.saysContained === true && labelled && !seen.isolated(href))
      falseClaims.push(`${name}: called contained, but connections pass`);
    if (said.released && !released) falseClaims.push(`${name}: called released, but it never was`);
    for (const kind of ['quarantine', 'release'] as const) {
      const done = made(kind) > 0;
      const once = wanted(kind).length === 1;
      if (once && done && said.refused(kind))
        falseClaims.push(`${name}: said that no ${kind} was made, but it was`);
      if (wanted(kind).some(({ acknowledged }) => acknowledged) && !done && !said.refused(kind))
        falseClaims.push(
          `${name}: a ${kind} was acknowledged, and then nothing happened and nobody was told`,
        );
    }
    for (const [key, value] of Object.entries(foreign.get(href) ?? {}))
      if (seen.labels(href)[key] !== value && !said.admitsLoss(`${key}=${value}`))
        falseClaims.push(`${name}: "every other label is kept", but ${key}=${value} is gone`);
  }
  return { doublePuts, lostReleases, falseClaims, repairs };
};

/** What each PUT to a host did, told from its label sets before and after. */
const putsOf = (seen: Seen, href: string): readonly Put[] => {
  const taken = new Map<string, string>();
  return seen.puts(href).map(({ before, after }): Put => {
    const back = Object.entries(after).some(
      ([key, value]) => before[key] !== value && taken.get(key) === value,
    );
    for (const [key, value] of Object.entries(before)) if (after[key] !== value) taken.set(key, value);
    const was = seen.isMark(before);
    const is = seen.isMark(after);
    if (was !== is) return is ? 'quarantine' : 'release';
    return back ? 'repair' : 'double';
  });
};

const byHost = (asked: readonly Asked[]): Map<string, readonly [Asked, ...Asked[]]> => {
  const hosts = new Map<string, readonly [Asked, ...Asked[]]>();
  for (const row of asked) {
    const known = hosts.get(row.host.href);
    hosts.set(row.host.href, known === undefined ? [row] : [...known, row]);
  }
  return hosts;
};

/** Something that happened to a host: when (epoch ms), and to which. */
export interface Struck {
  readonly at: number;
  readonly key: string;
}

/** A span in which many hosts were struck: which, each once by its first time, and from when to when. */
export interface Together {
  readonly keys: readonly string[];
  readonly first: number;
  readonly last: number;
}

/**
 * The span of that length with most hosts among those that hold one of these moments; undefined when none holds `least` of them. By
 * event time, so the last event that is missing finds the others whichever one that is.
 * @param moments times at which something new was seen
 */
export const together = (
  struck: readonly Struck[],
  moments: readonly number[],
  spanMs: number,
  least: number,
): Together | undefined => {
  if (moments.length === 0) return undefined;
  const earliest = moments.reduce((a, b) => Math.min(a, b)) - spanMs;
  const latest = moments.reduce((a, b) => Math.max(a, b)) + spanMs;
  const near = struck.filter(({ at }) => at >= earliest && at <= latest).sort((a, b) => a.at - b.at);
  const inside = new Map<string, number>();
  let from = 0;
  let best: { readonly from: number; readonly to: number; readonly hosts: number } | undefined;
  for (const [to, { at, key }] of near.entries()) {
    inside.set(key, (inside.get(key) ?? 0) + 1);
    for (let head = near[from]; head !== undefined && at - head.at > spanMs; head = near[from]) {
      const left = (inside.get(head.key) ?? 0) - 1;
      if (left === 0) inside.delete(head.key);
      else inside.set(head.key, left);
      from += 1;
    }
    const first = near[from]?.at ?? at;
    const more = inside.size > (best?.hosts ?? least - 1);
    if (more && moments.some((moment) => moment >= first && moment <= at))
      best = { from, to, hosts: inside.size };
  }
  if (best === undefined) return undefined;
  const members = near.slice(best.from, best.to + 1);
  return {
    keys: [...new Set(members.map(({ key }) => key))],
    first: members[0]?.at ?? 0,
    last: members[members.length - 1]?.at ?? 0,
  };
};

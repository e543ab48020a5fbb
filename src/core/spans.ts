import type { IpList, Span } from './ip-list.ts';

type Family = Span['bits'];

/** The addresses of one family that lists hold, as sorted spans that neither touch nor overlap. */
export const spansOf = (lists: readonly IpList[], bits: Family): readonly Span[] =>
  swept(
    lists.flatMap(({ include, exclude }) => swept(include, exclude, bits)),
    [],
    bits,
  );

/** What is in `from` and not in `what`. */
export const spansWithout = (from: readonly Span[], what: readonly Span[], bits: Family): readonly Span[] =>
  swept(from, what, bits);

/** How many addresses that is. */
export const sizeOf = (spans: readonly Span[]): bigint =>
  spans.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);

/** Walks all borders once, in order: what is included and not excluded between two of them is in. */
const swept = (include: readonly Span[], exclude: readonly Span[], bits: Family): readonly Span[] => {
  const borders = [...bordersOf(include, bits, 'in'), ...bordersOf(exclude, bits, 'out')].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
  const spans: Span[] = [];
  const depth = { in: 0, out: 0 };
  let since: bigint | undefined;
  for (const [i, { at, side, step }] of borders.entries()) {
    depth[side] += step;
    if (borders[i + 1]?.at === at) continue;
    const inside = depth.in > 0 && depth.out === 0;
    if (inside) since ??= at;
    else if (since !== undefined) {
      spans.push({ bits, from: since, to: at - 1n });
      since = undefined;
    }
  }
  return spans;
};

interface Border {
  readonly at: bigint;
  readonly side: 'in' | 'out';
  readonly step: 1 | -1;
}

const bordersOf = (spans: readonly Span[], bits: Family, side: 'in' | 'out'): Border[] =>
  spans
    .filter((span) => span.bits === bits)
    .flatMap(({ from, to }): Border[] => [
      { at: from, side, step: 1 },
      { at: to + 1n, side, step: -1 },
    ]);

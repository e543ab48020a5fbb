/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment distance. */
const distance = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1] as number[];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
};

/**
 * The known names a person may have meant, best first: within a third of the word's length in edits, or beginning with it.
 * Case is ignored. Words above 64 characters have no near names (nobody mistypes those, and the work grows with the square).
 */
export const nearest = (word: string, known: Iterable<string>, most = 3): string[] => {
  if (word.length > 64) return [];
  const wanted = word.toLowerCase();
  const reach = Math.max(1, Math.ceil(wanted.length / 3));
  const scored: { name: string; score: number }[] = [];
  for (const name of new Set(known)) {
    const other = name.toLowerCase();
    if (other.startsWith(wanted)) scored.push({ name, score: 0.5 });
    else if (Math.abs(other.length - wanted.length) <= reach) {
      const score = distance(wanted, other);
      if (score <= reach) scored.push({ name, score });
    }
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
  return scored.slice(0, most).map(({ name }) => name);
};

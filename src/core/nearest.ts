/** Longer words have no near names: nobody mistypes those, and the work grows with the square. */
const LONGEST = 64;
/** So many names are compared before a search in a large estate is content with the best of them. */
const MOST_COMPARED = 4_000;
/** What a name that begins with the word counts: less than an edit. */
const BEGINNING = 0.5;

interface Scored {
  readonly name: string;
  readonly score: number;
}

/**
 * The known names a person may have meant, best first: within a third of the word's length in edits, or beginning with it.
 * Case is ignored. Words above 64 characters have none.
 */
export const nearest = (word: string, known: Iterable<string>, most = 3): string[] => {
  if (word.length > LONGEST) return [];
  const wanted = word.toLowerCase();
  const reach = reachOf(wanted);
  return best(
    [...new Set(known)].flatMap((name) => scored(name, wanted, reach)),
    most,
  );
};

/**
 * As `nearest`, where the known names are too many to look at each. A name within n edits of the word still holds one of any n + 1
 * pieces of it, so names with few edits are looked for first, by large pieces; the search ends with enough of them, or after 4,000 names.
 * Neighbours swapped across the border of two pieces may be missed.
 * @param holding the names that hold one of the texts, in lower case
 */
export const nearestAmong = (
  word: string,
  holding: (texts: readonly string[]) => Iterable<string>,
  most = 3,
): string[] => {
  if (word === '' || word.length > LONGEST) return [];
  const wanted = word.toLowerCase();
  const reach = reachOf(wanted);
  const compared = new Set<string>();
  const near: Scored[] = [];
  for (let edits = 0; edits <= reach; edits += 1) {
    for (const name of holding(piecesOf(wanted, edits + 1))) {
      if (compared.size >= MOST_COMPARED) return best(near, most);
      if (compared.has(name)) continue;
      compared.add(name);
      near.push(...scored(name, wanted, reach));
    }
    if (near.filter(({ score }) => score <= edits).length >= most) break;
  }
  return best(near, most);
};

const reachOf = (word: string): number => Math.max(1, Math.ceil(word.length / 3));

const scored = (name: string, wanted: string, reach: number): readonly Scored[] => {
  const other = name.toLowerCase();
  if (other.startsWith(wanted)) return [{ name, score: BEGINNING }];
  const score = distance(wanted, other, reach);
  return score <= reach ? [{ name, score }] : [];
};

const best = (near: readonly Scored[], most: number): string[] =>
  [...near]
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);

/** The word cut into so many parts of about the same length, none of them empty. */
const piecesOf = (word: string, parts: number): string[] =>
  Array.from({ length: parts }, (_, n) =>
    word.slice(Math.round((n * word.length) / parts), Math.round(((n + 1) * word.length) / parts)),
  ).filter((piece) => piece !== '');

/**
 * Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: optimal string alignment distance.
 * Above `most` it only says that it is more.
 */
const distance = (a: string, b: string, most: number): number => {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      row.push(edits);
      least = Math.min(least, edits);
    }
    // A swap reaches back two rows, and costs one itself.
    if (least > most && Math.min(...above) >= most) return most + 1;
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
};

/** Numbers for texts, handed out in the order they come. */
export interface Interned {
  readonly texts: readonly string[];
  id(text: string): number;
}

export const interned = (): Interned => {
  const ids = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts,
    id(text) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      ids.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
};

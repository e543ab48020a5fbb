/** Numbers for texts, handed out in the order they come. */
export interface Interned {
  readonly texts: readonly string[];
  id(text: string): number;
}

export const interned = (): Interned => new Numbered();

/** A class, as the pairs of numbers are. */
class Numbered implements Interned {
  readonly texts: string[] = [];
  #ids = new Map<string, number>();

  id(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

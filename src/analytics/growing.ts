import { zeros } from './zeros.ts';

/** A list of numbers that grows; typed, because a million boxed numbers would keep the collector busy. */
export interface Growing {
  readonly length: number;
  at(index: number): number;
  set(index: number, value: number): void;
  /** Adds to the number at the index. */
  plus(index: number, value: number): void;
  push(value: number): void;
}

export const growing = (): Growing => new Numbers();

/** By which tables grow: doubling would copy everything, and make the system clear new pages for it, twice as often. */
export const GROWTH = 4;

/** A class, as the pairs of numbers are. */
class Numbers implements Growing {
  length = 0;
  #numbers = new Float64Array(1_024);

  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  set(index: number, value: number): void {
    this.#reach(index + 1);
    this.#numbers[index] = value;
  }

  plus(index: number, value: number): void {
    this.#reach(index + 1);
    this.#numbers[index] = (this.#numbers[index] as number) + value;
  }

  push(value: number): void {
    this.#reach(this.length + 1);
    this.#numbers[this.length - 1] = value;
  }

  #reach(size: number): void {
    if (size > this.#numbers.length) {
      const wider = zeros(new Float64Array(Math.max(size, GROWTH * this.#numbers.length)));
      wider.set(this.#numbers);
      this.#numbers = wider;
    }
    if (size > this.length) this.length = size;
  }
}

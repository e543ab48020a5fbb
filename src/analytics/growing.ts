/** A list of numbers that grows; typed, because a million boxed numbers would keep the collector busy. */
export interface Growing {
  readonly length: number;
  at(index: number): number;
  set(index: number, value: number): void;
  /** Adds to the number at the index. */
  plus(index: number, value: number): void;
  push(value: number): void;
}

export const growing = (): Growing => {
  let numbers = new Float64Array(1_024);
  let length = 0;
  const reach = (size: number): void => {
    if (size > numbers.length) {
      const wider = new Float64Array(Math.max(size, 2 * numbers.length));
      wider.set(numbers);
      numbers = wider;
    }
    if (size > length) length = size;
  };
  return {
    get length() {
      return length;
    },
    at: (index) => numbers[index] ?? 0,
    set(index, value) {
      reach(index + 1);
      numbers[index] = value;
    },
    plus(index, value) {
      reach(index + 1);
      numbers[index] = (numbers[index] as number) + value;
    },
    push(value) {
      reach(length + 1);
      numbers[length - 1] = value;
    },
  };
};

/**
 * Numbers that are added to, all written at once: a page of memory that is read before it is written is mapped twice, the second time
 * with a word to every processor.
 */
export const zeros = <T extends Int32Array | Float64Array>(numbers: T): T => {
  numbers.fill(0);
  return numbers;
};

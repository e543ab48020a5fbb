import { isObject } from '../args.ts';
import type { Json } from '../types.ts';

/** An interactive element and the block it stands in. */
export interface Placed {
  readonly block: Json;
  readonly element: Json;
}

/** Every object below a value, the value first, in document order. */
export const objectsIn = function* (value: unknown): Generator<Json> {
  if (Array.isArray(value)) {
    for (const item of value) yield* objectsIn(item);
  } else if (isObject(value)) {
    yield value;
    for (const item of Object.values(value)) yield* objectsIn(item);
  }
};

/** The elements of these blocks that a person can operate: those with an `action_id`. */
export const elementsIn = (blocks: readonly Json[]): Placed[] =>
  blocks.flatMap((block) => placedIn(block, block));

/** A nested block (of a container, a carousel) is the block of what it holds. */
const placedIn = (value: unknown, block: Json): Placed[] => {
  if (Array.isArray(value)) return value.flatMap((item) => placedIn(item, block));
  if (!isObject(value)) return [];
  const owner = typeof value['block_id'] === 'string' ? value : block;
  const own = typeof value['action_id'] === 'string' ? [{ block: owner, element: value }] : [];
  return [...own, ...Object.values(value).flatMap((item) => placedIn(item, owner))];
};

import { isObject } from '../args.ts';
import type { Ids } from '../ids.ts';
import type { Json } from '../types.ts';
import { ACTION_ELEMENTS, CONTEXT_ACTION_ELEMENTS, INPUT_ELEMENTS } from './elements.ts';
import { objectsIn } from './walk.ts';

const INTERACTIVE = new Set(
  [ACTION_ELEMENTS, INPUT_ELEMENTS, CONTEXT_ACTION_ELEMENTS].flatMap((elements) => Object.keys(elements)),
);

/** A copy of valid blocks with the block_id and action_id Slack makes up where the app gave none. */
export const fillIds = (blocks: readonly Json[], ids: Ids): Json[] => {
  const copy = structuredClone(blocks) as Json[];
  for (const block of copy) {
    block['block_id'] ??= ids.block();
    for (const child of Array.isArray(block['child_blocks']) ? block['child_blocks'].filter(isObject) : []) {
      child['block_id'] ??= ids.block();
    }
    for (const element of objectsIn(block)) {
      if (INTERACTIVE.has(String(element['type']))) element['action_id'] ??= ids.block();
    }
  }
  return copy;
};

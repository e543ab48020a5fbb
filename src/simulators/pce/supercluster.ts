import { invalid } from './http/answer.ts';

/** Which PCE of a supercluster leads and which are gone; 0 is the one whose port was asked for. A PCE on its own leads. */
export interface Supercluster {
  /** How many members beside the first. */
  readonly members: number;
  readonly leads: (index: number) => boolean;
  readonly isDown: (index: number) => boolean;
  /** `leader` null = none (an election, or it is lost); `down` = those that end every connection unanswered. */
  change(change: { readonly leader?: number | null; readonly down?: readonly number[] }): void;
}

export const createSupercluster = (members: number): Supercluster => {
  let leader: number | null = 0;
  let down: ReadonlySet<number> = new Set();
  const known = (index: number): void => {
    if (!Number.isInteger(index) || index < 0 || index > members) throw invalid(`member ${index}`);
  };
  return {
    members,
    leads: (index) => index === leader,
    isDown: (index) => down.has(index),
    change(next) {
      for (const index of [...(next.down ?? []), ...(next.leader == null ? [] : [next.leader])]) known(index);
      if (next.leader !== undefined) leader = next.leader;
      if (next.down !== undefined) down = new Set(next.down);
    },
  };
};

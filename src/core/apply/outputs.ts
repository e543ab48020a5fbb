import { type OutputRow, outputKey } from '../output/owed.ts';
import type { Draft, Reducers } from './draft.ts';

/** What outputs were told. A row of an earlier time of the same alert is replaced by the first of the next. */
export const outputReducers: Reducers<'output-told' | 'output-failed'> = {
  'output-told': (draft, { output, fingerprint, episode, kind, severity, at }) =>
    draft.set('outputs', outputKey(output, fingerprint), {
      output,
      fingerprint,
      episode,
      told: { kind, severity, at },
    }),

  'output-failed': (draft, { output, fingerprint, episode, notBefore, trouble, dead }) => {
    const row = current(draft, output, fingerprint, episode);
    draft.set('outputs', outputKey(output, fingerprint), {
      ...row,
      output,
      fingerprint,
      episode,
      notBefore,
      trouble,
      attempts: (row?.attempts ?? 0) + 1,
      ...(dead ? { dead } : {}),
    });
  },
};

const current = (
  draft: Draft,
  output: string,
  fingerprint: string,
  episode: number,
): OutputRow | undefined => {
  const row = draft.state.outputs.get(outputKey(output, fingerprint));
  return row?.episode === episode ? row : undefined;
};

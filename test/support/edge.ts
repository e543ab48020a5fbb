import type { Edge } from '../../src/cli/verb.ts';

/** An edge that keeps what a verb writes. */
export const anEdge = (
  differs: Partial<Pick<Edge, 'env' | 'cwd' | 'signal'>> = {},
): Edge & { readonly stdout: string[]; readonly stderr: string[] } => {
  const stdout: string[] = [];
  const stderr: string[] = [];
  return {
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    ...differs,
    out: (text) => void stdout.push(text),
    err: (text) => void stderr.push(text),
    stdout,
    stderr,
  };
};

import { nearest } from '../core/nearest.ts';
import { type Edge, EXIT, type Verb } from './verb.ts';

/** The verbs by name: what each does in a line, and how to load it. Loaded only when asked for, so that `--help` is quick. */
export type VerbTable = Readonly<
  Record<string, { readonly about: string; load(): Promise<{ readonly verb: Verb }> }>
>;

/** Runs one command line. @param args without node and the script. @returns the exit code; rejects only on a fault of ours */
export const dispatch = async (
  args: readonly string[],
  edge: Edge,
  { table, version }: { table: VerbTable; version: string },
): Promise<number> => {
  const [name, ...rest] = args;
  if (name === undefined) {
    edge.err(overview(table));
    return EXIT.usage;
  }
  if (name === '--version' || name === '-v') {
    edge.out(version);
    return EXIT.done;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const [verb] = rest;
    const entry = verb === undefined ? undefined : entryOf(table, verb);
    if (entry !== undefined) return (await entry.load()).verb.run(['--help'], edge);
    edge.out(overview(table));
    return EXIT.done;
  }
  const entry = entryOf(table, name);
  if (entry !== undefined) return (await entry.load()).verb.run(rest, edge);
  const near = nearest(name, Object.keys(table));
  edge.err(
    `There is no verb "${name}".${near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`} See illumio-chatops --help.`,
  );
  return EXIT.usage;
};

const entryOf = (table: VerbTable, name: string): VerbTable[string] | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

const overview = (table: VerbTable): string => {
  const width = Math.max(...Object.keys(table).map(({ length }) => length));
  const lines = Object.entries(table).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`);
  return [
    'Usage: illumio-chatops VERB [flags]',
    '',
    ...lines,
    '',
    'illumio-chatops VERB --help tells more. --version prints the version.',
    'Exit codes: 0 done, 1 it failed or a check did not hold, 2 usage or configuration.',
  ].join('\n');
};

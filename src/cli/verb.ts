import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../core/nearest.ts';

/** The process as a verb sees it: no verb touches `process` itself. */
export interface Edge {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to stdout: the result, nothing else. The line's end is added. */
  out(text: string): void;
  /** Writes a line to stderr: everything that is not the result. */
  err(text: string): void;
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Exit codes of every verb (design §8). */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export interface Verb {
  readonly name: string;
  /** `check [--config F] [--json]` */
  readonly usage: string;
  /** What it does, prints and exits with: a few plain lines. */
  readonly help: string;
  /** @param args what stands after the verb. @returns the exit code */
  run(args: readonly string[], edge: Edge): Promise<number>;
}

/** The command line cannot be carried out as written: told with the usage line, exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Given<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true; args: string[] }>
>['values'];

interface VerbSpec<O extends Options> extends Omit<Verb, 'run'> {
  readonly options: O;
  /** What may stand beside the flags, for the error when too much does; default nothing. */
  readonly words?: { readonly most: number };
  run(given: { flags: Given<O>; words: readonly string[] }, edge: Edge): Promise<number>;
}

/** Makes a verb: reads its flags, answers `--help`, and turns what cannot be read into a sentence, the usage line and exit 2. */
export const defineVerb = <const O extends Options>(spec: VerbSpec<O>): Verb => ({
  name: spec.name,
  usage: spec.usage,
  help: spec.help,
  async run(args, edge) {
    if (args.includes('--help') || args.includes('-h')) {
      edge.out(`Usage: illumio-chatops ${spec.usage}\n\n${spec.help}`);
      return EXIT.done;
    }
    try {
      return await spec.run(read(args, spec), edge);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      edge.err(`${error.message}\nUsage: illumio-chatops ${spec.usage}`);
      return EXIT.usage;
    }
  },
});

const read = <O extends Options>(
  args: readonly string[],
  { options, words }: VerbSpec<O>,
): { flags: Given<O>; words: readonly string[] } => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    const extra = positionals[words?.most ?? 0];
    if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many.`);
    return { flags: values as Given<O>, words: positionals };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(sentence(error as Error, args, options));
  }
};

const sentence = (
  { message, code }: Error & { code?: string },
  args: readonly string[],
  options: Options,
): string => {
  const known = [...Object.keys(options), 'help'].map((name) => `--${name}`);
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const flag = args
      .map((arg) => arg.split('=')[0] ?? '')
      .find((arg) => /^-/.test(arg) && !known.includes(arg));
    const near = nearest(flag ?? '', known);
    return `There is no flag ${flag}.${near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`}`;
  }
  // Node's sentence names the flag and whether it wants a value; what follows its first line is advice for programmers.
  return message.split('\n')[0] ?? message;
};

import { nearest } from '../core/nearest.ts';

/** Keys and list positions from the root of the file: `['pces', 0, 'url']`. */
export type Path = readonly (string | number)[];

/**
 * Something an operator has to change. `message` completes the path to a sentence ("pces[0].url must use https"), `hint` is
 * the way out. Neither ever holds a value from the file that could be a secret.
 */
export interface Flaw {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
  /** Where it stands, when the path does not say it (broken YAML has no paths). From 1. */
  readonly line?: number;
}

/** A flaw in its place: what `check` prints. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** As the operator would type it: `pces[0].url`; '' for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** Whether a word of the file may be repeated in a message: tokens and keys put into a wrong place must not be. */
const mayBeShown = (word: string): boolean =>
  /^[\w.-]{1,40}$/.test(word) && !/^(xox|xapp-|api_[0-9a-f]{8})|\d{6}|[A-Za-z0-9]{20}/i.test(word);

/** `pces[0].url`; a key that may be a secret is shown as `…`. */
export const pathText = (path: Path): string =>
  path
    .map((part, i) => {
      if (typeof part === 'number') return `[${part}]`;
      const key = mayBeShown(part) ? part : '…';
      return i === 0 ? key : `.${key}`;
    })
    .join('');

/** One line for terminals and logs: `config.yml:3: pces[0].url must use https (write https://…)`. */
export const problemText = ({ file, line, path, message, hint }: ConfigProblem): string =>
  `${file}:${line}: ${path === '' ? message : `${path} ${message}`}${hint === '' ? '' : ` (${hint})`}`;

/** "did you mean env?" when a known name is near, else what is known. */
export const meant = (word: string, known: readonly string[]): string => {
  const near = nearest(word, known);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  if (known.length === 0) return 'there is none yet';
  // A longer list is no help on one line.
  return known.length > 12 ? 'config.example.yml shows all there are' : `known: ${known.join(', ')}`;
};

/** A name from the file, in quotes, if it may be shown. */
export const quoted = (word: string): string => (mayBeShown(word) ? `"${word}"` : 'this one');

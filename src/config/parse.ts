import { z } from 'zod';
import { dict, list, text } from '../core/foreign.ts';
import type { Settings } from '../core/settings.ts';
import { besideConfig, readNamed } from './files.ts';
import { flawsOf } from './issues.ts';
import { type ConfigProblem, type Flaw, type Path, pathText } from './problem.ts';
import { checkReferences } from './references.ts';
import { type RuleEntry, readRules } from './rules.ts';
import { ConfigFile } from './schema.ts';
import { readSecrets, type SecretSources } from './secrets.ts';
import { readSource } from './source.ts';
import { toSettings } from './to-settings.ts';
import { warningsOf } from './warnings.ts';

/** What the registries know: rules with their options' schemas, actions by id. */
export interface Catalog {
  readonly rules: readonly RuleEntry[];
  readonly actions: readonly string[];
}

export interface ConfigDeps extends SecretSources {
  readonly catalog: Catalog;
}

export type ConfigResult =
  | {
      readonly ok: true;
      readonly settings: Settings;
      readonly warnings: readonly ConfigProblem[];
      /** For what only a running PCE or Slack can tell: puts it at the right line of the file. */
      readonly source: { problem(path: Path, message: string, hint: string): ConfigProblem };
    }
  | { readonly ok: false; readonly errors: readonly ConfigProblem[] };

/**
 * Reads a configuration file. Never throws; every error at once, each with its line and the way out, none with a secret.
 * Errors and warnings are in the order of the file.
 */
export const parseConfig = (content: string, deps: ConfigDeps): ConfigResult => {
  const source = readSource(content);
  const placed = (flaw: Flaw): ConfigProblem => ({
    file: deps.file,
    line: flaw.line ?? source.lineOf(flaw.path),
    path: pathText(flaw.path),
    message:
      flaw.path.length === 0 && /^[a-z]/.test(flaw.message) ? `The file ${flaw.message}.` : flaw.message,
    hint: flaw.hint,
  });
  // Errors of shape in a file that isn't YAML would only mislead.
  if (source.tree === undefined && source.problems.length > 0)
    return { ok: false, errors: inOrder(source.problems.map(placed)) };

  const tree = source.tree ?? {};
  const file = ConfigFile.safeParse(tree);
  const secrets = readSecrets(tree, deps);
  const own = list(dict(tree)['custom']).flatMap((one) => text(dict(one)['id']) ?? []);
  const builtIn = deps.catalog.rules.map(({ id }) => id);
  const rules = readRules(dict(tree)['rules'], [
    ...deps.catalog.rules,
    ...own.map((id) => ({ id, options: NO_OPTIONS })),
  ]);
  const names = { rules: [...builtIn, ...own], builtIn, actions: deps.catalog.actions };
  const flaws = [
    ...source.problems,
    ...flawsOf(file.error?.issues ?? [], ConfigFile, tree),
    ...secrets.flaws,
    ...rules.flaws,
    ...checkReferences(tree, names),
    ...checkCertificates(tree, deps),
  ];
  if (!file.success || flaws.length > 0) return { ok: false, errors: inOrder(flaws.map(placed)) };

  const settings = toSettings(file.data, { file: deps.file, secrets, rules: rules.settings });
  return {
    ok: true,
    settings,
    warnings: inOrder(warningsOf(settings).map(placed)),
    source: { problem: (path, message, hint) => placed({ path, message, hint }) },
  };
};

/** Custom rules say in their own section what they are. */
const NO_OPTIONS = z.strictObject({}).prefault({});

/** What audit records call the configuration by. @param sha256 hex digest of a UTF-8 text */
export const configHash = (text: string, sha256: (text: string) => string): string => sha256(text);

const inOrder = (problems: readonly ConfigProblem[]): ConfigProblem[] => {
  const distinct = new Map(
    problems.map((problem) => [`${problem.line} ${problem.path} ${problem.message}`, problem]),
  );
  return [...distinct.values()].sort((a, b) => a.line - b.line);
};

const checkCertificates = (tree: unknown, { file, readFile }: SecretSources): Flaw[] =>
  list(dict(tree)['pces']).flatMap((pce, i): Flaw[] => {
    const named = dict(pce)['ca_file'];
    if (typeof named !== 'string' || named.trim() === '') return [];
    const path = ['pces', i, 'ca_file'];
    const read = readNamed(readFile, besideConfig(file, named.trim()));
    if (!read.ok)
      return [
        {
          path,
          message: 'names a file that cannot be read',
          hint: `${read.why}; relative paths begin at this file`,
        },
      ];
    return read.content.includes('-----BEGIN CERTIFICATE-----')
      ? []
      : [{ path, message: 'names a file without a certificate', hint: 'PEM: -----BEGIN CERTIFICATE-----' }];
  });

import { posix } from 'node:path';
import { importsIn } from './imports.ts';

/** One row of the import table (design §2). */
export interface Layer {
  /** What files it is about: a path prefix from src/; the longest that fits counts. */
  readonly from: string;
  /** Prefixes of files it may import, besides `from` itself. */
  readonly may: readonly string[];
  /** Packages it may import; `node:` stands for all of Node, a `type ` before it for its types alone. */
  readonly packages: readonly string[];
  readonly why: string;
}

const NODE = 'node:';
const DRAWING = ['d3-geo'];
const REGISTRIES = ['rules/', 'actions/', 'commands/', 'analytics/'];
const CLI = [
  'app.ts',
  'config/',
  'core/',
  'report/',
  ...REGISTRIES,
  'adapters/pce/',
  'adapters/slack/manifest.ts',
];
const CLI_PACKAGES = [NODE, 'pino', 'yaml', 'zod'];

export const LAYERS: readonly Layer[] = [
  {
    from: 'core/',
    may: [],
    packages: ['zod'],
    why: 'What decides must be testable and replayable alone: clock, ids and hashes arrive as arguments.',
  },
  {
    from: 'rules/',
    may: ['core/'],
    packages: ['zod'],
    why: 'A rule sees one observation; what must be read for it is part of that.',
  },
  {
    from: 'analytics/',
    may: ['core/'],
    packages: ['zod'],
    why: 'Rows in, result out: country look-ups arrive as an argument.',
  },
  { from: 'charts/', may: ['core/'], packages: DRAWING, why: 'Data to SVG; turning it into PNG is a port.' },
  {
    from: 'views/',
    may: ['core/'],
    packages: ['type @slack/types'],
    why: 'Data to blocks: only the types of Slack, so that a view runs anywhere.',
  },
  {
    from: 'report/',
    may: ['core/', 'analytics/', 'charts/', 'views/'],
    packages: [],
    why: 'An analysis or a replay to a page or to lines: who reads it has a file, not a channel. A planned message has the words of its view.',
  },
  {
    from: 'actions/',
    may: ['core/'],
    packages: ['zod'],
    why: 'An action plans; PUT, read-back and audit are the pipeline’s.',
  },
  {
    from: 'commands/',
    may: ['core/', 'analytics/', 'views/', 'charts/'],
    packages: ['zod'],
    why: 'A command answers from what it is given; names of rules and actions come as deps.catalog.',
  },
  {
    from: 'pipelines/',
    may: ['core/', 'rules/', 'analytics/', 'views/', 'charts/', 'actions/', 'commands/'],
    packages: [],
    why: 'A pipeline connects what decides with ports; it knows no adapter and no configuration file.',
  },
  {
    from: 'adapters/pce/',
    may: ['core/'],
    packages: [NODE, 'undici'],
    why: 'Touches one PCE and nothing else.',
  },
  {
    from: 'adapters/slack/',
    may: ['core/'],
    packages: [NODE, '@slack/bolt', '@slack/types', '@slack/web-api', 'undici', 'ws'],
    why: 'Touches Slack and nothing else; the manifest takes the registries as an argument.',
  },
  {
    from: 'adapters/store/',
    may: ['core/'],
    packages: [NODE, 'lowdb', 'zod'],
    why: 'Touches the disk; the invariants are in core.',
  },
  {
    from: 'adapters/schedule/',
    may: ['core/'],
    packages: [NODE, 'node-cron'],
    why: 'Touches the clock and nothing else.',
  },
  {
    from: 'adapters/http/',
    may: ['core/'],
    packages: [NODE, 'undici'],
    why: 'Answers probes, hears calls from outside and whether they may be believed, calls a dead-man’s switch; what is said is decided elsewhere.',
  },
  {
    from: 'adapters/render/',
    may: ['core/'],
    packages: [NODE, '@resvg/resvg-js'],
    why: 'SVG to PNG and nothing else.',
  },
  {
    from: 'adapters/geo/',
    may: ['core/'],
    packages: [NODE, 'mmdb-lib', 'topojson-client', 'type topojson-specification'],
    why: 'Addresses to countries, countries to outlines, and nothing else.',
  },
  {
    from: 'adapters/outputs/',
    may: ['core/'],
    packages: [NODE, 'nodemailer', 'undici'],
    why: 'Tells receivers outside Slack, and knows neither alerts nor routes.',
  },
  {
    from: 'adapters/syslog/',
    may: ['core/'],
    packages: [NODE],
    why: 'Hears lines and cuts them; what they mean is decided elsewhere.',
  },
  {
    from: 'simulators/pce/',
    may: [],
    packages: [NODE, 'ws'],
    why: 'Restates shapes and limits from the facts: what it shared with the bot would hide the bot’s mistakes.',
  },
  {
    from: 'simulators/slack/',
    may: [],
    packages: [NODE, 'ws'],
    why: 'Restates shapes and limits from the facts: what it shared with the bot would hide the bot’s mistakes.',
  },
  {
    from: 'config/',
    may: ['core/'],
    packages: ['zod', 'yaml'],
    why: 'Text to settings: environment, files and registries arrive as arguments.',
  },
  {
    // app.ts and its folder.
    from: 'app',
    may: ['config/', 'core/', ...REGISTRIES, 'views/', 'charts/', 'pipelines/', 'adapters/'],
    packages: [NODE, 'pino'],
    why: 'The only place that constructs adapters; it never starts a process or a simulator.',
  },
  {
    from: 'cli/',
    may: CLI,
    packages: CLI_PACKAGES,
    why: 'A verb parses arguments and prints; from the adapters only the flow reader and the manifest.',
  },
  {
    from: 'cli/demo',
    may: [...CLI, 'cli/', 'simulators/'],
    packages: CLI_PACKAGES,
    why: 'The demo alone starts simulators.',
  },
  {
    from: 'main.ts',
    may: ['cli/'],
    packages: [NODE],
    why: 'The process edge: arguments, signals and the exit code.',
  },
];

const layerOf = (file: string): Layer | undefined =>
  LAYERS.filter(({ from }) => file.startsWith(from)).sort((a, b) => b.from.length - a.from.length)[0];

/**
 * What is wrong with a file's imports: one sentence each, with the rule's reason.
 * @param file path from src/
 * @param exists whether a path from src/ is a file
 */
export const violations = (file: string, text: string, exists: (path: string) => boolean): string[] => {
  const layer = layerOf(file);
  if (layer === undefined) return [`${file} stands in no folder of the design: add a row to LAYERS`];
  return importsIn(text).flatMap(({ specifier, typeOnly }) => {
    const wrong = (what: string): string[] => [`${file} imports ${specifier}: ${what}`];
    if (!specifier.startsWith('.')) return packageAllowed(layer, specifier, typeOnly) ? [] : wrong(layer.why);
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    if (target.startsWith('..')) return wrong('it leads out of src');
    if (!exists(target)) return wrong('there is no such file (paths end in .ts)');
    return [layer.from, ...layer.may].some((prefix) => target.startsWith(prefix)) ? [] : wrong(layer.why);
  });
};

const packageAllowed = ({ packages }: Layer, specifier: string, typeOnly: boolean): boolean =>
  packages.some((allowed) => {
    const [name, typesAlone] = allowed.startsWith('type ') ? [allowed.slice(5), true] : [allowed, false];
    if (typesAlone && !typeOnly) return false;
    return name === NODE
      ? specifier.startsWith(NODE)
      : specifier === name || specifier.startsWith(`${name}/`);
  });

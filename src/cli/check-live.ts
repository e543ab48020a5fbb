import type { Connected } from '../app.ts';
import type { ConfigResult } from '../config/parse.ts';
import type { ConfigProblem, Path } from '../config/problem.ts';
import { ConfigFile } from '../config/schema.ts';
import type { Label } from '../core/label.ts';
import { matchesLabels, selector } from '../core/label-query.ts';
import { ChatError, PceError } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import { groupKeysIn, selectorsIn, unknownIn, unknownKey } from './check-labels.ts';
import { judgePlace, placesIn } from './doctor-places.ts';

/** What only running PCEs and Slack can tell of a configuration, each at its line. */
export interface LiveProblems {
  readonly errors: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
  /** Who could not be asked: what depends on them is not in the other two. */
  readonly unasked: readonly ConfigProblem[];
}

type Problem = Extract<ConfigResult, { ok: true }>['source']['problem'];
type Inventory = Connected['pces'][number]['inventory'];

const DOCTOR = '`illumio-chatops doctor` says more';

/** Holds the names in a configuration against the world. Rejects only on a fault of ours. */
export const checkLive = async (
  world: Connected,
  settings: Settings,
  problem: Problem,
): Promise<LiveProblems> => {
  const [estates, places] = await Promise.all([
    readEstates(world, problem),
    checkChannels(world, settings, problem),
  ]);
  const labels = checkNames(settings, estates.read, problem);
  return {
    errors: [...labels, ...places.errors],
    warnings: estates.unasked.length > 0 ? [] : checkProtected(settings, [...estates.read.values()], problem),
    unasked: [...estates.unasked, ...places.unasked],
  };
};

const readEstates = async (
  { pces }: Connected,
  problem: Problem,
): Promise<{
  readonly read: ReadonlyMap<string, Inventory>;
  readonly unasked: readonly ConfigProblem[];
}> => {
  const read = new Map<string, Inventory>();
  const unasked: ConfigProblem[] = [];
  await Promise.all(
    pces.map(async ({ settings: { name }, inventory }, i) => {
      try {
        await inventory.refresh();
        read.set(name, inventory);
      } catch (error) {
        if (!(error instanceof PceError)) throw error;
        unasked.push(problem(['pces', i], `cannot be asked for its labels: ${error.message}`, DOCTOR));
      }
    }),
  );
  return { read, unasked };
};

/** A name must exist on one of the PCEs it is about; while one of those could not be asked, nothing is said of it. */
const checkNames = (
  settings: Settings,
  estates: ReadonlyMap<string, Inventory>,
  problem: Problem,
): ConfigProblem[] => {
  const labelsOf = (pce: string | undefined): readonly Label[] | undefined => {
    const asked = settings.pces.map(({ name }) => name).filter((name) => pce === undefined || name === pce);
    const inventories = asked.map((name) => estates.get(name));
    return inventories.every((one) => one !== undefined)
      ? inventories.flatMap((one) => [...one.labels()])
      : undefined;
  };
  const told = (
    path: Path,
    pce: string | undefined,
    judge: (known: readonly Label[]) => ReturnType<typeof unknownIn>,
  ): ConfigProblem[] => {
    const known = labelsOf(pce);
    return known === undefined ? [] : judge(known).map(({ message, hint }) => problem(path, message, hint));
  };
  const guarded = isShipped(settings.protected)
    ? []
    : settings.protected
        .map((text, i) => ({ path: ['protected', i], text, pce: undefined }))
        // With a `*` it may wait for hosts to come; that it matches none is a warning below.
        .filter(({ text }) => !text.includes('*'));
  return [
    ...[...selectorsIn(settings), ...guarded].flatMap(({ path, text, pce }) =>
      told(path, pce, (known) => unknownIn(text, known)),
    ),
    ...groupKeysIn(settings).flatMap(({ path, key, pce }) =>
      told(path, pce, (known) => {
        const wrong = unknownKey(key, known);
        return wrong === undefined ? [] : [wrong];
      }),
    ),
    // The quarantine labels are put on hosts: every PCE that is written to must have them, in exactly this spelling.
    ...settings.pces
      .filter(({ write }) => write !== undefined)
      .flatMap(({ name }) =>
        Object.entries(settings.quarantine?.labels ?? {}).flatMap(([key, value]) =>
          told(['quarantine', 'labels', key], name, (known) => lacking(key, value, name, known)),
        ),
      ),
  ];
};

const lacking = (key: string, value: string, pce: string, known: readonly Label[]) => {
  if (known.some((label) => label.key === key && label.value === value)) return [];
  const values = known.filter((label) => label.key === key).map((label) => label.value);
  const hint = values.length === 0 ? 'create the label first' : `${key} has: ${values.join(', ')}`;
  return [{ message: `names ${key}=${value}, which ${pce} does not have`, hint }];
};

/** Whether the list is the one that holds when nobody writes one. */
const isShipped = (guarded: readonly string[]): boolean =>
  JSON.stringify(guarded) === JSON.stringify(ConfigFile.shape.protected.parse(undefined));

/** Definitions §7.2. Of the shipped list it is only said when all of it matches nothing: few sites have all its roles. */
const checkProtected = (
  { protected: guarded }: Settings,
  estates: readonly Inventory[],
  problem: Problem,
): ConfigProblem[] => {
  const hosts = estates.flatMap((estate) => [...estate.workloads()].map(({ labels }) => labels));
  const idle = guarded.flatMap((text, i) => {
    const query = selector(text);
    return hosts.some((labels) => matchesLabels(query, labels)) ? [] : [i];
  });
  const hint = 'name the labels of your domain controllers, DNS and jump hosts';
  if (guarded.length > 0 && idle.length === guarded.length)
    return [problem(['protected'], 'matches no workload: every host may be quarantined by one person', hint)];
  if (isShipped(guarded)) return [];
  return idle.map((i) => problem(['protected', i], 'matches no workload', hint));
};

const checkChannels = async (
  { chat, probe }: Connected,
  settings: Settings,
  problem: Problem,
): Promise<Pick<LiveProblems, 'errors' | 'unasked'>> => {
  try {
    const { team } = await probe.botToken();
    if (team !== settings.slack.team)
      return {
        errors: [problem(['slack', 'team'], `is not the workspace of bot_token: that is ${team}`, DOCTOR)],
        unasked: [],
      };
    const verdicts = await Promise.all(
      placesIn(settings).map(async (place) => ({ place, verdict: await judgePlace(chat, place) })),
    );
    const errors = verdicts.flatMap(({ place: { paths }, verdict }) =>
      verdict.ok ? [] : [problem(paths[0] ?? [], verdict.message, verdict.hint)],
    );
    return { errors, unasked: [] };
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return {
      errors: [],
      unasked: [problem(['slack'], `cannot be asked for its channels: ${error.slack}`, DOCTOR)],
    };
  }
};

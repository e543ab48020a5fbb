import { strayCarriers } from '../core/carrying.ts';
import type { Asker, Command, CommandDeps, PceDesk } from '../core/command.ts';
import { labelEvents } from '../core/label-events.ts';
import { type LabelledBy, labelledBy } from '../core/labelled-by.ts';
import { type Inventory, type Pce, PceError } from '../core/ports.ts';
import type { Response } from '../core/response.ts';
import type { Workload } from '../core/workload.ts';
import { quarantinedView, type Stray } from '../views/quarantined.ts';
import { chosenDesks } from './desks.ts';
import { parseWords } from './words.ts';

/** Every quarantine of ours that stands, of the hosts the asker's role covers. */
export const quarantined: Command = {
  id: 'quarantined',
  summary: 'hosts in quarantine: by whom, why, until when, what their policy became',
  usage: '/illumio quarantined [--pce name]',
  examples: ['/illumio quarantined', '/illumio quarantined --pce prod-east', '/illumio release web-01'],
  role: 'responder',
  scope: 'own',
  async run(given, asker, deps) {
    const { desks: all, store } = deps;
    const parsed = parseWords(given, { id: 'quarantined', example: '/illumio quarantined' }, ['pce']);
    if (!parsed.ok) return parsed.problem;
    const desks = chosenDesks(all, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const names = new Set(desks.map(({ pce }) => pce.name));
    const standing = (await store.quarantines()).filter(({ pce }) => names.has(pce));
    const shown: Response[] = [];
    for (const row of standing) if (await asker.may('quarantined', [row.target.labels])) shown.push(row);
    const strays = (await Promise.all(desks.map((desk) => straysOf(desk, asker, deps)))).flat();
    return { kind: 'answer', message: quarantinedView(shown, standing.length - shown.length, strays) };
  },
};

const LOOK_BACK_MS = 7 * 24 * 3_600_000;

/** Hosts of the asker's scope that carry the label and are nobody's, with who put it on where the PCE's events say so. */
const straysOf = async (
  { pce, inventory }: PceDesk,
  asker: Asker,
  { store, settings, clock }: CommandDeps,
): Promise<readonly Stray[]> => {
  const wanted = settings.quarantine?.labels ?? {};
  const ours = new Set((await store.quarantines(pce.name)).map(({ target }) => target.href));
  const hosts: Workload[] = [];
  for (const host of strayCarriers(inventory, wanted, ours))
    if (await asker.may('quarantined', [host.labels])) hosts.push(host);
  if (hosts.length === 0) return [];
  const hrefs = new Set(hosts.map(({ href }) => href));
  const by = await whoLabelled(pce, inventory, wanted, clock.now(), hrefs);
  return hosts.map(({ href, name }) => ({ pce: pce.name, href, name, labelled: by.get(href) }));
};

/** A PCE that cannot be asked for its events leaves the hosts in the list: who did it is then not known. */
const whoLabelled = async (
  pce: Pce,
  inventory: Inventory,
  wanted: Readonly<Record<string, string>>,
  now: number,
  hrefs: ReadonlySet<string>,
): Promise<ReadonlyMap<string, LabelledBy>> => {
  try {
    const { events } = await pce.findEvents({ from: now - LOOK_BACK_MS, to: now }, (event) =>
      labelEvents(event, inventory).some(({ subject }) => hrefs.has(subject.href ?? '')),
    );
    return labelledBy(events, inventory, wanted);
  } catch (err) {
    if (err instanceof PceError) return new Map();
    throw err;
  }
};

import { readFileSync } from 'node:fs';
import { stdin } from 'node:process';
import { text as streamText } from 'node:stream/consumers';
import type { PceEvent } from '../core/event.ts';
import { readEvents } from '../core/event-text.ts';
import { text } from '../core/foreign.ts';
import type { Settings } from '../core/settings.ts';
import { EMPTY_ESTATE } from '../core/workload.ts';
import { atCwd } from './load-config.ts';
import type { Reading } from './replay-since.ts';
import type { Edge } from './verb.ts';

/** undefined when the file cannot be read, after it was told. Nothing is known of the hosts in it. */
export const readFile = async (
  name: string,
  settings: Settings | undefined,
  edge: Edge,
): Promise<Reading | undefined> => {
  let content: string;
  try {
    content = name === '-' ? await streamText(stdin) : readFileSync(atCwd(edge, name), 'utf8');
  } catch (error) {
    edge.err(`${name} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
    return undefined;
  }
  const { events, rejected } = readEvents(content);
  const pces = byPce(
    events.map(({ event }) => event),
    settings,
  );
  return {
    recorded: [...pces].map(([pce, own]) => ({ pce, events: own, estate: EMPTY_ESTATE })),
    rejected: rejected.map(({ line, why }) => `${name}:${line}: not an event: ${why}`),
    missing: [],
  };
};

/** Memories are per PCE, and so are replays. A PCE is called as the configuration calls it, else by its own name. */
const byPce = (events: readonly PceEvent[], settings: Settings | undefined): Map<string, PceEvent[]> => {
  const pces = new Map<string, PceEvent[]>();
  for (const event of events) {
    const name = pceName(text(event.raw['pce_fqdn']), settings);
    const own = pces.get(name);
    if (own === undefined) pces.set(name, [event]);
    else own.push(event);
  }
  return pces;
};

const pceName = (fqdn: string | undefined, settings: Settings | undefined): string => {
  const pces = settings?.pces ?? [];
  const named = pces.find(({ url }) => new URL(url).hostname === fqdn)?.name;
  return named ?? (pces.length === 1 ? pces[0]?.name : fqdn) ?? 'pce';
};

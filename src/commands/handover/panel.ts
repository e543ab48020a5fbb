import type { CommandDeps, PceDesk } from '../../core/command.ts';
import { ChatError } from '../../core/ports.ts';
import { listed } from '../../core/text.ts';
import type { Panel } from '../../views/panel.ts';
import {
  acknowledgedSection,
  blindSection,
  containedSection,
  noiseSection,
  openSection,
  silencesSection,
} from './sections.ts';

const HOUR_MS = 3_600_000;

export type HandoverDeps = Pick<CommandDeps, 'store' | 'chat' | 'clock'>;

/**
 * What one shift tells the next: open, acknowledged, in quarantine, hidden, blind spots, noise. `/illumio handover` and the digests
 * show the same. Rejects with StoreError; what a PCE or Slack does not tell is said in its place.
 * @param sinceMs how far back rules are counted
 */
export const handoverPanel = async (
  desks: readonly PceDesk[],
  sinceMs: number,
  { store, chat, clock }: HandoverDeps,
): Promise<Panel> => {
  const now = clock.now();
  const names = new Set(desks.map(({ pce }) => pce.name));
  const ofThese = <T extends { readonly pce: string }>(all: readonly T[]): T[] =>
    all.filter(({ pce }) => names.has(pce));
  const firing = ofThese(await store.firing());
  const blind: Panel['sections'][number][] = [];
  // One after the other: each asks a PCE for a day of traffic.
  for (const desk of desks) blind.push(await blindSection(desk, now));
  return {
    title: 'Handover',
    sections: [
      openSection(firing, now),
      acknowledgedSection(firing, now, await namesOf(firing, chat)),
      containedSection(ofThese(await store.quarantines()), now),
      silencesSection(await store.silences(), now),
      ...blind,
      noiseSection(ofThese(await store.alertsSince(now - sinceMs)), Math.round(sinceMs / HOUR_MS)),
    ],
    basis: [listed([...names])],
    at: now,
  };
};

/** Names of those who acknowledged; an id stands where Slack does not tell. */
const namesOf = async (
  firing: Awaited<ReturnType<HandoverDeps['store']['firing']>>,
  chat: HandoverDeps['chat'],
): Promise<ReadonlyMap<string, string>> => {
  const people = firing.flatMap(({ acknowledged }) =>
    acknowledged === undefined || 'via' in acknowledged.by ? [] : [acknowledged.by],
  );
  const names = new Map<string, string>();
  for (const person of people) {
    if (names.has(person.user)) continue;
    try {
      names.set(person.user, (await chat.profile(person)).name);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    }
  }
  return names;
};

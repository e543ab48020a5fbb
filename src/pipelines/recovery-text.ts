import { counted } from '../core/text.ts';

/** What a start found wrong with what an earlier run had written; see the store's `Recovery`. */
interface Found {
  readonly badLines: number;
  readonly lostTransitions: number;
  readonly usedPrevious: boolean;
  readonly olderThanAudit: boolean;
  readonly setAside: readonly string[];
}

/** What people are told of it, in sentences; none when nothing that was acknowledged is in doubt (faults 3 and 4). */
export const recoveryTexts = ({
  badLines,
  lostTransitions,
  usedPrevious,
  olderThanAudit,
  setAside,
}: Found): readonly string[] => [
  ...(badLines + lostTransitions > 0
    ? [
        `${counted(badLines + lostTransitions, 'saved change')} could not be read when I started. Alerts or acknowledgements of that time may be missing; events are read again from there on.${kept(setAside)}`,
      ]
    : []),
  ...(usedPrevious
    ? [
        `My newest saved state could not be read; I went on from the one before it and the journal.${kept(setAside)}`,
      ]
    : []),
  ...(olderThanAudit
    ? [
        'My saved state is older than my audit log: it was put back from a backup. What waits in it is looked up in Slack before it is sent, and nothing is written to a PCE until every open response was read back (/illumio status shows how far that is). What happened since then may be told a second time.',
      ]
    : []),
];

const kept = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` Kept for a look: ${names.join(', ')} in the data folder.`;

import type { Command, PceDesk } from '../core/command.ts';
import { healthIssues } from '../core/health-issues.ts';
import { PceError } from '../core/ports.ts';
import { standingStates } from '../core/standing-state.ts';
import { listed } from '../core/text.ts';
import { type ShownStanding, standingCsv, standingView } from '../views/standing.ts';
import { chosenDesks } from './desks.ts';
import { problem, unexpected } from './problem.ts';
import { parseWords } from './words.ts';

/** From here on replication is an error whatever the PCE calls it (definitions §3 pce-health). */
const LAG_SECONDS = 300;
/** Older than this a draft is standing (definitions §2). */
const OLD_DRAFT_MS = 7 * 24 * 3_600_000;

/** What already is so, whether or not an alert ever told it (definitions §2 "Standing state"). */
export const standing: Command = {
  id: 'standing',
  summary:
    'what already is so: hosts long offline, suspended, cloned or with a condition, old drafts, and the health of the PCE',
  usage: '/illumio standing [--pce name] [--files] [--share]',
  examples: ['/illumio standing', '/illumio standing --files', '/illumio standing --pce prod-east --share'],
  role: 'viewer',
  scope: 'estate',
  async run(given, _asker, { desks: all, clock, catalog }) {
    const parsed = parseWords(given, { id: 'standing', example: '/illumio standing' }, [
      'pce',
      'files',
      'share',
    ]);
    if (!parsed.ok) return parsed.problem;
    const [word] = parsed.words;
    if (word !== undefined) return unexpected('standing', word);
    const desks = chosenDesks(all, parsed.flags.pce);
    if ('kind' in desks) return desks;
    const unread = desks.filter(({ inventory }) => inventory.readAt === undefined);
    if (unread.length > 0)
      return problem(
        `I am still reading the workloads of ${listed(unread.map(({ pce }) => pce.name))}; please ask again in a minute.`,
      );
    const titleOf = (rule: string): string => catalog.rules.find(({ id }) => id === rule)?.title ?? rule;
    const shown: ShownStanding[] = await Promise.all(
      desks.map(async (desk) => ({
        pce: desk.pce.name,
        readAt: desk.inventory.readAt ?? 0,
        groups: [...standingStates(desk.inventory.workloads(), clock.now())].map(([rule, hosts]) => ({
          rule,
          title: titleOf(rule),
          hosts,
        })),
        health: await healthOf(desk),
        drafts: await draftsOf(desk, clock.now()),
      })),
    );
    return {
      kind: 'answer',
      message: standingView(shown),
      share: parsed.flags.share === true,
      direct: parsed.flags.files === true,
      files: [{ name: 'standing.csv', title: 'What already is so', content: standingCsv(shown) }],
    };
  },
};

/** Drafts that wait for longer (definitions §2); why nothing is known where they cannot be read. */
const draftsOf = async ({ pce }: PceDesk, now: number): Promise<ShownStanding['drafts']> => {
  try {
    return (await pce.pending()).filter(({ at }) => at !== undefined && now - at > OLD_DRAFT_MS);
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return { failed: error.message };
  }
};

/** What is not well with the PCE, in words; why nothing is known where it cannot be read. */
const healthOf = async ({ pce }: PceDesk): Promise<readonly string[]> => {
  try {
    const reading = await pce.health();
    return reading.available ? healthIssues(reading, new Map(), LAG_SECONDS).map(({ what }) => what) : [];
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return [`its health cannot be read: ${error.message}`];
  }
};

import type { PceDesk } from '../../core/command.ts';
import { matchesLabels } from '../../core/label-query.ts';
import { usedIn } from '../../core/policy-use.ts';
import { PceError } from '../../core/ports.ts';
import { agentFigure, countAgents } from '../../core/series/agents.ts';
import { changeText, yesterdays } from '../../core/series/change.ts';
import { HOUR_MS } from '../../core/series/sample.ts';
import { counted, grouped, span } from '../../core/text.ts';
import type { Workload } from '../../core/workload.ts';
import type { PanelSection } from '../../views/panel.ts';
import type { Board, BoardDeps, BoardQuestion } from './board.ts';
import { twoDaysOf } from './day-events.ts';

const ROWS = [
  ['Managed', agentFigure('managed', 'managed')],
  ['Unmanaged', agentFigure('managed', 'unmanaged')],
  ['… used in policy', agentFigure('in policy', 'unmanaged')],
  ['Offline', agentFigure('offline', 'offline')],
  ['Suspended', agentFigure('suspended', 'suspended')],
  ['VEN warnings', agentFigure('warning', 'warning')],
] as const;
const UNSAMPLED_IN_POLICY = agentFigure('in policy', 'unmanaged');
const MOST_TYPES = 8;
/** Samples looked at for "yesterday": a day and the hours beside it. */
const BACK_HOURS = 26;

/** How many hosts there are, in which state, and what changed since yesterday; what VENs and workloads reported in a day. */
export const workloads: Board = {
  id: 'workloads',
  title: 'Workload operations',
  action: 'board',
  async of({ desks, labels }, deps) {
    const parts = await Promise.all(
      desks.map(async (desk) => [await agentSection(desk, labels, deps), await eventSection(desk, deps)]),
    );
    return parts.flat();
  },
};

const agentSection = async (
  desk: PceDesk,
  labels: BoardQuestion['labels'],
  { series, clock }: BoardDeps,
): Promise<PanelSection> => {
  const { pce, inventory } = desk;
  const title = `Agents · ${pce.name}`;
  if (inventory.readAt === undefined) return { title, says: 'The workloads are still being read.' };
  const now = clock.now();
  const hosts = [...inventory.workloads()].filter((host) => matchesLabels(labels, host.labels));
  const figures = countAgents(hosts, await policyUse(desk));
  // Samples are of the whole estate: a part of it has no yesterday.
  const hour = Math.floor(now / HOUR_MS);
  const samples = labels.length > 0 ? [] : await series.between(pce.name, hour - BACK_HOURS, hour + 1);
  const before = yesterdays(samples, 'agents', now);
  return {
    title,
    says: [
      `inventory ${span(now - inventory.readAt)} old`,
      ...(before !== undefined ? ['change since yesterday'] : []),
      ...(before === undefined && labels.length === 0 ? ['no sample of yesterday'] : []),
      ...(inventory.members ?? [])
        .filter(({ trouble }) => trouble !== undefined)
        .map(({ name, hosts }) => `member ${name} does not answer: ${counted(hosts, 'VEN')} not known`),
    ].join(', '),
    columns: ['', 'Now', 'Change'],
    rows: ROWS.map(([name, figure]) => {
      const count = figure === UNSAMPLED_IN_POLICY ? figures[figure] : (figures[figure] ?? 0);
      const was =
        before === undefined
          ? undefined
          : (before[figure] ?? (figure === UNSAMPLED_IN_POLICY ? undefined : 0));
      return [name, count === undefined ? 'not known' : grouped(count), changeText(count, was)];
    }),
    right: [1, 2],
  };
};

/** Which unmanaged hosts policy names; undefined while the policy cannot be read. */
const policyUse = async ({ pce }: PceDesk): Promise<((host: Workload) => boolean) | undefined> => {
  try {
    return usedIn(await pce.policy());
  } catch (error) {
    if (!(error instanceof PceError)) throw error;
    return undefined;
  }
};

const eventSection = async ({ pce }: PceDesk, deps: BoardDeps): Promise<PanelSection> => {
  const { now, before, holes } = await twoDaysOf(pce.name, deps);
  const title = `Agent and workload events · ${pce.name}`;
  if (now.hours === 0) return { title, says: 'No hour was sampled yet.' };
  const types = Object.entries(now.figures)
    .filter(([type]) => /^(agents?|workloads?|ven|vens|lost_agent|system_task)\./.test(type))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    title,
    says: `last 24 h${holes === undefined ? '' : `, ${holes}`}`,
    columns: ['Type', 'Events', 'Change'],
    rows: types
      .slice(0, MOST_TYPES)
      .map(([type, count]) => [
        type,
        grouped(count),
        changeText(count, before.hours === 0 ? undefined : (before.figures[type] ?? 0)),
      ]),
    right: [1, 2],
  };
};

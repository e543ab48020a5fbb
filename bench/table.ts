import type { Figure, Report } from './bench.ts';

/** The figures of a report as a person reads them. */
export const table = ({ bench, figures, runs, node }: Report): string => {
  const rows = [['figure', 'median', 'min – max', 'budget', ''], ...figures.map(cells)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${bench}: ${runs} runs, Node ${node}   npm run -s bench -- ${bench}`, ...lines].join('\n');
};

const cells = ({ name, value, unit, min, max, budget, within }: Figure): string[] => [
  name,
  `${value} ${unit}`,
  `${min} – ${max}`,
  budget === null ? '' : `${budget} ${unit}`,
  budget === null ? 'for scale' : within ? 'within' : 'MISSED',
];

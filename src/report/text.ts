import { grouped } from '../core/text.ts';
import type { Cell, Table } from './tables.ts';

/** A list for a terminal: its title, then a row a line; figures with their unit. */
export const textOf = ({ title, columns, rows }: Table): string[] => [
  '',
  title,
  ...(rows.length === 0
    ? ['  none']
    : rows.map((row) => `  ${row.map((cell, at) => written(cell, columns[at] ?? '')).join('  ')}`)),
];

const written = (cell: Cell, unit: string): string => {
  if (typeof cell === 'number') return `${grouped(cell)} ${unit}`;
  return typeof cell === 'string' ? cell : cell.name;
};

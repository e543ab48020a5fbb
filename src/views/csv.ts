/** A cell as it comes: text is quoted, numbers are not. */
export type Cell = string | number;

/**
 * A list for a file (RFC 4180, lines end with CR LF). Spreadsheets run what begins with = + - @ (or a tab or CR before it), so such
 * text gets an apostrophe before it.
 * @param columns names of ours
 */
export const csv = (columns: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [columns.join(','), ...rows.map((row) => row.map(cell).join(',')), ''].join('\r\n');

const cell = (value: Cell): string =>
  typeof value === 'number'
    ? String(value)
    : `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;

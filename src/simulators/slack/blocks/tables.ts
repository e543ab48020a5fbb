import { isObject } from '../args.ts';
import { boolean, list, number, object, oneOf, report, type Shape, string, variant } from './check.ts';
import { LIMITS } from './limits.ts';
import { RICH_TEXT } from './rich-text.ts';

const rawText: Shape = { fields: { text: string(LIMITS.text, 0) }, required: ['text'] };
const rawNumber: Shape = {
  fields: { value: number(-1e18, 1e18, false), text: string(LIMITS.text, 0) },
  required: ['value', 'text'],
};
const cell = variant({ raw_text: rawText, raw_number: rawNumber, rich_text: RICH_TEXT });

/** The `table` block: at most 100 rows of 20 cells (facts/slack §3). */
export const TABLE: Shape = {
  fields: {
    rows: list(list(cell, LIMITS.tableColumns), LIMITS.tableRows),
    column_settings: list(
      object({ fields: { align: oneOf('left', 'center', 'right'), is_wrapped: boolean } }),
      LIMITS.tableColumns,
      0,
    ),
  },
  required: ['rows'],
};

/** The `data_table` block: 2..101 rows with the header, of equal length, the header not rich_text (facts/slack §3). */
export const DATA_TABLE: Shape = {
  fields: {
    rows: list(list(cell, LIMITS.tableColumns), LIMITS.dataTableRows, 2),
    caption: string(LIMITS.text),
    page_size: number(1, LIMITS.dataTablePage),
    row_header_column_index: number(0, LIMITS.tableColumns - 1),
  },
  required: ['rows', 'caption'],
  also: (value, at, context) => {
    const rows = Array.isArray(value['rows']) ? value['rows'].filter(Array.isArray) : [];
    if (new Set(rows.map((row) => row.length)).size > 1)
      report(context, `${at}/rows`, 'rows must have equal length');
    if (rows[0]?.some((one: unknown) => isObject(one) && one['type'] === 'rich_text')) {
      report(context, `${at}/rows/0`, 'header cells must not be rich_text');
    }
  },
};

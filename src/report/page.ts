import type { Summary } from '../analytics/summary.ts';
import type { Chart } from '../charts/chart.ts';
import { DECISION_WORDS } from '../charts/theme.ts';
import { DECISIONS, type Decision } from '../core/flow.ts';
import { counted, grouped, span } from '../core/text.ts';
import { drawing, type Html, h, styleSheet } from './html.ts';
import { STYLE } from './style.ts';
import type { Cell, Table } from './tables.ts';

export interface Report {
  /** What was read, as people call it: a file's name. */
  readonly source: string;
  /** The line of definitions §0 that says what the numbers rest on. */
  readonly basis: string;
  readonly window: Summary['window'];
  readonly decisions: Summary['decisions'];
  readonly inexact: boolean;
  readonly tables: readonly Table[];
  /** By the id of the table that a chart stands above. */
  readonly charts: Readonly<Record<string, Chart>>;
  /** Epoch ms; only relative words depend on it. */
  readonly now: number;
}

/** The page may load nothing, run nothing and send nothing: even a name that slipped through could do no harm. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** A whole HTML document that needs nothing but itself. Foreign text in it is literal. */
export const reportPage = (report: Report): string => {
  const { source, basis, tables } = report;
  const title = `Traffic in ${source}`;
  const page = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', {}, title),
      styleSheet(STYLE),
    ),
    h(
      'body',
      {},
      h(
        'main',
        {},
        h('h1', {}, title),
        h('p', { class: 'faint' }, basis),
        h('p', { class: 'faint', id: 'when' }, when(report)),
        ...(report.inexact ? [h('p', {}, 'Some sums are beyond 2^53 and no longer exact.')] : []),
        h('div', { class: 'tiles' }, ...DECISIONS.map((decision) => tile(decision, report))),
        h('nav', {}, ...tables.map(({ id, title: name }) => h('a', { href: `#${id}` }, name))),
        ...tables.map((table) => section(table, report.charts[table.id])),
        h('footer', {}, basis),
      ),
    ),
  );
  return `<!doctype html>\n${page.html}\n`;
};

const when = ({ window, now }: Report): string => {
  if (window === null) return 'No flow could be read.';
  const ago = now - Date.parse(window.to);
  const words = ago >= 0 ? `${span(ago)} ago` : `in ${span(-ago)}`;
  return `The newest flow was last seen ${words}.`;
};

const tile = (decision: Decision, { decisions }: Report): Html =>
  h(
    'div',
    { class: `tile ${decision}` },
    DECISION_WORDS[decision],
    h('b', {}, figure(decisions[decision])),
    h('span', { class: 'faint' }, 'connections'),
  );

const section = ({ id, title, columns, rows }: Table, chart: Chart | undefined): Html => {
  const [first] = rows;
  const kind = (at: number): string => (typeof first?.[at] === 'number' ? 'figure' : 'text');
  return h(
    'section',
    { id },
    h('h2', {}, title, ' ', h('span', { class: 'faint' }, `· ${counted(rows.length, 'row')}`)),
    ...(chart === undefined || rows.length === 0
      ? []
      : [h('div', { class: 'chart wide', role: 'img', 'aria-label': chart.alt }, drawing(chart))]),
    rows.length === 0
      ? h('p', { class: 'faint' }, 'none')
      : h(
          'div',
          { class: 'wide' },
          h(
            'table',
            {},
            h('thead', {}, h('tr', {}, ...columns.map((name, at) => h('th', { class: kind(at) }, name)))),
            h(
              'tbody',
              {},
              ...rows.map((row) =>
                h('tr', {}, ...row.map((cell, at) => h('td', { class: kind(at) }, ...shown(cell)))),
              ),
            ),
          ),
        ),
  );
};

const shown = (cell: Cell): readonly (Html | string)[] => {
  if (typeof cell === 'number') return [figure(cell)];
  if (typeof cell === 'string') return [cell];
  return cell.key === cell.name ? [cell.name] : [cell.name, h('small', {}, cell.key)];
};

/** Grouped for people, in full for machines. */
const figure = (value: number): Html => h('data', { value: String(value) }, grouped(value));

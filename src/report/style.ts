import { COLOURS, DARK, DECISION_COLOURS } from '../charts/theme.ts';

/** Colours of a chart, as a dark page wants them: a presentation attribute yields to any rule of a style sheet (SVG 2 §6.6). */
const darkCharts = (): string =>
  Object.entries(DARK)
    .map(([name, dark]) => {
      const light = COLOURS[name as keyof typeof DARK];
      return `.chart [fill="${light}"]{fill:${dark}}.chart [stroke="${light}"]{stroke:${dark}}`;
    })
    .join('');

const variables = (colours: Partial<typeof COLOURS>): string =>
  ['card', 'ink', 'faint', 'grid']
    .map((name) => `--${name}:${colours[name as keyof typeof COLOURS]}`)
    .join(';');

/** The page's whole style sheet: light and dark as the reader's device says, one column on a phone. Nothing is loaded. */
export const STYLE = `
:root{color-scheme:light dark;${variables(COLOURS)};--page:#f2f4f7}
@media (prefers-color-scheme:dark){:root{${variables(DARK as typeof COLOURS)};--page:#0e1218}${darkCharts()}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;line-height:1.25;margin:0 0 6px}
h2{font-size:18px;line-height:1.3;margin:0 0 12px}
p{margin:0 0 8px}
.faint{color:var(--faint)}
nav{display:flex;flex-wrap:wrap;gap:4px 14px;margin:14px 0 22px;font-size:14px}
a{color:inherit}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.tile,section{background:var(--card);border:1px solid var(--grid);border-radius:10px}
.tile{padding:12px 14px;border-top:4px solid var(--grid)}
.tile b{display:block;font-size:22px;line-height:1.3;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
${Object.entries(DECISION_COLOURS)
  .map(([decision, colour]) => `.tile.${decision}{border-top-color:${colour}}`)
  .join('')}
section{padding:18px;margin:0 0 18px}
.wide{overflow-x:auto}
.chart svg{display:block;width:100%;min-width:560px;max-width:800px;height:auto}
.chart{margin:0 0 14px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
th{font-weight:600;color:var(--faint);white-space:nowrap}
th.figure,td.figure{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.text{overflow-wrap:anywhere;min-width:120px}
td small{display:block;color:var(--faint);font-size:12px}
tr:last-child td{border-bottom:0}
footer{color:var(--faint);font-size:13px}
@media (max-width:600px){main{padding:18px 10px 40px}section{padding:14px 12px}.tiles{grid-template-columns:1fr 1fr}h1{font-size:22px}}
@media print{body{background:none}section{break-inside:avoid-page}}
`;

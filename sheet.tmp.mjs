import { chromium } from 'playwright-core';
import { readdirSync, readFileSync } from 'node:fs';
const [prefix, per] = [process.argv[2], Number(process.argv[3] ?? 5)];
const fs = readdirSync('.tmp').filter((f) => f.startsWith(prefix) && f.endsWith('.png')).sort();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless','--no-sandbox','--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 2000, height: 900 } });
for (let k = 0; k < fs.length; k += per) {
  const html = fs.slice(k, k + per).map((f) => `<img style="vertical-align:top;margin:4px;border:1px solid red" src="data:image/png;base64,${readFileSync('.tmp/' + f).toString('base64')}">`).join('');
  await page.setContent(`<body style="margin:0;background:#888;white-space:nowrap">${html}</body>`);
  await page.locator('body').screenshot({ path: `.tmp/sheet-${prefix}-${k}.png` });
}
await browser.close();

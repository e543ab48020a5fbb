import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resvg as ResvgClass } from '@resvg/resvg-js';
import type { Renderer } from '../../core/ports.ts';

const FONTS = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'];

/** `assets/fonts` of the package this file belongs to, found by walking up: from src/, dist/ and a bundle alike. */
const fontsFolder = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'assets', 'fonts');
};

/** Twice the size of the drawing: sharp on a phone, about 100 kB. */
const ZOOM = 2;

/**
 * SVG → PNG by resvg, with the bundled font alone (facts/performance: without one it draws no text). The library is loaded with the first
 * picture: a bot that draws none pays nothing, and on a machine for which no build of it exists every picture is `undefined`.
 * @param missing told once, with the reason, when the library cannot be loaded
 */
export const createRenderer = (missing: (reason: string) => void): Renderer => {
  let resvg: typeof ResvgClass | 'missing' | undefined;
  const folder = fontsFolder();
  const fontFiles = FONTS.map((name) => join(folder, name));
  const load = (): typeof ResvgClass | 'missing' => {
    try {
      const library = createRequire(import.meta.url)('@resvg/resvg-js') as { Resvg: typeof ResvgClass };
      return library.Resvg;
    } catch (error) {
      missing(error instanceof Error ? error.message : String(error));
      return 'missing';
    }
  };
  return {
    async png(svg) {
      resvg ??= load();
      if (resvg === 'missing') return undefined;
      const drawing = new resvg(svg, {
        fitTo: { mode: 'zoom', value: ZOOM },
        font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter' },
      });
      return drawing.render().asPng();
    },
  };
};

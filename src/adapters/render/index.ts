import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Resvg as ResvgClass } from '@resvg/resvg-js';
import type { Renderer } from '../../core/ports.ts';

/** Where the bundled fonts stand, from dist/ and from src/ alike (both lie two folders below the package). */
const FONTS = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((name) =>
  fileURLToPath(new URL(`../../../assets/fonts/${name}`, import.meta.url)),
);

/** Twice the size of the drawing: sharp on a phone, about 100 kB. */
const ZOOM = 2;

/**
 * SVG → PNG by resvg, with the bundled font alone (facts/performance: without one it draws no text). The library is loaded with the first
 * picture: a bot that draws none pays nothing, and on a machine for which no build of it exists every picture is `undefined`.
 * @param missing told once, with the reason, when the library cannot be loaded
 */
export const createRenderer = (missing: (reason: string) => void): Renderer => {
  let resvg: typeof ResvgClass | 'missing' | undefined;
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
        font: { fontFiles: FONTS, loadSystemFonts: false, defaultFontFamily: 'Inter' },
      });
      return drawing.render().asPng();
    },
  };
};

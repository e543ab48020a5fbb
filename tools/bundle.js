// Joins the program's modules into a few files, in place: node opens and compiles 600 modules of ours one by one, which is a third of a
// start and 15 MB (docs/performance.md). Verbs stay apart, packages stay packages; the single modules stay beside it for tests and benches.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const ours = /^[./]/;

/**
 * V8 keeps the text of what it runs, with two bytes a character as soon as one of them is beyond Latin-1. `charset` leaves tagged templates
 * as they are, because a tag may read them raw; none of ours does.
 */
const escaped = {
  name: 'escaped',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk')
        chunk.code = chunk.code.replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  },
};

rmSync(`${dist}chunks`, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: `${dist}main.js` },
  platform: 'node',
  external: (id) => !ours.test(id),
});
await bundle.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: true,
  charset: 'ascii',
  comments: false,
  plugins: [escaped],
});
await bundle.close();

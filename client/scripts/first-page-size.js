// Fails when the first page's JavaScript outgrows its budget. Run it after `npm run build`.
//
// "First page" means what a browser fetches before Calculate works: the modules that index.html
// preloads, all they import statically, and the root layout and page (nodes 0 and 2).

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

/** kB (1,000 bytes) after gzip: about one second on a slow 3G phone, parsing included. */
const BUDGET_KB = 120;
const PAGE = new URL('../../src/fiblab/server/page', import.meta.url).pathname;
const STATIC_IMPORT = /(?:import|from)\s*["'](\.[^"']+\.js)["']/g;

/** @param {string} file @param {Set<string>} seen */
function follow(file, seen) {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, target] of readFileSync(join(PAGE, file), 'utf8').matchAll(STATIC_IMPORT)) {
    follow(normalize(join(dirname(file), String(target))), seen);
  }
}

if (!existsSync(join(PAGE, 'index.html'))) {
  console.error('No built page found: run `npm run build` first.');
  process.exit(2);
}

const html = readFileSync(join(PAGE, 'index.html'), 'utf8');
/** @type {Set<string>} */
const files = new Set();
for (const [file] of html.matchAll(/_app\/immutable\/[^"']+\.js/g)) follow(file, files);
const entry = [...files].find((file) => file.includes('/entry/app.'));
if (!entry)
  throw new Error('index.html names no entry/app module: has SvelteKit changed its layout?');
for (const [node] of readFileSync(join(PAGE, entry), 'utf8').matchAll(/nodes\/[02]\.[\w-]+\.js/g)) {
  follow(`_app/immutable/${node}`, files);
}

const rows = [...files].map((file) => ({
  file,
  kb: gzipSync(readFileSync(join(PAGE, file))).length / 1000
}));
rows.sort((a, b) => b.kb - a.kb);
for (const { file, kb } of rows) console.log(`${kb.toFixed(1).padStart(7)} kB  ${file}`);
const total = rows.reduce((sum, { kb }) => sum + kb, 0);
console.log(`${total.toFixed(1).padStart(7)} kB  gzip in all; the budget is ${BUDGET_KB} kB`);
process.exit(total > BUDGET_KB ? 1 : 0);

// Fails when src/lib/api/types.gen.ts is not what docs/reference/openapi.json says.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import config from '../openapi-ts.config.ts';

const COMMITTED = new URL('../src/lib/api/types.gen.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'fiblab-types-'));

try {
  await createClient({
    ...config,
    input: new URL('../../docs/reference/openapi.json', import.meta.url).pathname,
    output: { ...config.output, path: folder },
    logs: { level: 'silent' }
  });
  const fresh = readFileSync(join(folder, 'types.gen.ts'), 'utf8');
  if (fresh !== readFileSync(COMMITTED, 'utf8')) {
    console.error('The API has changed: run `npm run types` and commit src/lib/api/types.gen.ts.');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

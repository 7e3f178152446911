import type { UserConfig } from '@hey-api/openapi-ts';

// Types only: the few calls this page makes read better written by hand (src/lib/api/fibonacci.ts).
export default {
  input: '../docs/reference/openapi.json',
  output: { path: 'src/lib/api', clean: false, entryFile: false },
  plugins: ['@hey-api/typescript']
} satisfies UserConfig;

import { defineConfig } from '@hey-api/openapi-ts';

// Types only: the few calls this page makes read better written by hand (src/lib/api/fibonacci.ts).
export default defineConfig({
  input: process.env['OPENAPI'] ?? '../docs/reference/openapi.json',
  output: { path: 'src/lib/api', clean: false, entryFile: false },
  plugins: ['@hey-api/typescript']
});

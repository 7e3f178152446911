import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the API: by default a server started beside it with its defaults. */
const DEV_API = process.env['FIBLAB_DEV_API'] ?? 'http://127.0.0.1:8000';

/** What is the server's and not the page's. */
const API_PATHS = ['/api', '/docs', '/metrics', '/openapi.json', '/readyz'];

/** As the server's own page would ask: it answers no other origin what changes something. */
const asOwnPage = { target: DEV_API, changeOrigin: true, headers: { origin: DEV_API } };

/**
 * Takes the style attribute off SvelteKit's own route announcer: the server's policy is
 * "style-src 'self'", so a browser would refuse it and say so. app.css holds the same rules.
 */
const strictAnnouncer: Plugin = {
  name: 'strict-announcer',
  enforce: 'pre',
  transform: {
    filter: { id: /\/runtime\/components\/root\.svelte$/ },
    handler(code) {
      const stripped = code.replace(/(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/, '$1');
      if (stripped === code) this.error('The announcer has changed: is this plugin still needed?');
      return stripped;
    }
  }
};

export default defineConfig({
  plugins: [
    strictAnnouncer,
    tailwindcss(),
    sveltekit({
      // Straight into the Python package, so that the server serves the page from its own wheel.
      adapter: adapter({ pages: '../src/fiblab/server/page', fallback: 'index.html' }),
      compilerOptions: { runes: true }
    })
  ],
  server: {
    proxy: Object.fromEntries(API_PATHS.map((path) => [path, asOwnPage])),
    fs: { allow: ['../docs/chapters'] } // what /learn shows
  },
  test: { include: ['src/**/*.test.ts'], restoreMocks: true }
});

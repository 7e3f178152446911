import { defineEnvVars } from '@sveltejs/kit/env';

export const variables = defineEnvVars({
  PUBLIC_API_URL: {
    public: true,
    static: true,
    schema: apiOrigin,
    description: 'Origin of the API where it is not the page’s own, e.g. https://api.example.org'
  }
});

/** An origin without a trailing slash; '' means "the page's own origin". */
function apiOrigin(value: string | undefined): string {
  if (!value) return '';
  const url = new URL(value);
  if (!/^https?:$/.test(url.protocol)) {
    throw new Error(`PUBLIC_API_URL must begin with http:// or https://, not ${url.protocol}`);
  }
  return url.href.replace(/\/+$/, '');
}

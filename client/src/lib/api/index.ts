import { PUBLIC_API_URL } from '$app/env/public';
import { FibonacciApi } from './fibonacci.ts';
import { Http } from './http.ts';

/** The page's one line to the API. */
export const api = new FibonacciApi(
  new Http(PUBLIC_API_URL ?? '', globalThis.fetch.bind(globalThis))
);

import { PUBLIC_API_URL } from '$app/env/public';
import { EventsApi } from './events.ts';
import { FibonacciApi } from './fibonacci.ts';
import { Http } from './http.ts';
import { LabApi } from './lab.ts';
import { SystemApi } from './system.ts';

/** The page's one line to the server; each API below speaks over it. */
export const http = new Http(PUBLIC_API_URL ?? '', globalThis.fetch.bind(globalThis));

export const api = new FibonacciApi(http);
export const events = new EventsApi(http);
export const lab = new LabApi(http);
export const system = new SystemApi(http);

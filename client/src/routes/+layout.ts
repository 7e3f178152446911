// A single-page app: the server hands out one static file and knows nothing of routes.
export const ssr = false;

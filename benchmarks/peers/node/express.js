// Express 4 + ioredis + pg: one upsert per request, over pg's pool of ten connections.
//
// As Express's documentation advises for speed: NODE_ENV=production. As ioredis's: autopipelining.
// The statement is prepared once a connection. Features: see features.js.

import cors from 'cors';
import express from 'express4';
import Redis from 'ioredis';
import pg from 'pg';

import * as features from './features.js';

const ROUTE = '/api/v1/fibonacci/:index';
const { settings } = features;

const redis = features.newIoredis(Redis);
const pool = new pg.Pool({ connectionString: settings.postgresUrl });

const app = express();
app.disable('x-powered-by');
app.disable('etag'); // the answers that have a tag bring their own

app.use((request, response, next) => {
  const started = performance.now();
  request.id = features.requestIdOf(request.headers['x-request-id']);
  response.setHeader('x-request-id', request.id);
  response.on('finish', () => {
    const { id, method, originalUrl, route, ip } = request;
    const { statusCode } = response;
    features.noteAnswer(id, method, originalUrl, route?.path ?? 'unmatched', statusCode, ip, started);
  });
  next();
});
app.use(cors({ origin: [settings.corsOrigin] }));

app.get(
  ROUTE,
  handler(async (request, response) => {
    const index = features.parseIndex(request.params.index);
    if (index === null) return refuse(response, 400, 'No index.');
    const value = await redis.hget(settings.valuesKey, index);
    if (value !== null) {
      response.set('etag', features.etagOf(index)).set('cache-control', features.IMMUTABLE);
      return response.json(features.done(index, value));
    }
    const asked = await redis.hexists(features.keys.jobs, index);
    if (!asked) return refuse(response, 404, 'Nobody asked.');
    response.status(202).set('cache-control', features.NO_STORE).set('retry-after', '1');
    return response.json(features.calculating(index));
  }),
);

app.post(
  ROUTE,
  handler(async (request, response) => {
    const index = features.parseIndex(request.params.index);
    if (index === null) return refuse(response, 400, 'No index.');
    const wanted = features.admitArguments(request.ip, index, request.id);
    const [outcome, value] = await redis.admit(...wanted);
    if (outcome === features.LIMITED) return refuse(response, 429, 'Too many requests.');
    if (outcome === features.FULL) return refuse(response, 503, 'The queue is full.');
    const known = outcome === features.KNOWN;
    const values = [request.id, index, known];
    await pool.query({ name: 'record_one', text: features.RECORD_ONE, values });
    response.set('cache-control', features.NO_STORE);
    if (known) return response.json(features.done(index, value));
    response.status(202).set('location', `/api/v1/fibonacci/${index}`).set('retry-after', '1');
    return response.json(features.calculating(index));
  }),
);

app.get(
  '/metrics',
  handler(async (_request, response) => {
    response.type(features.metrics.contentType).send(await features.metrics.metrics());
  }),
);

// Express 4 does not await its handlers.
function handler(answer) {
  return (request, response, next) => {
    answer(request, response).catch(next);
  };
}

function refuse(response, status, title) {
  response.status(status).type('application/problem+json').send(features.problem(status, title));
}

app.listen(settings.port, '127.0.0.1');

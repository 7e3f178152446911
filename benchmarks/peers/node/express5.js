// Express 5, redis, pg: as a tutorial has it. Each step is a call of its own: the rate limit, the
// value, the job, the row, the count.
//
// NODE_ENV=production; `redis` pipelines by itself what the same tick asks for; row and count are
// one transaction. Features: see features.js.

import cors from 'cors';
import express from 'express';
import pg from 'pg';
import { createClient } from 'redis';

import * as features from './features.js';

const ROUTE = '/api/v1/fibonacci/:index';
const { settings } = features;

const redis = createClient({ url: settings.redisUrl });
await redis.connect();
const pool = new pg.Pool({ connectionString: settings.postgresUrl });

const app = express();

app.use((request, response, next) => {
  const started = performance.now();
  request.id = features.requestIdOf(request.get('x-request-id'));
  response.set('x-request-id', request.id);
  response.on('finish', () => {
    const { id, method, originalUrl, route, ip } = request;
    const { statusCode } = response;
    features.noteAnswer(id, method, originalUrl, route?.path ?? 'unmatched', statusCode, ip, started);
  });
  next();
});
app.use(cors({ origin: [settings.corsOrigin] }));
app.use(express.json());

app.get(ROUTE, async (request, response) => {
  const index = features.parseIndex(request.params.index);
  if (index === null) return refuse(response, 400, 'No index.');
  const value = await redis.hGet(settings.valuesKey, String(index));
  if (value !== null) {
    return response.set('cache-control', features.IMMUTABLE).json(features.done(index, value));
  }
  const asked = await redis.hExists(features.keys.jobs, String(index));
  if (!asked) return refuse(response, 404, 'Nobody asked.');
  return response.status(202).set('retry-after', '1').json(features.calculating(index));
});

app.post(ROUTE, limitRate, async (request, response) => {
  const index = features.parseIndex(request.params.index);
  if (index === null) return refuse(response, 400, 'No index.');
  const value = await redis.hGet(settings.valuesKey, String(index));
  if (value === null && !(await enqueue(index))) return refuse(response, 503, 'The queue is full.');
  await record(request.id, index, value !== null);
  if (value !== null) return response.json(features.done(index, value));
  response.status(202).set('location', `/api/v1/fibonacci/${index}`).set('retry-after', '1');
  return response.json(features.calculating(index));
});

app.get('/metrics', async (_request, response) => {
  response.type(features.metrics.contentType).send(await features.metrics.metrics());
});

// So many requests a client and second.
async function limitRate(request, response, next) {
  const key = `${features.keys.rate}${request.ip}:${Math.floor(Date.now() / 1000)}`;
  const [count] = await redis.multi().incr(key).expire(key, 2).exec();
  if (count > settings.rateBurst) return refuse(response, 429, 'Too many requests.');
  return next();
}

// Returns whether the index is in the queue now.
async function enqueue(index) {
  if ((await redis.hLen(features.keys.jobs)) >= settings.queueBound) return false;
  const added = await redis.hSetNX(features.keys.jobs, String(index), JSON.stringify({ index }));
  if (added) await redis.lPush(features.keys.waiting, String(index));
  return true;
}

async function record(requestId, index, known) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into request_ledger (request_id, index, state, closed_at)
       values ($1, $2, case when $3 then 'done' else 'open' end, case when $3 then now() end)`,
      [requestId, index, known],
    );
    await client.query(
      `insert into request_count as total (index, count) values ($1, 1)
       on conflict (index) do update set count = total.count + 1`,
      [index],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

function refuse(response, status, title) {
  response.status(status).type('application/problem+json').send(features.problem(status, title));
}

app.listen(settings.port, '127.0.0.1');

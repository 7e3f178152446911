// Fastify 5 + ioredis, group commit: the fastest that we could make on Node.
//
// As Fastify's documentation advises for speed: answers are serialised by their schema, its own
// request log is off in favour of one line an answer. As ioredis's: autopipelining. pg: a prepared
// statement, one batch in flight. Features: see features.js.

import cors from '@fastify/cors';
import Fastify from 'fastify';
import Redis from 'ioredis';
import pg from 'pg';

import * as features from './features.js';
import { GroupCommit } from './group_commit.js';

const ROUTE = '/api/v1/fibonacci/:index';
const { settings } = features;

const redis = features.newIoredis(Redis);
const postgres = new pg.Client(settings.postgresUrl);
await postgres.connect();
const ledger = new GroupCommit(postgres);

const answer = {
  type: 'object',
  properties: {
    status: { type: 'string' },
    index: { type: 'integer' },
    value: { type: 'string' },
    digit_count: { type: 'integer' },
  },
};
const schema = { response: { 200: answer, 202: answer } };

const app = Fastify({
  logger: false,
  disableRequestLogging: true,
  genReqId: (request) => features.requestIdOf(request.headers['x-request-id']),
});
await app.register(cors, { origin: [settings.corsOrigin] });

app.addHook('onRequest', (request, reply, next) => {
  request.started = performance.now();
  reply.header('x-request-id', request.id);
  next();
});
app.addHook('onResponse', (request, reply, next) => {
  const route = request.routeOptions.url ?? 'unmatched';
  const { id, method, url, ip, started } = request;
  features.noteAnswer(id, method, url, route, reply.statusCode, ip, started);
  next();
});
app.decorateRequest('started', 0);

app.get(ROUTE, { schema }, async (request, reply) => {
  const index = features.parseIndex(request.params.index);
  if (index === null) return refuse(reply, 400, 'No index.');
  const value = await redis.hget(settings.valuesKey, index);
  if (value !== null) {
    reply.header('etag', features.etagOf(index)).header('cache-control', features.IMMUTABLE);
    return features.done(index, value);
  }
  if (!(await redis.hexists(features.keys.jobs, index))) return refuse(reply, 404, 'Nobody asked.');
  reply.code(202).header('cache-control', features.NO_STORE).header('retry-after', '1');
  return features.calculating(index);
});

app.post(ROUTE, { schema }, async (request, reply) => {
  const index = features.parseIndex(request.params.index);
  if (index === null) return refuse(reply, 400, 'No index.');
  const wanted = features.admitArguments(request.ip, index, request.id);
  const [outcome, value] = await redis.admit(...wanted);
  if (outcome === features.LIMITED) return refuse(reply, 429, 'Too many requests.');
  if (outcome === features.FULL) return refuse(reply, 503, 'The queue is full.');
  await ledger.record(request.id, index, outcome === features.KNOWN);
  reply.header('cache-control', features.NO_STORE);
  if (outcome === features.KNOWN) return features.done(index, value);
  reply.code(202).header('location', `/api/v1/fibonacci/${index}`).header('retry-after', '1');
  return features.calculating(index);
});

app.get('/metrics', async (_request, reply) => {
  reply.type(features.metrics.contentType);
  return features.metrics.metrics();
});

function refuse(reply, status, title) {
  return reply.code(status).type('application/problem+json').send(features.problem(status, title));
}

await app.listen({ host: '127.0.0.1', port: settings.port });

// What every Node peer does for every request, and with what, so that a reader can judge fairness:
//
//   request id     the caller's X-Request-ID if it is well-formed, else a new one; sent back
//   access log     one JSON line an answer by pino, buffered as its documentation advises ("Asynchronous
//                  Logging"), to standard output
//   metrics        a counter and a histogram by prom-client, at /metrics; its children looked up once
//   CORS           for the one origin in CORS_ORIGIN, by the framework's own package
//   rate limit     in Redis, by client address, on each POST
//   value          read from Redis on each request; nothing is kept in the process
//   POST           committed to PostgreSQL, a row and a count, before it is answered
//   queue          a missing value becomes a job, once, in a list with a bound
//
// Fiblab does more on each request: trace context, security headers, Host and cross-site checks, a
// deadline, circuit breakers, verification of what the cache says. The peers do without.

import { randomUUID } from 'node:crypto';

import pino from 'pino';
import prometheus from 'prom-client';

const {
  PORT,
  REDIS_URL,
  POSTGRES_URL,
  VALUES_KEY,
  CORS_ORIGIN,
  MAX_INDEX,
  RATE_PER_S,
  RATE_BURST,
  QUEUE_BOUND,
} = process.env;

export const settings = {
  port: Number(PORT),
  redisUrl: REDIS_URL,
  postgresUrl: POSTGRES_URL,
  valuesKey: VALUES_KEY,
  corsOrigin: CORS_ORIGIN,
  maxIndex: Number(MAX_INDEX),
  ratePerS: Number(RATE_PER_S),
  rateBurst: Number(RATE_BURST),
  queueBound: Number(QUEUE_BOUND),
};

export const keys = { jobs: '{peer}:jobs', waiting: '{peer}:waiting', rate: '{peer}:rate:' };

// --- request id, log, metrics ------------------------------------------------------------------

const WELL_FORMED = /^[A-Za-z0-9._-]{1,64}$/;

export function requestIdOf(header) {
  return header !== undefined && WELL_FORMED.test(header) ? header : randomUUID();
}

const log = pino(pino.destination({ fd: 1, sync: false, minLength: 4096 }));

const requests = new prometheus.Counter({
  name: 'http_requests_total',
  help: 'HTTP requests answered.',
  labelNames: ['method', 'route', 'status'],
});
const seconds = new prometheus.Histogram({
  name: 'http_request_seconds',
  help: 'Time from the request to its answer.',
  labelNames: ['method', 'route'],
  buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
});
const children = new Map();

function childrenOf(method, route, status) {
  const name = `${method} ${route} ${status}`;
  let child = children.get(name);
  if (child === undefined) {
    child = {
      answered: requests.labels(method, route, String(status)),
      took: seconds.labels(method, route),
    };
    children.set(name, child);
  }
  return child;
}

// Logs and counts an answer; `started` is what performance.now() said when the request came.
export function noteAnswer(requestId, method, path, route, status, client, started) {
  const ms = performance.now() - started;
  const { answered, took } = childrenOf(method, route, status);
  answered.inc();
  took.observe(ms / 1000);
  log.info({ request_id: requestId, method, path, route, status, ms, client }, 'answered');
}

export const metrics = prometheus.register;

// --- index, answers ----------------------------------------------------------------------------

const INDEX = /^(0|[1-9][0-9]{0,9})$/;

// Returns the index, or null where it is none that is served.
export function parseIndex(text) {
  if (!INDEX.test(text)) return null;
  const index = Number(text);
  return index <= settings.maxIndex ? index : null;
}

export const IMMUTABLE = 'public, max-age=31536000, immutable';
export const NO_STORE = 'no-store';

export const etagOf = (index) => `"json-${index}"`;
export const done = (index, value) => ({
  status: 'done',
  index,
  value,
  digit_count: value.length,
});
export const calculating = (index) => ({ status: 'calculating', index });
export const problem = (status, title) => ({ type: `/problems/${status}`, title, status });

// --- Redis: rate limit, value and job in one call ----------------------------------------------

export const LIMITED = 0;
export const KNOWN = 1;
export const CALCULATING = 2;
export const FULL = 3;

// The generic cell rate algorithm, then the value, then the job.
export const ADMIT = `
local rate, values, jobs, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local index, job, interval, burst, bound = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local debt = math.max(0, (tonumber(redis.call('GET', rate)) or 0) - now) + interval
if debt > burst * interval then return { ${LIMITED} } end
redis.call('SET', rate, string.format('%.0f', now + debt), 'PX', math.ceil(debt / 1000))
local value = redis.call('HGET', values, index)
if value then return { ${KNOWN}, value } end
if redis.call('HEXISTS', jobs, index) == 0 then
  if redis.call('HLEN', jobs) >= bound then return { ${FULL} } end
  redis.call('HSET', jobs, index, job)
  redis.call('LPUSH', waiting, index)
end
return { ${CALCULATING} }`;

export const intervalUs = Math.max(1, Math.floor(1e6 / settings.ratePerS));

// --- PostgreSQL: the statements of fiblab's own ledger -----------------------------------------

export const RECORD_ONE = `
  with inserted as (
    insert into request_ledger (request_id, index, state, closed_at)
    values ($1, $2, case when $3 then 'done' else 'open' end, case when $3 then now() end)
    on conflict (request_id) do nothing
    returning index
  )
  insert into request_count as total (index, count)
  select index, 1 from inserted
  on conflict (index) do update set count = total.count + excluded.count`;

export const RECORD_MANY = `
  with entry as (
    select * from unnest($1::text[], $2::bigint[], $3::boolean[]) as entry (request_id, index, done)
  ), inserted as (
    insert into request_ledger (request_id, index, state, closed_at)
    select request_id, index, case when done then 'done' else 'open' end,
           case when done then now() end
    from entry order by request_id
    on conflict (request_id) do nothing
    returning index
  )
  insert into request_count as total (index, count)
  select index, count(*) from inserted group by index order by index
  on conflict (index) do update set count = total.count + excluded.count`;

// One ioredis client: pipelines by itself what the same tick asks for, scripts by their SHA.
export function newIoredis(Redis) {
  const redis = new Redis(settings.redisUrl, { enableAutoPipelining: true });
  redis.defineCommand('admit', { numberOfKeys: 4, lua: ADMIT });
  return redis;
}

export function admitArguments(client, index, requestId) {
  return [
    keys.rate + client,
    settings.valuesKey,
    keys.jobs,
    keys.waiting,
    index,
    JSON.stringify({ index, request_id: requestId }),
    intervalUs,
    settings.rateBurst,
    settings.queueBound,
  ];
}

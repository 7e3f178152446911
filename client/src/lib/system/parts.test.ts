import { describe, expect, it } from 'vitest';
import { Unreachable } from '#lib/api/errors.ts';
import type { LabProcess } from '#lib/api/lab-types.ts';
import type { Worker } from '#lib/api/system.ts';
import { breakerWords, type Looks, serverPart, storePart, workerParts } from './parts.ts';
import { NO_NAMES } from './worker-names.ts';

const USABLE = { usable: true, breaker: 'closed' };
const GONE = { usable: false, breaker: 'open' };
const NOTHING: Looks = {
  ...{ readiness: null, serverError: null, depth: null },
  ...{ processes: null, workers: null, names: NO_NAMES }
};

function readiness(redis = USABLE, postgres = USABLE, draining = false): Looks['readiness'] {
  const ready = redis.usable && postgres.usable && !draining;
  return { ready, draining, checks: { redis, postgres } };
}

function worker(pid: number, more: Partial<Worker> = {}): Worker {
  return {
    ...{ name: `host-${pid}-ab`, host: 'host', pid, lanes: ['light'] },
    ...{ since: '1970-01-01T00:00:00Z', seen_s_ago: 1, holds: [], ...more }
  };
}

const process = (kind: LabProcess['kind'], more: Partial<LabProcess> = {}): LabProcess => ({
  ...{ name: kind, kind, state: 'running' as const, pid: 7 },
  ...more
});

describe('The server', () => {
  it.each([
    ['looked for', NOTHING, 'unknown'],
    ['ready', { ...NOTHING, readiness: readiness() }, 'well'],
    ['without a store', { ...NOTHING, readiness: readiness(GONE) }, 'weak'],
    ['about to stop', { ...NOTHING, readiness: readiness(USABLE, USABLE, true) }, 'weak'],
    ['gone', { ...NOTHING, readiness: readiness(), serverError: new Unreachable('') }, 'down']
  ])('that is %s is shown so', (_case, looks, health) => {
    expect(serverPart(looks).health).toBe(health);
  });
});

describe('A store', () => {
  it('is as the server sees it', () => {
    const looks = { ...NOTHING, readiness: readiness(GONE) };
    expect(storePart('redis', looks)).toMatchObject({ health: 'down', words: 'no answer' });
    expect(breakerWords('redis', looks)).toBe('breaker open');
    expect(storePart('postgres', looks)).toMatchObject({ health: 'well' });
  });

  it('is as its process is, where the lab keeps it: the server cannot tell a frozen one', () => {
    const processes = [process('redis', { state: 'frozen' })];
    const looks = { ...NOTHING, readiness: readiness(), processes };
    expect(storePart('redis', looks)).toMatchObject({ health: 'weak', words: 'frozen' });
  });

  it('is not known while the server does not answer', () => {
    const looks = { ...NOTHING, readiness: readiness(), serverError: new Unreachable('') };
    expect(storePart('redis', looks).health).toBe('unknown');
    expect(breakerWords('redis', looks)).toBe('breaker not known');
  });
});

describe('A worker', () => {
  it('keeps its place when its process is replaced, and is found by its pid in the queue', () => {
    const names = new Map([['worker', ['host-7-ab']]]);
    const processes = [process('worker')];
    const [part] = workerParts({ ...NOTHING, names, processes, workers: [worker(7)] });
    expect(part).toMatchObject({ id: 'worker', queueNames: ['host-7-ab'], doing: 'idle' });
    const replaced = [process('worker', { pid: 8 })];
    const [next] = workerParts({ ...NOTHING, names, processes: replaced, workers: [worker(7)] });
    expect(next).toMatchObject({ id: 'worker', queueNames: ['host-7-ab'], doing: '' });
  });

  it('says what it holds', () => {
    const holds = [{ index: 1_000_000, attempt: 1, lease_left_s: 9 }];
    const looks = { ...NOTHING, workers: [worker(7, { holds })] };
    expect(workerParts(looks)[0]?.doing).toBe('at F(1,000,000)');
    const two = { ...NOTHING, workers: [worker(7, { holds: [...holds, ...holds] })] };
    expect(workerParts(two)[0]?.doing).toBe('holds 2 jobs');
  });

  it('is shown without a lab too', () => {
    const looks = { ...NOTHING, workers: [worker(7), worker(8)] };
    expect(workerParts(looks).map(({ name }) => name)).toEqual(['host 7', 'host 8']);
  });
});

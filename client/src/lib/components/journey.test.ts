import { afterEach, expect, it, vi } from 'vitest';
import { problemError } from '#lib/api/errors.ts';
import type { Answer } from '#lib/api/fibonacci.ts';
import { Calculation } from '#lib/state/calculation.svelte.ts';
import { handWorld, settle } from '#lib/state/world.test-kit.ts';
import { whereabouts } from './journey.ts';

const calculating = { index: 40, status: 'calculating' } as const;
const done: Answer = { index: 40, status: 'done', value: '102334155', digit_count: 9 };
const reason = { category: 'worker_lost', detail: 'd' };

/** A calculation that has been requested, and has got this first answer. */
async function given(answer: () => Promise<Answer>): Promise<Calculation> {
  const look = () => new Promise<never>(() => {});
  const calculation = new Calculation(40, { ...handWorld(), api: { request: answer, look } });
  calculation.request();
  await settle();
  return calculation;
}

afterEach(() => vi.useRealTimers());

it('is nowhere before there is a request', () => {
  expect(whereabouts(undefined).here).toBeNull();
});

it.each<[string, Answer, string, string[]]>([
  ['in the queue until a worker begins', calculating, 'queue', ['client', 'server']],
  [
    'with the worker that has begun',
    { ...calculating, attempts: 1 },
    'worker',
    ['client', 'server', 'queue']
  ],
  [
    'with the worker that tells its progress',
    { ...calculating, progress: 0.1 },
    'worker',
    ['client', 'server', 'queue']
  ],
  ['in the cache, past no queue, where it was known', done, 'cache', ['client', 'server']],
  [
    'with the worker that failed it',
    { index: 40, status: 'failed', attempts: 3, reason },
    'worker',
    ['client', 'server', 'queue']
  ]
])('is %s', async (_case, answer, here, passed) => {
  const calculation = await given(async () => answer);
  const place = whereabouts(calculation);
  expect(place).toEqual({ here, passed, failed: answer.status === 'failed' });
  calculation.dispose();
});

it('stays with the server while that has not answered, and has failed there when it refused', async () => {
  const asking = await given(() => new Promise(() => {}));
  expect(whereabouts(asking)).toEqual({ here: 'server', passed: ['client'], failed: false });
  asking.dispose();
  const text = { type: 't', title: 't', detail: 'd', request_id: 'r', definite: true };
  const refused = await given(() => Promise.reject(problemError({ ...text, status: 422 }, null)));
  expect(whereabouts(refused)).toEqual({ here: 'server', passed: ['client'], failed: true });
});

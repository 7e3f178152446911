import { afterEach, describe, expect, it, vi } from 'vitest';
import { problemError, Unreachable } from '#lib/api/errors.ts';
import type { Answer, FibonacciApi, Reply } from '#lib/api/fibonacci.ts';
import { Calculation } from './calculation.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

const DONE: Answer = { index: 40, status: 'done', value: '102334155', digit_count: 9 };
const QUEUED: Answer = { index: 40, status: 'calculating' };
const claimed = (attempts: number): Answer => ({ index: 40, status: 'calculating', attempts });
const reply = (answer: Answer): Reply => ({ answer, retryAfterMs: null });

function given(api: Partial<FibonacciApi>) {
  const calls = {
    request: vi.fn(api.request ?? (async () => QUEUED)),
    look: vi.fn(api.look ?? (async () => reply(DONE)))
  };
  const told = { onAccepted: vi.fn(), onDone: vi.fn() };
  const calculation = new Calculation(40, { ...handWorld(), api: calls, ...told });
  return { ...calls, ...told, calculation };
}

const steps = ({ moments }: Calculation) => moments.map(({ step }) => step);

afterEach(() => vi.useRealTimers());

describe('Calculation', () => {
  it('is on its way before the server has answered', () => {
    const { calculation } = given({});
    calculation.request();
    expect(calculation.status).toBe('asking');
    expect(calculation.running).toBe(true);
    expect(steps(calculation)).toEqual(['asked']);
  });

  it('requests once, then looks until it is done', async () => {
    const { calculation, request, look, onAccepted, onDone } = given({});
    calculation.request();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(request).toHaveBeenCalledTimes(1);
    expect(look).toHaveBeenCalledTimes(1);
    expect(onAccepted).toHaveBeenCalledExactlyOnceWith(40);
    expect(onDone).toHaveBeenCalledExactlyOnceWith(40, 9);
    expect(steps(calculation)).toEqual(['asked', 'queued', 'done']);
    expect(calculation.tookMs).toBe(100);
    expect(calculation.wasKnown).toBe(false);
  });

  it('lets the server hold a look only once a worker has the job', async () => {
    const answers = [QUEUED, claimed(1), claimed(1)];
    const { calculation, look } = given({ look: async () => reply(answers.shift() ?? DONE) });
    calculation.request();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(look.mock.calls.map(([, holdS]) => holdS)).toEqual([0, 0, 1, 1]);
  });

  it('shows each attempt of a worker once', async () => {
    const answers = [claimed(1), claimed(1), claimed(2), DONE];
    const { calculation } = given({ look: async () => reply(answers.shift() ?? DONE) });
    calculation.request();
    await vi.advanceTimersByTimeAsync(10_000);
    const seen = calculation.moments.map(({ step, attempt }) => `${step} ${attempt}`);
    expect(seen).toEqual(['asked 0', 'queued 0', 'claimed 1', 'claimed 2', 'done 0']);
  });

  it('tells a value that was there already', async () => {
    const { calculation } = given({ request: async () => DONE });
    calculation.request();
    await settle();
    expect(calculation.wasKnown).toBe(true);
  });

  it('sends a lost request again under the same key, so that it is counted once', async () => {
    let lost = 2;
    const { calculation, request } = given({
      request: async () => {
        if (lost-- > 0) throw new Unreachable('lost');
        return DONE;
      }
    });
    calculation.request();
    await vi.advanceTimersByTimeAsync(5_000);
    const keys = request.mock.calls.map(([, key]) => key);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(calculation.status).toBe('done');
  });

  it('keeps the key over a retry by hand, and takes a new one for a new request', async () => {
    const { calculation, request } = given({
      request: () => Promise.reject(new Unreachable('lost'))
    });
    calculation.request();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calculation.poller.phase).toBe('gave-up');
    calculation.retry();
    calculation.request();
    const keys = request.mock.calls.map(([, key]) => key);
    expect(keys.at(-2)).toBe(keys[0]);
    expect(keys.at(-1)).not.toBe(keys[0]);
    calculation.dispose();
  });

  it('stops at a refusal, with the reason', async () => {
    const problem = {
      type: 'x',
      title: 'Out of range',
      status: 422,
      detail: 'd',
      request_id: 'r',
      definite: true
    };
    const { calculation, request } = given({
      request: () => Promise.reject(problemError(problem, null))
    });
    calculation.request();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(request).toHaveBeenCalledTimes(1);
    expect(calculation.problem?.message).toBe('d');
    expect(calculation.running).toBe(false);
  });

  it('only looks where it was not asked to request', async () => {
    const { calculation, request } = given({
      look: async () => reply({ index: 40, status: 'absent' })
    });
    calculation.look();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(request).not.toHaveBeenCalled();
    expect(calculation.status).toBe('absent');
    expect(steps(calculation)).toEqual(['looked', 'absent']);
  });

  it('throws a fault of the page itself, for the error boundary', async () => {
    const { calculation } = given({ request: () => Promise.reject(new TypeError('a bug')) });
    calculation.request();
    await settle();
    expect(() => calculation.problem).toThrow('a bug');
  });
});

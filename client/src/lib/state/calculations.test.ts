import { afterEach, expect, it, vi } from 'vitest';
import { Unreachable } from '#lib/api/errors.ts';
import type { Answer } from '#lib/api/fibonacci.ts';
import { Calculations } from './calculations.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

function given(answer: (index: number) => Promise<Answer>) {
  const look = async (index: number) => ({ answer: await answer(index), retryAfterMs: null });
  const api = { request: vi.fn(answer), look: vi.fn(look) };
  return { api, calculations: new Calculations({ ...handWorld(), api }) };
}

const never = () => new Promise<never>(() => {});
const indices = ({ list }: Calculations) => list.map(({ index }) => index);

afterEach(() => vi.useRealTimers());

it('holds the newest first, one card for an index', () => {
  const { calculations } = given(never);
  for (const index of [1, 2, 3, 2]) calculations.request(index);
  expect(indices(calculations)).toEqual([2, 3, 1]);
});

it('counts every request, even of an index that has a card', () => {
  const { calculations, api } = given(never);
  calculations.request(5);
  calculations.request(5);
  expect(api.request).toHaveBeenCalledTimes(2);
});

it('shows a card that is there without asking the server again', () => {
  const { calculations, api } = given(never);
  for (const index of [1, 2]) calculations.request(index);
  calculations.show(1);
  expect(indices(calculations)).toEqual([1, 2]);
  expect(api.look).not.toHaveBeenCalled();
});

it('aborts the calls of a card that leaves', () => {
  const signals: (AbortSignal | undefined)[] = [];
  const api = {
    request: (_index: number, _key: string, signal?: AbortSignal) => (
      signals.push(signal),
      never()
    ),
    look: never
  };
  const calculations = new Calculations({ ...handWorld(), api });
  for (let index = 1; index <= 9; index += 1) calculations.request(index);
  calculations.remove(9);
  expect(signals.map((signal) => signal?.aborted)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    false,
    false,
    true
  ]);
});

it('goes on with what a lost connection has stopped', async () => {
  let online = false;
  const { calculations } = given(async (index) => {
    if (!online) throw new Unreachable('offline');
    return { index, status: 'done', digit_count: 1, value: '1' };
  });
  calculations.request(1);
  await vi.advanceTimersByTimeAsync(60_000);
  online = true;
  calculations.resume();
  await settle();
  expect(calculations.newest?.status).toBe('done');
});

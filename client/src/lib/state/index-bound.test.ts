import { expect, it, vi } from 'vitest';
import { Unreachable } from '#lib/api/errors.ts';
import { IndexBound } from './index-bound.svelte.ts';

it('asks until it knows, and never again', async () => {
  const maxIndex = vi.fn(async () => 500);
  maxIndex.mockRejectedValueOnce(new Unreachable('offline'));
  const bound = new IndexBound({ maxIndex });
  await bound.learn();
  expect(bound.max).toBeNull();
  await bound.learn();
  await bound.learn();
  expect(bound.max).toBe(500);
  expect(maxIndex).toHaveBeenCalledTimes(2);
});

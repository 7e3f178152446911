import { afterEach, expect, it, vi } from 'vitest';
import type { Transitions } from '#lib/api/events.ts';
import { TransitionTail } from './transition-tail.svelte.ts';
import { handWorld } from './world.test-kit.ts';

const transitions = (kind: Transitions['kind'], ...indices: number[]): Transitions => ({
  ...{ at: '', at_ms: 1, kind },
  jobs: indices.map((index) => ({ index, detail: '' }))
});

const given = () => new TransitionTail(handWorld().clock);

afterEach(() => vi.useRealTimers());

it('shows the newest first, many jobs in one line, and no progress', () => {
  const tail = given();
  tail.add([transitions('claimed', 1), transitions('progress', 1), transitions('due', 2, 3, 4)]);
  expect(tail.lines).toMatchObject([
    { kind: 'due', index: 2, others: 2 },
    { kind: 'claimed', index: 1, others: 0 }
  ]);
});

it('keeps few however many come, and shows them four times a second', async () => {
  const tail = given();
  let shown = tail.lines;
  let changes = 0;
  for (let index = 0; index < 1_000; index += 1) {
    tail.add([transitions('claimed', index)]);
    await vi.advanceTimersByTimeAsync(1);
    if (shown !== tail.lines) changes += 1;
    shown = tail.lines;
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(changes).toBeLessThan(9);
  expect(tail.lines).toHaveLength(10);
  expect(tail.lines[0]?.index).toBe(999);
});

it('holds still, and then shows what came meanwhile', async () => {
  const tail = given();
  tail.hold();
  tail.add([transitions('claimed', 1)]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(tail.lines).toEqual([]);
  tail.release();
  expect(tail.lines).toHaveLength(1);
});

it('leaves no timer behind', () => {
  const tail = given();
  tail.add([transitions('claimed', 1)]);
  tail.stop();
  expect(vi.getTimerCount()).toBe(0);
});

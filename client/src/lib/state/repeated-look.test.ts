import { afterEach, expect, it, vi } from 'vitest';
import { RepeatedLook } from './repeated-look.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

function given(look: () => Promise<number>, isFinal?: (error: unknown) => boolean) {
  const world = handWorld();
  const looked = vi.fn(look);
  const repeated = new RepeatedLook<number>(looked, 1_000, world, isFinal);
  repeated.start();
  return { repeated, looked, tab: world.visibility };
}

afterEach(() => vi.useRealTimers());

it('looks every so often while the tab is seen, and at once when it is shown again', async () => {
  const { repeated, looked, tab } = given(async () => 7);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(looked).toHaveBeenCalledTimes(3);
  tab.turn(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looked).toHaveBeenCalledTimes(3);
  tab.turn(false);
  expect(looked).toHaveBeenCalledTimes(4);
  repeated.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps the last good value when a look fails, and goes on', async () => {
  let down = false;
  const { repeated } = given(async () => {
    if (down) throw new Error('down');
    return 7;
  });
  await settle();
  down = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(repeated).toMatchObject({ value: 7, error: new Error('down') });
  down = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(repeated.error).toBeNull();
  repeated.stop();
});

it('ends at a failure that is final', async () => {
  const { looked } = given(
    () => Promise.reject(new Error('never')),
    () => true
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looked).toHaveBeenCalledTimes(1);
});

it('holds still, whatever the tab does, until it is released', async () => {
  const { repeated, looked, tab } = given(async () => 7);
  await settle();
  repeated.hold();
  tab.turn(true);
  tab.turn(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looked).toHaveBeenCalledTimes(1);
  repeated.release();
  expect(looked).toHaveBeenCalledTimes(2);
  repeated.stop();
});

it('ignores a look that was under way when an order brought something newer', async () => {
  let answer: (value: number) => void = () => {};
  const { repeated } = given(() => new Promise((resolve) => (answer = resolve)));
  repeated.hold();
  repeated.take(2);
  answer(1);
  await settle();
  expect(repeated.value).toBe(2);
  repeated.stop();
});

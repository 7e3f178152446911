import { afterEach, expect, it, vi } from 'vitest';
import { LiveAnswer } from './live-answer.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

function given(ask: (signal: AbortSignal) => Promise<number> = async () => 1) {
  const world = handWorld();
  const asked = vi.fn(ask);
  const answer = new LiveAnswer(asked, world);
  answer.start();
  return { answer, asked, tab: world.visibility };
}

/** A call that a test answers by hand, in the order in which it was asked. */
function byHand() {
  const answers: ((value: number) => void)[] = [];
  return { answers, ask: () => new Promise<number>((resolve) => answers.push(resolve)) };
}

afterEach(() => vi.useRealTimers());

it('asks at once, and however much happens, once a second', async () => {
  const { answer, asked } = given();
  await settle();
  for (let change = 0; change < 300; change += 1) {
    answer.changed();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(asked).toHaveBeenCalledTimes(4);
  answer.stop();
});

it('asks once more where something happened while it was asking', async () => {
  const { answers, ask } = byHand();
  const { answer, asked } = given(ask);
  answer.changed();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(asked).toHaveBeenCalledTimes(1);
  answers[0]?.(1);
  await settle();
  expect(asked).toHaveBeenCalledTimes(2);
  answer.stop();
});

it('asks now and then even where nothing happens', async () => {
  const { answer, asked } = given();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toHaveBeenCalledTimes(3);
  answer.stop();
});

it('lets a refresh win over what is being asked', async () => {
  const { answers, ask } = byHand();
  const { answer } = given(ask);
  answer.refresh();
  answers[1]?.(2);
  answers[0]?.(1);
  await settle();
  expect(answer.value).toBe(2);
  answer.stop();
});

it('holds still while paused, and asks when that ends', async () => {
  const { answers, ask } = byHand();
  const { answer, asked } = given(ask);
  answers[0]?.(1);
  await settle();
  answer.refresh();
  answer.pause();
  answers[1]?.(2);
  answer.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answer.value).toBe(1);
  expect(asked).toHaveBeenCalledTimes(2);
  answer.resume();
  expect(asked).toHaveBeenCalledTimes(3);
  answer.stop();
});

it('asks while paused where there is nothing yet to hold, and where somebody wants it', async () => {
  const { answers, ask } = byHand();
  const { answer } = given(ask);
  answer.pause();
  answers[0]?.(1);
  await settle();
  expect(answer.value).toBe(1);
  answer.refresh();
  answers[1]?.(2);
  await settle();
  expect(answer.value).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
  answer.stop();
});

it('rests while the tab is hidden', async () => {
  const { answer, asked, tab } = given();
  await settle();
  tab.turn(true);
  answer.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  tab.turn(false);
  expect(asked).toHaveBeenCalledTimes(2);
  answer.stop();
});

it('keeps what it has when it fails, tries again, and mends itself', async () => {
  let fails = false;
  const { answer } = given(async () => {
    if (fails) throw new Error('down');
    return 1;
  });
  await settle();
  fails = true;
  answer.refresh();
  await settle();
  expect(answer.value).toBe(1);
  expect(answer.error).toEqual(new Error('down'));
  fails = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(answer.error).toBeNull();
  answer.stop();
});

it('leaves nothing behind when it is stopped', async () => {
  const { answer, asked, tab } = given();
  await settle();
  answer.stop();
  answer.changed();
  answer.refresh();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
  expect(tab.listenerCount).toBe(0);
});

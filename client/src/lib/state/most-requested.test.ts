import { afterEach, expect, it, vi } from 'vitest';
import { MostRequested } from './most-requested.svelte.ts';
import { handWorld, settle } from './world.test-kit.ts';

function given(mostRequested: () => Promise<{ index: number; count: number }[]>) {
  const world = { ...handWorld(), api: { mostRequested: vi.fn(mostRequested) } };
  const chart = new MostRequested(world);
  chart.start();
  return { chart, tab: world.visibility, looked: world.api.mostRequested };
}

afterEach(() => vi.useRealTimers());

it('looks every so often while the tab is seen, and at once when it is shown again', async () => {
  const { chart, tab, looked } = given(async () => []);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(looked).toHaveBeenCalledTimes(3);
  tab.turn(true);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(looked).toHaveBeenCalledTimes(3);
  tab.turn(false);
  expect(looked).toHaveBeenCalledTimes(4);
  chart.stop();
  expect(vi.getTimerCount()).toBe(0);
});

it('keeps what it has, marked stale, when a look fails, and mends itself', async () => {
  let fails = false;
  const { chart } = given(async () => {
    if (fails) throw new Error('down');
    return [{ index: 40, count: 7 }];
  });
  await settle();
  fails = true;
  chart.refresh();
  await settle();
  expect(chart).toMatchObject({ items: [{ index: 40, count: 7 }], stale: true });
  fails = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(chart.stale).toBe(false);
  chart.stop();
});

it('lets a newer look win over one that is under way', async () => {
  const answers: ((items: { index: number; count: number }[]) => void)[] = [];
  const { chart } = given(() => new Promise((resolve) => answers.push(resolve)));
  chart.refresh();
  answers[1]?.([{ index: 1, count: 2 }]);
  answers[0]?.([{ index: 1, count: 1 }]);
  await settle();
  expect(chart.items).toEqual([{ index: 1, count: 2 }]);
  chart.stop();
});

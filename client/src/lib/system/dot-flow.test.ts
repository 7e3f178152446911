import { expect, it } from 'vitest';
import { DotFlow, MOST_DOTS, TRAVEL_MS } from './dot-flow.ts';

it('moves a dot from one end to the other, once', () => {
  const flow = new DotFlow();
  flow.pulse('enqueued', 1, 1_000);
  expect(flow.shares('enqueued', 1_000)).toEqual([0]);
  expect(flow.shares('enqueued', 1_000 + TRAVEL_MS / 2)).toEqual([0.5]);
  expect(flow.shares('enqueued', 1_000 + TRAVEL_MS)).toEqual([]);
});

it('never has more dots on a way than it may, whatever the load', () => {
  const flow = new DotFlow();
  for (let ms = 0; ms < 5_000; ms += 10) {
    flow.pulse('enqueued', 100, ms);
    expect(flow.shares('enqueued', ms).length).toBeLessThanOrEqual(MOST_DOTS);
  }
  expect(flow.shares('enqueued', 5_000 + 3 * TRAVEL_MS)).toEqual([]);
});

it('keeps dots apart that started together, and ways from one another', () => {
  const flow = new DotFlow();
  flow.pulse('enqueued', 2, 0);
  flow.pulse('dead', 1, 0);
  expect(flow.shares('enqueued', TRAVEL_MS / MOST_DOTS)).toEqual([1 / MOST_DOTS, 0]);
  expect(flow.shares('dead', 0)).toEqual([0]);
});

it('spreads what is known of a whole second over a second', () => {
  const flow = new DotFlow();
  flow.pulse('requests', 4, 0, 1_000);
  expect(flow.shares('requests', 600)).toHaveLength(3);
});

it('stands still at once when it is cleared', () => {
  const flow = new DotFlow();
  flow.pulse('enqueued', 5, 0);
  flow.clear();
  expect(flow.shares('enqueued', 10)).toEqual([]);
});

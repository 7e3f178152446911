import { expect, it } from 'vitest';
import { formatMoment, roomyLength, ticksOf } from './time-axis.ts';

it.each([
  [10_000, 5, [0, 2, 4, 6, 8, 10]],
  [950, 5, [0, 0.2, 0.4, 0.6, 0.8]],
  [61_000, 4, [0, 20, 40, 60]]
])('names round moments of %i ms', (lengthMs, most, seconds) => {
  const ticks = ticksOf(lengthMs, most);
  expect(ticks.map(({ atMs }) => atMs / 1_000)).toEqual(seconds);
  expect(ticks.length).toBeLessThanOrEqual(most + 1);
});

it('has a beginning even where nothing has happened yet', () => {
  expect(ticksOf(0, 5)).toEqual([{ atMs: 0, label: '0 s' }]);
});

it('gives a run room to grow, so that its scale does not jump with every event', () => {
  expect([0, 900, 1_010, 9_000, 21_000].map(roomyLength)).toEqual([
    ...[1_000, 1_000, 1_200, 10_000, 30_000]
  ]);
});

it('tells moments without needless digits', () => {
  expect([0, 250, 4_000, 65_004].map(formatMoment)).toEqual(['0 s', '0.25 s', '4 s', '65.004 s']);
});

import { describe, expect, it } from 'vitest';
import { axisTo, formatTick, linePath, lonePath, tickPositions } from './scale.ts';

describe('axisTo', () => {
  it.each([
    [10, [0, 2.5, 5, 7.5, 10]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 25, 50, 75, 100]],
    [101, [0, 50, 100, 150]],
    [1_234, [0, 500, 1_000, 1_500]],
    [0.3, [0, 0.1, 0.2, 0.3]],
    [0, [0, 0.25]]
  ])('for %d has ticks that people count in', (largest, ticks) => {
    expect(axisTo(largest)).toEqual({ ticks, max: ticks.at(-1) });
  });

  it('counts in whole numbers where nothing else can be', () => {
    expect(axisTo(2, 4, true).ticks).toEqual([0, 1, 2]);
    expect(axisTo(0, 4, true).ticks).toEqual([0, 1]);
    expect(axisTo(10, 4, true).ticks).toEqual([0, 5, 10]);
  });

  it('takes what is no number for nothing', () => {
    expect(axisTo(Number.NEGATIVE_INFINITY).max).toBeGreaterThan(0);
  });
});

describe('tickPositions', () => {
  it.each([
    [61, 5, [0, 15, 30, 45, 60]],
    [3, 5, [0, 1, 2]],
    [1, 5, [0]],
    [0, 5, []]
  ])('of %i with at most %i', (length, most, positions) => {
    expect(tickPositions(length, most)).toEqual(positions);
  });
});

describe('A line', () => {
  const same = (number: number) => number;

  it.each([
    [[1, 2], 'M0.0 1.0L1.0 2.0', ''],
    [[1, 2, null, 4, 5], 'M0.0 1.0L1.0 2.0M3.0 4.0L4.0 5.0', ''],
    [[1, 2, null, 4, null, 6], 'M0.0 1.0L1.0 2.0', 'M3.0 4.0h0M5.0 6.0h0'],
    [[null, null], '', '']
  ])('through %j has gaps, and dots for what stands alone', (values, line, dots) => {
    expect(linePath(values, same, same)).toBe(line);
    expect(lonePath(values, same, same)).toBe(dots);
  });
});

describe('formatTick', () => {
  it('groups thousands and spares decimals', () => {
    expect([1_500, 0.25, 0].map(formatTick)).toEqual(['1,500', '0.25', '0']);
  });
});

import { expect, it } from 'vitest';
import { DurationHistogram } from './duration-histogram.ts';

function given(durations: number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const ms of durations) histogram.add(ms);
  return histogram;
}

it('knows nothing before anything was counted, and again once it is cleared', () => {
  expect(given([]).quantiles()).toBeNull();
  const histogram = given([5]);
  histogram.clear();
  expect(histogram.quantiles()).toBeNull();
});

it('is at most 5 % off, over a range from milliseconds to minutes', () => {
  for (const ms of [1, 7, 40, 999, 12_345, 600_000]) {
    const read = given([ms]).quantiles()?.p50 ?? 0;
    expect(Math.abs(read - ms) / ms).toBeLessThan(0.05);
  }
});

it('gives the value below which each share lies', () => {
  const { p50, p95, p99 } = given(Array.from({ length: 1_000 }, (_, at) => at + 1)).quantiles() ?? {
    p50: 0,
    p95: 0,
    p99: 0
  };
  expect(p50 / 500).toBeCloseTo(1, 1);
  expect(p95 / 950).toBeCloseTo(1, 1);
  expect(p99 / 990).toBeCloseTo(1, 1);
});

it('adds up', () => {
  const sum = given([1, 1, 1]);
  sum.addAll(given([1_000]));
  expect(sum.count).toBe(4);
  expect(sum.quantiles()?.p99).toBeGreaterThan(900);
});

it('takes a negative duration for none, and an endless one for the longest', () => {
  expect(given([-5]).quantiles()?.p50).toBe(0);
  expect(given([Number.MAX_VALUE]).quantiles()?.p50).toBeGreaterThan(3_000_000);
});

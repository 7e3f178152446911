import { describe, expect, it } from 'vitest';
import { fullJitter } from './backoff.ts';

const BACKOFF = { baseMs: 200, capMs: 4_000 };
const almostOne = () => 0.999_999;

describe('fullJitter', () => {
  it('doubles its ceiling with each round until the cap', () => {
    const ceilings = [0, 1, 2, 3, 4, 5, 60].map((round) => fullJitter(round, BACKOFF, almostOne));
    expect(ceilings.map(Math.round)).toEqual([200, 400, 800, 1_600, 3_200, 4_000, 4_000]);
  });

  it('spreads over the whole span down to nothing', () => {
    expect(fullJitter(9, BACKOFF, () => 0)).toBe(0);
    expect(fullJitter(9, BACKOFF, () => 0.5)).toBe(2_000);
  });
});

import { expect, it } from 'vitest';
import { lightRange, oneHeavy, someLight } from './random-load.ts';

const ALMOST_ONE = () => 0.999_999_9;
const ZERO = () => 0;

it('stays beyond what is always known, and within what is light', () => {
  expect(someLight(2, ZERO)).toEqual([1_001, 1_001]);
  expect(someLight(1, ALMOST_ONE)).toEqual([200_000]);
  expect(lightRange(500, ZERO)).toEqual({ from: 1_001, to: 1_500 });
  expect(lightRange(500, ALMOST_ONE)).toEqual({ from: 199_501, to: 200_000 });
});

it('asks for nothing that the server does not take', () => {
  expect(oneHeavy(null, ZERO)).toBe(30_000_000);
  expect(oneHeavy(5_000, ALMOST_ONE)).toBe(5_000);
});

import { expect, it } from 'vitest';
import { readSeed } from './seed-text.ts';

it('reads a whole number, or nothing', () => {
  expect([readSeed(' 42 '), readSeed('0'), readSeed(' ')]).toEqual([
    { seed: 42 },
    { seed: 0 },
    { seed: null }
  ]);
});

it.each(['-1', '1.5', '1e3', 'x', '2147483648', '99999999999'])('refuses %s', (text) => {
  expect(readSeed(text)).toHaveProperty('fault');
});

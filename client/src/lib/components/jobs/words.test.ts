import { expect, it } from 'vitest';
import { tellAgo, tellStep } from './words.ts';

it.each([
  [-5_000, 'just now'],
  [1_999, 'just now'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [7_200_000, '2 h ago'],
  [200_000_000, '2 days ago']
])('tells %i ms as %s', (ms, words) => {
  expect(tellAgo(ms)).toBe(words);
});

it('reads the detail of a step', () => {
  expect(tellStep('retrying', '312')).toContain('312 ms');
  expect(tellStep('progress', '0.417')).toBe('At 42 %');
  expect(tellStep('dead', 'worker_died')).toBe('Given up: worker died');
});

import { expect, it } from 'vitest';
import type { TransitionKind, Transitions } from '#lib/api/events.ts';
import { describeTransitions } from './transition-words.ts';

function given(kind: TransitionKind, indices: number[]): Transitions {
  const jobs = indices.map((index) => ({ index, detail: '' }));
  return { at: '1970-01-01T00:00:00.000Z', at_ms: 0, kind, jobs };
}

it.each<[TransitionKind, number[], string | null, string]>([
  ['enqueued', [40], null, 'The server put F(40) into the queue.'],
  ['claimed', [40, 1_000], 'worker', 'worker took F(40) and F(1,000), on a lease.'],
  ['completed', [1, 2, 3, 4, 5], 'w', 'w finished F(1), F(2), F(3) and 2 more.'],
  ['completed', [1, 2, 3], null, 'A worker finished F(1), F(2) and F(3).'],
  ['expired', [40], 'w', 'The lease of F(40) ended without a sign from w. Back to the queue.'],
  ['due', [1, 2], null, 'The pause of F(1) and F(2) is over. They are ready.']
])('says what %s means', (kind, indices, worker, words) => {
  expect(describeTransitions(given(kind, indices), worker)).toBe(words);
});

it('has words for every kind', () => {
  const kinds: TransitionKind[] = ['progress', 'retrying', 'released', 'dead', 'discarded'];
  for (const kind of kinds) expect(describeTransitions(given(kind, [40]), 'w')).toContain('F(40)');
});

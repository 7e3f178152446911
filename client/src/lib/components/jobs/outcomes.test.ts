import { expect, it } from 'vitest';
import type { DeadLetterOutcome } from '#lib/api/jobs.ts';
import { summarise } from './outcomes.ts';

const outcomes = (...kinds: DeadLetterOutcome['outcome'][]) =>
  kinds.map((outcome, index) => ({ index, outcome }));

it('says nothing of nothing', () => {
  expect(summarise([])).toEqual([]);
});

it('tells each kind once, with its count and what it means', () => {
  expect(summarise(outcomes('requeued', 'full', 'requeued', 'absent'))).toEqual([
    '2 requeued, at the end of the line.',
    '1 left: the queue is full. It stays here, try again later.',
    '1 absent: it was requeued or discarded by somebody else.'
  ]);
  expect(summarise(outcomes('discarded'))).toEqual(['1 discarded.']);
});

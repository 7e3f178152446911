import { expect, it } from 'vitest';
import type { LastRun } from '#lib/api/lab-types.ts';
import { isShown, readFilter, standingOf } from './standing.ts';

const RUN: LastRun = { run: 'r', outcome: 'valid', ended_at: '2026-11-24T16:00:00Z' };

it.each([
  [undefined, 'untried'],
  [{ ...RUN, right: true }, 'passed'],
  [{ ...RUN, right: false }, 'surprised'],
  [RUN, 'watched'],
  [{ ...RUN, outcome: 'broken' as const, right: true }, 'broken'],
  [{ ...RUN, outcome: 'unclear' as const, right: true }, 'unclear']
])('of %o is %s', (last, standing) => {
  expect(standingOf(last ? { last } : {})).toBe(standing);
});

it('is passed only by a valid run that was predicted right', () => {
  const passed = (
    ['passed', 'surprised', 'watched', 'broken', 'unclear', 'untried'] as const
  ).filter((standing) => isShown(standing, 'passed'));
  expect(passed).toEqual(['passed']);
  expect(isShown('surprised', 'open')).toBe(true);
  expect(isShown('untried', 'open')).toBe(false);
});

it('shows all where the address asks for what does not exist', () => {
  expect([readFilter(null), readFilter('x'), readFilter('open')]).toEqual(['all', 'all', 'open']);
});

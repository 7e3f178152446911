import { expect, it, vi } from 'vitest';
import { Unreachable } from '#lib/api/errors.ts';
import type { DeadLetterOutcome } from '#lib/api/jobs.ts';
import { DeadLetterDesk } from './dead-letter-desk.svelte.ts';

const letter = (index: number) => ({
  ...{ index, lane: 'heavy', attempts: 3, died_at: '2026-11-24T12:00:00Z' },
  reason: { category: 'timeout', detail: 'Too long.' }
});

function given(outcome: DeadLetterOutcome['outcome'] = 'requeued') {
  const change = vi.fn(async (_order: string, indices: readonly number[]) =>
    indices.map((index): DeadLetterOutcome => ({ index, outcome }))
  );
  const deadLetters = vi.fn(async (cursor: string | null) =>
    cursor === null ? { items: [letter(1), letter(2)], next_cursor: '2' } : { items: [letter(3)] }
  );
  return { desk: new DeadLetterDesk({ change, deadLetters }), change };
}

it('selects all there are, page after page', async () => {
  const { desk } = given();
  await desk.selectAll(null);
  expect([...desk.selected]).toEqual([1, 2, 3]);
  desk.selected.clear();
  await desk.selectAll('light');
  expect(desk.selected.size).toBe(0);
});

it('selects and unselects some', () => {
  const { desk } = given();
  desk.selectThese([1, 2, 3], true);
  desk.select(2, false);
  expect([...desk.selected]).toEqual([1, 3]);
});

it('sends many in shares that one call takes, and reports each', async () => {
  const { desk, change } = given();
  const indices = Array.from({ length: 250 }, (_, index) => index);
  desk.selectThese(indices, true);
  await desk.carryOut('requeue', indices);
  expect(change.mock.calls.map(([, share]) => share.length)).toEqual([100, 100, 50]);
  expect(desk.report?.outcomes).toHaveLength(250);
  expect(desk.selected.size).toBe(0);
});

it('keeps selected what the queue had no room for', async () => {
  const { desk } = given('full');
  desk.select(7, true);
  await desk.carryOut('requeue', [7]);
  expect(desk.selected.has(7)).toBe(true);
});

it('shows the operator’s token where there is one', async () => {
  const { desk, change } = given();
  desk.token = 'secret';
  await desk.carryOut('discard', [7]);
  expect(change).toHaveBeenCalledWith('discard', [7], 'secret');
});

it('tells what was done before a share failed, and what was not', async () => {
  const { desk, change } = given();
  const down = new Unreachable('down');
  change.mockImplementationOnce(change.getMockImplementation() ?? vi.fn());
  change.mockRejectedValueOnce(down);
  const indices = Array.from({ length: 150 }, (_, index) => index);
  desk.selectThese(indices, true);
  await desk.carryOut('discard', indices);
  expect(desk.report).toMatchObject({ problem: down, left: indices.slice(100) });
  expect(desk.report?.outcomes).toHaveLength(100);
  expect(desk.selected.size).toBe(50);
  expect(desk.busy).toBe(false);
});

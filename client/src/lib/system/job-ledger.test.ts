import { expect, it } from 'vitest';
import type { TransitionKind } from '#lib/api/events.ts';
import { JobLedger } from './job-ledger.ts';

function given(most?: number) {
  const ledger = new JobLedger(most);
  const note = (kind: TransitionKind, atMs: number, worker?: string, index = 40) =>
    ledger.note({ kind, at_ms: atMs, ...(worker === undefined ? {} : { worker }) }, index);
  return { ledger, note };
}

it('tells how long a job waited, how long it took, and whose it was', () => {
  const { ledger, note } = given();
  note('enqueued', 1_000);
  expect(note('claimed', 1_200, 'w1:light')).toEqual({ waitedMs: 200, tookMs: null, holder: 'w1' });
  expect(note('completed', 1_500)).toEqual({ waitedMs: null, tookMs: 500, holder: 'w1' });
  expect(ledger.size).toBe(0);
});

it('names the worker that lost a lease, whoever found out', () => {
  const { note } = given();
  note('enqueued', 0);
  note('claimed', 10, 'w1');
  expect(note('expired', 5_000, 'w2').holder).toBe('w1');
  expect(note('claimed', 5_000, 'w2')).toEqual({ waitedMs: null, tookMs: null, holder: 'w2' });
  expect(note('completed', 6_000).tookMs).toBe(6_000);
});

it('keeps the holder through progress', () => {
  const { note } = given();
  note('claimed', 10, 'w1');
  expect(note('progress', 20).holder).toBe('w1');
  expect(note('completed', 30).holder).toBe('w1');
});

it('tells no time of a job that was enqueued before the page looked', () => {
  const { note } = given();
  expect(note('claimed', 10, 'w1').waitedMs).toBeNull();
  expect(note('completed', 20)).toEqual({ waitedMs: null, tookMs: null, holder: 'w1' });
  expect(note('completed', 30, 'w2:heavy').holder).toBe('w2');
});

it('never tells a negative time', () => {
  const { note } = given();
  note('enqueued', 1_000);
  expect(note('claimed', 900, 'w1').waitedMs).toBe(0);
  expect(note('completed', 800).tookMs).toBe(0);
});

it('forgets the oldest where there are too many', () => {
  const { ledger, note } = given(2);
  for (const index of [1, 2, 3]) note('enqueued', 0, undefined, index);
  expect(ledger.size).toBe(2);
  expect(note('completed', 10, undefined, 1).tookMs).toBeNull();
  expect(note('completed', 10, undefined, 3).tookMs).toBe(10);
});

import { expect, it } from 'vitest';
import type { TransitionKind } from '#lib/api/events.ts';
import type { Step } from '#lib/api/jobs.ts';
import { attemptsOf } from './attempts.ts';

const source = { path: 'queue/lua/claim.lua', line: 1 };

function step(kind: TransitionKind, at_ms: number, detail = '', worker?: string): Step {
  const timed = { entry: `${at_ms}-0`, at: '', at_ms, waited_ms: 0 };
  return { ...timed, kind, detail, source, ...(worker ? { worker } : {}) };
}

it('tells who had the job, for how long, and how long it had waited', () => {
  const steps = [
    step('enqueued', 1_000, 'heavy'),
    step('claimed', 1_200, '1', 'w1'),
    step('progress', 1_500, '0.5'),
    step('expired', 11_200),
    step('claimed', 11_250, '2', 'w2'),
    step('completed', 12_000)
  ];
  expect(attemptsOf(steps, null)).toMatchObject([
    { number: 1, worker: 'w1', waitedMs: 200, startedMs: 1_200, endedMs: 11_200, end: 'expired' },
    { number: 2, worker: 'w2', waitedMs: 50, startedMs: 11_250, endedMs: 12_000, end: 'completed' }
  ]);
});

it('tells what runs still, since when', () => {
  expect(attemptsOf([step('claimed', 5, '1', 'w')], null)).toMatchObject([
    { end: 'running', startedMs: 5, endedMs: null }
  ]);
});

it('gives the reason to the attempt that ended the job, and to no earlier one', () => {
  const reason = { category: 'timeout', detail: 'It took longer than 1 s.' };
  const steps = [
    step('claimed', 0, '1'),
    step('retrying', 10, '312'),
    step('due', 322),
    step('claimed', 330, '2'),
    step('dead', 340, 'timeout')
  ];
  expect(attemptsOf(steps, reason)).toMatchObject([
    { end: 'retrying', retryInMs: 312, reason: null },
    { end: 'dead', reason }
  ]);
});

it('gives a job that died in no hand to its last attempt, which had expired', () => {
  const reason = { category: 'worker_died', detail: 'Each worker died.' };
  const steps = [step('claimed', 0, '1'), step('expired', 10), step('dead', 20, 'worker_died')];
  expect(attemptsOf(steps, reason)).toMatchObject([{ end: 'expired', endedMs: 10, reason }]);
});

it('takes no wait for negative when the clock of the queue jumped back', () => {
  const steps = [step('enqueued', 500), step('claimed', 100, '1')];
  expect(attemptsOf(steps, null)).toMatchObject([{ waitedMs: 0 }]);
});

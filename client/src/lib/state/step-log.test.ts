import { expect, it } from 'vitest';
import type { Transitions } from '#lib/api/events.ts';
import { StepLog } from './step-log.svelte.ts';

const transitions = (index: number): Transitions => ({
  ...{ at: '1970-01-01T00:00:00.000Z', at_ms: 0, kind: 'enqueued' },
  jobs: [{ index, detail: 'light' }]
});

function given(count: number): StepLog {
  const log = new StepLog();
  for (let index = 1; index <= count; index += 1) log.add(transitions(index), ['enqueued'], null);
  return log;
}

it('shows what happened one by one, in its order', () => {
  const log = given(2);
  expect(log.waiting).toBe(2);
  expect(log.next()?.transitions.jobs[0]?.index).toBe(1);
  expect(log.next()?.transitions.jobs[0]?.index).toBe(2);
  expect(log.next()).toBeNull();
  expect(log.shown.map(({ number }) => number)).toEqual([2, 1]);
});

it('keeps no more than anybody will step through, and says what it dropped', () => {
  const log = given(510);
  expect(log).toMatchObject({ waiting: 500, dropped: 10 });
  expect(log.next()?.number).toBe(11);
  while (log.next());
  expect(log.shown).toHaveLength(12);
});

it('begins anew when it is cleared', () => {
  const log = given(3);
  log.next();
  log.clear();
  expect(log).toMatchObject({ shown: [], waiting: 0, dropped: 0 });
});

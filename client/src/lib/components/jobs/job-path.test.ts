import { describe, expect, it } from 'vitest';
import type { TransitionKind } from '#lib/api/events.ts';
import { followSteps, WAYS } from './job-path.ts';

const steps = (...kinds: (TransitionKind | [TransitionKind, string])[]) =>
  kinds.map((kind) =>
    typeof kind === 'string' ? { kind, detail: '' } : { kind: kind[0], detail: kind[1] }
  );

describe('followSteps', () => {
  it('counts each way, and ends where the job is', () => {
    const life = steps(
      ...(['enqueued', 'claimed', 'progress', 'expired', 'claimed', 'completed'] as const)
    );
    expect(followSteps(life)).toEqual({
      taken: { enqueue: 1, claim: 2, expire: 1, complete: 1 },
      present: 'done'
    });
  });

  it('follows a job through its delay', () => {
    const life = steps('enqueued', 'claimed', ['retrying', '312'], 'due');
    expect(followSteps(life)).toEqual({
      taken: { enqueue: 1, claim: 1, retry: 1, due: 1 },
      present: 'ready'
    });
  });

  it('tells a job that failed from one whose workers died', () => {
    expect(followSteps(steps('claimed', ['dead', 'timeout'])).taken).toEqual({ claim: 1, fail: 1 });
    const killed = steps('claimed', 'expired', ['dead', 'worker_died']);
    expect(followSteps(killed).taken).toEqual({ claim: 1, expire: 1, giveUp: 1 });
  });

  it('tells a dead letter that is requeued from a number that is asked for again', () => {
    expect(followSteps(steps(['dead', 'timeout'], 'enqueued')).taken).toMatchObject({ requeue: 1 });
    expect(followSteps(steps('completed', 'enqueued')).taken).toMatchObject({ enqueue: 1 });
  });

  it('knows of no place before there is a step', () => {
    expect(followSteps([])).toEqual({ taken: {}, present: null });
  });

  it('has no way that begins where none ends', () => {
    const ends = new Set<string>(Object.values(WAYS).map(({ to }) => to)).add('asked');
    for (const { from } of Object.values(WAYS)) expect(ends).toContain(from);
  });
});

import type { TransitionKind } from '#lib/api/events.ts';
import type { Step } from '#lib/api/jobs.ts';

/** A place in a job's life; `asked` is before it, `done` and `discarded` are after it. */
export type Place = 'asked' | 'ready' | 'leased' | 'delayed' | 'dead' | 'done' | 'discarded';

/** A way from one place to another. */
export interface Way {
  from: Place;
  to: Place;
  /** What leads there, for people. */
  name: string;
}

/** Every way that there is, by a name of its own. The queue's states.py draws the same. */
export const WAYS = {
  enqueue: { from: 'asked', to: 'ready', name: 'enqueued' },
  claim: { from: 'ready', to: 'leased', name: 'claimed' },
  complete: { from: 'leased', to: 'done', name: 'completed' },
  expire: { from: 'leased', to: 'ready', name: 'lease expired' },
  release: { from: 'leased', to: 'ready', name: 'released' },
  retry: { from: 'leased', to: 'delayed', name: 'failed' },
  due: { from: 'delayed', to: 'ready', name: 'due again' },
  fail: { from: 'leased', to: 'dead', name: 'failed for good' },
  giveUp: { from: 'ready', to: 'dead', name: 'attempts used up' },
  requeue: { from: 'dead', to: 'ready', name: 'requeued' },
  discard: { from: 'dead', to: 'discarded', name: 'discarded' }
} as const satisfies Record<string, Way>;

export type WayId = keyof typeof WAYS;

/** How a job went: how often each way, and where it is now. */
export interface JobPath {
  taken: Partial<Record<WayId, number>>;
  present: Place | null;
}

/** What the queue writes of a job that it gives up when it is claimed, not when it fails. */
const GIVEN_UP_AT_CLAIM = 'worker_died';

/** Follows a job through its steps. The first ones may be missing: the queue forgets old events. */
export function followSteps(steps: readonly Pick<Step, 'kind' | 'detail'>[]): JobPath {
  const path: JobPath = { taken: {}, present: null };
  for (const step of steps) {
    const way = wayOf(step, path.present);
    if (way === null) continue;
    path.taken[way] = (path.taken[way] ?? 0) + 1;
    path.present = WAYS[way].to;
  }
  return path;
}

const WAY_OF_KIND: Record<Exclude<TransitionKind, 'enqueued' | 'dead' | 'progress'>, WayId> = {
  claimed: 'claim',
  expired: 'expire',
  retrying: 'retry',
  due: 'due',
  released: 'release',
  completed: 'complete',
  discarded: 'discard'
};

function wayOf({ kind, detail }: Pick<Step, 'kind' | 'detail'>, from: Place | null): WayId | null {
  switch (kind) {
    case 'progress':
      return null; // It stays where it is.
    case 'enqueued':
      return from === 'dead' ? 'requeue' : 'enqueue';
    case 'dead':
      return detail === GIVEN_UP_AT_CLAIM ? 'giveUp' : 'fail';
    default:
      return WAY_OF_KIND[kind] ?? null;
  }
}

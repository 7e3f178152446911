import type { TransitionKind } from '#lib/api/events.ts';
import type { JobState } from '#lib/api/jobs.ts';
import { formatDuration } from '#lib/fibonacci/duration.ts';

/** What each state is called, and what it means. */
export const STATE_WORDS: Record<JobState, { name: string; meaning: string }> = {
  leased: { name: 'Leased', meaning: 'In the hands of a worker, for as long as its lease lasts.' },
  ready: { name: 'Ready', meaning: 'In line, each in its lane, for the next worker that is free.' },
  delayed: { name: 'Delayed', meaning: 'An attempt has failed; the next one waits for its time.' },
  dead: { name: 'Dead letters', meaning: 'Given up, with a reason, until a person decides.' }
};

/** What a transition is called where there is little room. */
export const KIND_WORDS: Record<TransitionKind, string> = {
  enqueued: 'enqueued',
  claimed: 'claimed',
  progress: 'progress',
  expired: 'lease expired',
  retrying: 'failed, will retry',
  due: 'due again',
  released: 'released',
  completed: 'completed',
  dead: 'given up',
  discarded: 'discarded'
};

/** What a transition means, in full. */
export function tellStep(kind: TransitionKind, detail: string): string {
  switch (kind) {
    case 'enqueued':
      return `Enqueued at the end of the ${detail} lane`;
    case 'claimed':
      return `Claimed by a worker: attempt ${detail}`;
    case 'progress':
      return `At ${Math.round(100 * Number(detail))} %`;
    case 'expired':
      return 'The lease ran out: next in line again';
    case 'retrying':
      return `The attempt failed: the next one in ${formatDuration(Number(detail))}`;
    case 'due':
      return 'The delay is over: at the end of its lane again';
    case 'released':
      return 'Released at a shutdown, the attempt not counted';
    case 'completed':
      return 'Completed: the value is stored';
    case 'dead':
      return `Given up: ${detail.replaceAll('_', ' ')}`;
    case 'discarded':
      return 'Discarded by an operator';
  }
}

/** How long ago something was, roughly: a person compares, and does not compute. */
export function tellAgo(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}

export function tellAttempts(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

import type { TransitionKind, Transitions } from '#lib/api/events.ts';
import { formatCount } from '#lib/fibonacci/digit-groups.ts';

/** Indices that are named before the rest is only counted. */
const NAMED = 3;

const WORDS: Record<TransitionKind, (jobs: string, worker: string, many: boolean) => string> = {
  enqueued: (jobs) => `The server put ${jobs} into the queue.`,
  claimed: (jobs, worker) => `${worker} took ${jobs}, on a lease.`,
  progress: (jobs, worker) => `${worker} said how far it is with ${jobs}, and kept its lease.`,
  expired: (jobs, worker, many) =>
    `${many ? 'The leases' : 'The lease'} of ${jobs} ended without a sign from ${worker}. Back to the queue.`,
  retrying: (jobs, worker) =>
    `${worker} failed at ${jobs}, which will be tried again after a pause.`,
  due: (jobs, _worker, many) =>
    `The pause of ${jobs} is over. ${many ? 'They are' : 'It is'} ready.`,
  released: (jobs, worker) => `${worker} is stopping, and gave ${jobs} back.`,
  completed: (jobs, worker) => `${worker} finished ${jobs}.`,
  dead: (jobs, _worker, many) =>
    `${jobs} ${many ? 'were' : 'was'} given up, and rests among the dead letters.`,
  discarded: (jobs) => `Somebody threw ${jobs} away.`
};

/** Says in a sentence what happened; `worker` is the one whose hands the jobs were in. */
export function describeTransitions({ kind, jobs }: Transitions, worker: string | null): string {
  return WORDS[kind](
    nameJobs(jobs.map(({ index }) => index)),
    worker ?? 'A worker',
    jobs.length > 1
  );
}

function nameJobs(indices: number[]): string {
  const named = indices.slice(0, NAMED).map((index) => `F(${formatCount(index)})`);
  const rest = indices.length - named.length;
  if (rest > 0) return `${named.join(', ')} and ${formatCount(rest)} more`;
  return named.join(', ').replace(/, ([^,]*\([^)]*\))$/, ' and $1');
}

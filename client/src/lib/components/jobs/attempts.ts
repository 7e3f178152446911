import type { FailureReason, SourceReference, Step } from '#lib/api/jobs.ts';

export type AttemptEnd = 'running' | 'completed' | 'expired' | 'released' | 'retrying' | 'dead';

/** One time that a worker had the job. */
export interface Attempt {
  /** 1 for the first since the job was enqueued. */
  number: number;
  worker: string | null;
  startedMs: number;
  /** Null while it runs. */
  endedMs: number | null;
  end: AttemptEnd;
  /** Milliseconds that the job waited to be claimed. */
  waitedMs: number;
  /** Milliseconds until the next attempt, where it failed and is tried again. */
  retryInMs: number | null;
  /** Why the job was given up, for the attempt that ended it. */
  reason: FailureReason | null;
  /** The line that ended it, or that began it while it runs. */
  source: SourceReference;
}

const ENDS: ReadonlySet<string> = new Set<AttemptEnd>([
  'completed',
  'expired',
  'released',
  'retrying',
  'dead'
]);

/**
 * Reads the attempts out of a job's steps.
 *
 * @param reason why the job is a dead letter, as the queue keeps it; null where it is none
 */
export function attemptsOf(steps: readonly Step[], reason: FailureReason | null): Attempt[] {
  const attempts: Attempt[] = [];
  let readyMs: number | null = null;
  for (const step of steps) {
    const running = attempts.at(-1)?.endedMs === null ? attempts.at(-1) : undefined;
    if (step.kind === 'claimed') attempts.push(begun(step, readyMs));
    else if (running && ENDS.has(step.kind)) end(running, step);
    if (step.kind !== 'progress') readyMs = step.at_ms;
  }
  const last = attempts.at(-1);
  if (reason && last) last.reason = reason;
  return attempts;
}

function begun(step: Step, readyMs: number | null): Attempt {
  return {
    number: Number(step.detail) || 1,
    worker: step.worker ?? null,
    startedMs: step.at_ms,
    endedMs: null,
    end: 'running',
    waitedMs: readyMs === null ? 0 : Math.max(0, step.at_ms - readyMs),
    retryInMs: null,
    reason: null,
    source: step.source
  };
}

function end(attempt: Attempt, step: Step): void {
  attempt.end = step.kind as AttemptEnd;
  attempt.endedMs = step.at_ms;
  attempt.source = step.source;
  if (step.kind === 'retrying') attempt.retryInMs = Number(step.detail) || 0;
}

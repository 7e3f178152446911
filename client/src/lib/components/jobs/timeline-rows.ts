import type { Step } from '#lib/api/jobs.ts';

/** One row of a timeline: a step, or several reports of progress in a row as one. */
export interface TimelineRow {
  step: Step;
  /** Reports of progress that the row stands for; 1 for any other step. */
  reports: number;
  /** Milliseconds since the first step. */
  sinceMs: number;
  waitedMs: number;
}

/** A worker reports its progress every second: one row tells as much as a hundred. */
export function timelineRows(steps: readonly Step[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  const startMs = steps[0]?.at_ms ?? 0;
  for (const step of steps) {
    const last = rows.at(-1);
    const sinceMs = Math.max(0, step.at_ms - startMs);
    if (step.kind === 'progress' && last?.step.kind === 'progress') {
      const { reports, waitedMs } = last;
      rows[rows.length - 1] = {
        ...{ step, sinceMs, reports: reports + 1 },
        waitedMs: waitedMs + step.waited_ms
      };
    } else rows.push({ step, sinceMs, reports: 1, waitedMs: step.waited_ms });
  }
  return rows;
}

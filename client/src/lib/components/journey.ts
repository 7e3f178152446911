import type { Calculation } from '#lib/state/calculation.svelte.ts';

export type StationId = 'client' | 'server' | 'queue' | 'worker' | 'cache';

/** Where the newest request is, as far as the page can know it. */
export interface Whereabouts {
  /** The station that holds it now; null before there is a request. */
  here: StationId | null;
  /** Stations that it has passed. */
  passed: StationId[];
  failed: boolean;
}

const NOWHERE: Whereabouts = { here: null, passed: [], failed: false };

export function whereabouts(calculation: Calculation | undefined): Whereabouts {
  if (!calculation) return NOWHERE;
  const { answer, problem } = calculation;
  if (answer === null) {
    const failed = problem !== null && !calculation.running;
    return { here: 'server', passed: ['client'], failed };
  }
  if (answer.status === 'absent') return { here: 'client', passed: [], failed: false };
  if (answer.status === 'failed') {
    return { here: 'worker', passed: ['client', 'server', 'queue'], failed: true };
  }
  if (answer.status === 'done') {
    return calculation.wasKnown
      ? { here: 'cache', passed: ['client', 'server'], failed: false }
      : { here: 'cache', passed: ['client', 'server', 'queue', 'worker'], failed: false };
  }
  return answer.attempts === undefined && answer.progress === undefined
    ? { here: 'queue', passed: ['client', 'server'], failed: false }
    : { here: 'worker', passed: ['client', 'server', 'queue'], failed: false };
}

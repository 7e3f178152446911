import { JOB_STATES, type JobQuery, type JobState } from '#lib/api/jobs.ts';

export const EVERYTHING: JobQuery = { state: null, lane: null, cursor: null };

/** Where the page lists such jobs: an address to share. */
export function jobsAddress(query: Partial<JobQuery>): `/jobs?${string}` | '/jobs' {
  const { state, lane, cursor } = { ...EVERYTHING, ...query };
  const fields = Object.entries({ state, lane, cursor }).filter(([, value]) => value !== null);
  const text = new URLSearchParams(fields as [string, string][]).toString();
  return text === '' ? '/jobs' : `/jobs?${text}`;
}

/** Reads what `jobsAddress` wrote; what means nothing is left out. */
export function readJobsAddress(parameters: Pick<URLSearchParams, 'get'>): JobQuery {
  const state = parameters.get('state');
  return {
    state: isState(state) ? state : null,
    lane: parameters.get('lane') || null,
    cursor: parameters.get('cursor') || null
  };
}

function isState(text: string | null): text is JobState {
  return JOB_STATES.some((state) => state === text);
}

import type { DeadLetter, DeadLetterPage, Job, JobQuery, JobsApi } from '#lib/api/jobs.ts';
import type { QueueDepth, SystemApi } from '#lib/api/system.ts';

/** What the page about jobs shows at one time. */
export interface Listing {
  depth: QueueDepth;
  jobs: Job[];
  /** Dead letters know when they died, which their jobs do not; null for any other list. */
  letters: DeadLetter[] | null;
  nextCursor: string | null;
}

/** Jobs on one page: what a person looks through. */
const JOBS = 50;
/** Dead letters on one page: what may be changed by one call. */
const LETTERS = 100;
/** Dead letters of a lane that are worth showing before the next page is asked for. */
const ENOUGH_LETTERS = 25;

export interface ListingApis {
  jobs: Pick<JobsApi, 'jobs' | 'deadLetters'>;
  system: Pick<SystemApi, 'depth'>;
}

/** Asks for all that the list needs. Throws ApiError. */
export async function readListing(
  { jobs, system }: ListingApis,
  query: JobQuery,
  signal: AbortSignal
): Promise<Listing> {
  if (query.state === 'dead') {
    const [depth, page] = await Promise.all([
      system.depth(signal),
      deadLettersOf(jobs, query, signal)
    ]);
    return { depth, jobs: [], letters: page.items, nextCursor: page.next_cursor ?? null };
  }
  const [depth, page] = await Promise.all([system.depth(signal), jobs.jobs(query, JOBS, signal)]);
  return { depth, jobs: page.items, letters: null, nextCursor: page.next_cursor ?? null };
}

/** The API lists the dead letters of all lanes: looks on until enough of this one are found. */
async function deadLettersOf(
  jobs: ListingApis['jobs'],
  { lane, cursor }: JobQuery,
  signal: AbortSignal
): Promise<DeadLetterPage> {
  const items: DeadLetter[] = [];
  let next: string | null = cursor;
  do {
    const page: DeadLetterPage = await jobs.deadLetters(next, LETTERS, signal);
    items.push(...page.items.filter((letter) => lane === null || letter.lane === lane));
    next = page.next_cursor ?? null;
  } while (next !== null && items.length < ENOUGH_LETTERS);
  return next === null ? { items } : { items, next_cursor: next };
}

/** How many jobs the queue holds in each state, over all lanes. */
export function countsOf({ lanes, leased, delayed, dead }: QueueDepth) {
  const ready = lanes.reduce((sum, lane) => sum + lane.ready, 0);
  return { leased, ready, delayed, dead };
}

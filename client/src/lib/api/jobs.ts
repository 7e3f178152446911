import { type Http, readJson } from './http.ts';
import type {
  DeadLetterItem as DeadLetter,
  DeadLetterOutcome,
  DeadLetterOutcomes,
  DeadLetterPage,
  FailureReason,
  JobItem as Job,
  JobItems as JobPage,
  JobLife,
  SourceReference,
  TimelineStep as Step
} from './types.gen.ts';

export type { DeadLetter, DeadLetterOutcome, DeadLetterPage, FailureReason };
export type { Job, JobLife, JobPage, SourceReference, Step };

/** Where a job that the queue holds can be, in the order of its lists; `dead` are dead letters. */
export const JOB_STATES = ['leased', 'ready', 'delayed', 'dead'] as const satisfies Job['state'][];
export type JobState = Job['state'];

/** Dead letters that one call may list or change, and jobs that one page may have. */
export const PAGE_LIMIT = 100;

/** Which jobs to list; null leaves a question open. */
export interface JobQuery {
  state: JobState | null;
  lane: string | null;
  /** Where the page begins, as the one before it said. */
  cursor: string | null;
}

/** What an operator can do to dead letters. */
export type DeadLetterOrder = 'requeue' | 'discard';

/** The calls that look into the queue. Every method throws ApiError when it fails. */
export class JobsApi {
  constructor(private readonly http: Http) {}

  /** Jobs state by state; a page may be short, or empty, where another one follows. */
  async jobs(query: JobQuery, limit: number, signal?: AbortSignal): Promise<JobPage> {
    const path = `${JOBS}?${parameters({ ...query, limit })}`;
    return readJson<JobPage>(await this.http.send(path, { signal }));
  }

  /** One job's life; null where neither the queue nor its events know the index. */
  async job(index: number, signal?: AbortSignal): Promise<JobLife | null> {
    const response = await this.http.send(`${JOBS}/${index}`, { signal, expect: [404] });
    return response.status === 404 ? null : readJson<JobLife>(response);
  }

  /** Dead letters, the latest first. */
  async deadLetters(
    cursor: string | null,
    limit: number,
    signal?: AbortSignal
  ): Promise<DeadLetterPage> {
    const path = `${DEAD_LETTERS}?${parameters({ cursor, limit })}`;
    return readJson<DeadLetterPage>(await this.http.send(path, { signal }));
  }

  /**
   * Requeues or discards up to PAGE_LIMIT dead letters, and tells what became of each.
   *
   * @param token the operator's; null on the server's own machine, where none is needed
   */
  async change(
    order: DeadLetterOrder,
    indices: readonly number[],
    token: string | null
  ): Promise<DeadLetterOutcome[]> {
    const response = await this.http.send(`${DEAD_LETTERS}/${order}`, {
      method: 'POST',
      body: { indices },
      headers: token === null ? {} : { Authorization: `Bearer ${token}` }
    });
    return (await readJson<DeadLetterOutcomes>(response)).items;
  }
}

const JOBS = '/api/v1/jobs';
const DEAD_LETTERS = '/api/v1/dead-letters';

/** Writes a query, leaving out what is null. */
function parameters(values: object): string {
  const given = Object.entries(values).filter(([, value]) => value !== null);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

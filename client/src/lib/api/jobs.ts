import type { TransitionKind } from './events.ts';
import { type Http, readJson } from './http.ts';
import type {
  DeadLetterItem as DeadLetter,
  DeadLetterOutcome,
  DeadLetterOutcomes,
  DeadLetterPage,
  FailureReason
} from './types.gen.ts';

export type { DeadLetter, DeadLetterOutcome, FailureReason };

/** Where a job that the queue holds can be, in the order of its lists; `dead` are dead letters. */
export const JOB_STATES = ['leased', 'ready', 'delayed', 'dead'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Dead letters that one call may list or change, and jobs that one page may have. */
export const PAGE_LIMIT = 100;

/** A job as it stands. */
export interface Job {
  index: number;
  state: JobState | 'gone';
  lane?: string;
  attempts: number;
  /** RFC 3339, in UTC, by the queue's clock. */
  enqueued_at?: string;
  /** From 0 to 1, as its worker last said. */
  progress?: number;
  lease_left_s?: number;
  due_in_s?: number;
  reason?: FailureReason;
}

/** A transition in a job's life, and the line of the product's source that noted it. */
export interface Step {
  /** Id of the entry in the queue's event stream. */
  entry: string;
  at: string;
  at_ms: number;
  kind: TransitionKind;
  detail: string;
  worker?: string;
  /** Milliseconds since the step before. */
  waited_ms: number;
  source: SourceLine;
}

/** A line of a file of the package `fiblab`. */
export interface SourceLine {
  path: string;
  line: number;
}

/** One job with all that the queue's events still tell of it. */
export interface JobLife extends Job {
  /** In order, the latest last. */
  timeline: Step[];
  /** There may have been steps before the first one told. */
  older_left_out: boolean;
}

export interface Page<Item> {
  items: Item[];
  /** Where the next page begins; absent on the last one. */
  next_cursor?: string;
}

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
  async jobs(query: JobQuery, limit: number, signal?: AbortSignal): Promise<Page<Job>> {
    const path = `${JOBS}?${parameters({ ...query, limit })}`;
    return readJson<Page<Job>>(await this.http.send(path, { signal }));
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

/**
 * What can go wrong between the page and the API.
 *
 *   ApiError
 *   ├── Unreachable     no answer at all: offline, server down, name unknown      indefinite
 *   ├── TimedOut        no answer in time                                         indefinite
 *   ├── Unreadable      an answer, but not one this API gives (a proxy's page)    indefinite
 *   ├── LabMissing      this server is no lab's: nothing can be broken here
 *   └── ProblemError    the server said what is wrong (RFC 9457)
 *       ├── Rejected      4xx: the same request can never succeed
 *       ├── RateLimited   429: too many requests, welcome again later
 *       ├── Unavailable   503: queue full or a store down, welcome again later
 *       └── ServerFault   other 5xx: a fault of the server's own
 *
 * Definite: nothing happened. Indefinite: the request may have been counted all the same, so a
 * retry must carry the same idempotency key. A problem says itself which it is.
 */

import type { Problem } from './types.gen.ts';

/** Base of all failures of a call; `retryable` says whether the same call may yet succeed. */
export abstract class ApiError extends Error {
  abstract readonly retryable: boolean;
  abstract readonly definite: boolean;
  /** Milliseconds the server asked to wait before the next try; null where it named none. */
  readonly retryAfterMs: number | null = null;
}

export class Unreachable extends ApiError {
  override readonly name = 'Unreachable';
  readonly retryable = true;
  readonly definite = false;
}

export class TimedOut extends ApiError {
  override readonly name = 'TimedOut';
  readonly retryable = true;
  readonly definite = false;
}

export class Unreadable extends ApiError {
  override readonly name = 'Unreadable';
  readonly retryable = true;
  readonly definite = false;
}

/** The server runs without the lab, as in production: faults and experiments need `fiblab up`. */
export class LabMissing extends ApiError {
  override readonly name = 'LabMissing';
  readonly retryable = false;
  readonly definite = true;
}

/** An answer in problem details; `problem` is what the server sent. */
export abstract class ProblemError extends ApiError {
  readonly definite: boolean;

  constructor(
    readonly problem: Problem,
    override readonly retryAfterMs: number | null
  ) {
    super(problem.detail);
    this.definite = problem.definite;
  }
}

export class Rejected extends ProblemError {
  override readonly name = 'Rejected';
  readonly retryable = false;
}

export class RateLimited extends ProblemError {
  override readonly name = 'RateLimited';
  readonly retryable = true;
}

export class Unavailable extends ProblemError {
  override readonly name = 'Unavailable';
  readonly retryable = true;
}

export class ServerFault extends ProblemError {
  override readonly name = 'ServerFault';
  readonly retryable = true;
}

/** The one table from HTTP status to error. */
export function problemError(problem: Problem, retryAfterMs: number | null): ProblemError {
  if (problem.status === 429) return new RateLimited(problem, retryAfterMs);
  if (problem.status === 503) return new Unavailable(problem, retryAfterMs);
  if (problem.status >= 500) return new ServerFault(problem, retryAfterMs);
  return new Rejected(problem, retryAfterMs);
}

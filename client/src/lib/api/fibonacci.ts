import { type Http, readJson, waitOf } from './http.ts';
import type { Calculating, Done, Failed, MostRequested, RequestCount } from './types.gen.ts';

export type { Calculating, Done, Failed, RequestCount };

/** Nobody has asked for this index yet. */
export interface Absent {
  index: number;
  status: 'absent';
}

export type Answer = Done | Calculating | Failed | Absent;

/** An answer, and how long the server asked to wait before the next look at it. */
export interface Reply {
  answer: Answer;
  retryAfterMs: number | null;
}

/** The Fibonacci calls of the API. Every method throws ApiError when it fails. */
export class FibonacciApi {
  constructor(private readonly http: Http) {}

  /** Requests F(index). The same key sent again is the same request, so it is counted once. */
  async request(index: number, idempotencyKey: string, signal?: AbortSignal): Promise<Reply> {
    const response = await this.http.send(path(index), {
      method: 'POST',
      headers: { 'Idempotency-Key': idempotencyKey },
      signal
    });
    return { answer: await readJson<Answer>(response), retryAfterMs: waitOf(response) };
  }

  /** Looks at F(index) without requesting it: nothing is counted, nothing is enqueued. */
  async look(index: number, signal?: AbortSignal): Promise<Reply> {
    const response = await this.http.send(path(index), { signal, expect: [404] });
    if (response.status === 404) return { answer: { index, status: 'absent' }, retryAfterMs: null };
    return { answer: await readJson<Answer>(response), retryAfterMs: waitOf(response) };
  }

  async mostRequested(limit: number, signal?: AbortSignal): Promise<RequestCount[]> {
    const response = await this.http.send(`${ROOT}/most-requested?limit=${limit}`, { signal });
    return (await readJson<MostRequested>(response)).items;
  }

  /** All decimal digits as one string: about a byte for each, so megabytes for a large index. */
  async digits(index: number, signal?: AbortSignal): Promise<string> {
    const call = { signal, headers: { Accept: 'text/plain' } };
    return (await (await this.http.send(`${path(index)}/digits`, call)).text()).trim();
  }

  /** Where a browser can download the digits from. */
  digitsUrl(index: number): string {
    return this.http.url(`${path(index)}/digits`);
  }
}

const ROOT = '/api/v1/fibonacci';

function path(index: number): string {
  return `${ROOT}/${index}`;
}

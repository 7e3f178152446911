import { problemError } from './errors.ts';
import { type Http, readJson, waitOf } from './http.ts';
import { readSamples, sumOf } from './metrics-text.ts';
import type { Problem, QueueDepth, RangeItems, Readiness } from './types.gen.ts';

export type { QueueDepth, Readiness };

/** A worker that the queue has heard of. */
export interface Worker {
  name: string;
  host: string;
  pid: number;
  lanes: string[];
  /** ISO 8601. */
  since: string;
  seen_s_ago: number;
  holds: { index: number; attempt: number; lease_left_s: number }[];
}

/** Counters of this server since it was started. */
export interface ServerCounts {
  /** Requests for numbers, by anybody: POST of an index or of a range. */
  requests: number;
  /** Requests that are in PostgreSQL for good. */
  recorded: number;
}

/** How the system is: what an operator looks at. Every method throws ApiError when it fails. */
export class SystemApi {
  constructor(private readonly http: Http) {}

  async depth(signal?: AbortSignal): Promise<QueueDepth> {
    return readJson(await this.http.send('/api/v1/queue', { signal }));
  }

  /** Whether each dependency can be used; a server that is not ready answers too. */
  async readiness(signal?: AbortSignal): Promise<Readiness> {
    const response = await this.http.send('/readyz', { signal, expect: [503] });
    const answer = await readJson<Readiness | Problem>(response);
    if ('checks' in answer) return answer;
    throw problemError(answer, waitOf(response)); // Too busy even to look.
  }

  async workers(signal?: AbortSignal): Promise<Worker[]> {
    const response = await this.http.send('/api/v1/workers', { signal });
    return (await readJson<{ items: Worker[] }>(response)).items;
  }

  async counts(signal?: AbortSignal): Promise<ServerCounts> {
    const call = { signal, headers: { Accept: 'text/plain' } };
    const samples = readSamples(await (await this.http.send('/metrics', call)).text());
    return {
      requests: sumOf(samples, 'fiblab_http_requests_total', isRequestForNumbers),
      recorded: sumOf(samples, 'fiblab_ledger_batch_entries_sum')
    };
  }

  /** Requests F(from) to F(to) as one batch, each counted. */
  async requestRange(from: number, to: number, signal?: AbortSignal): Promise<RangeItems> {
    const call = { method: 'POST' as const, body: { from, to }, signal };
    return readJson(await this.http.send('/api/v1/fibonacci/ranges', call));
  }
}

function isRequestForNumbers(labels: string): boolean {
  return labels.includes('method="POST"') && labels.includes('route="/api/v1/fibonacci/');
}

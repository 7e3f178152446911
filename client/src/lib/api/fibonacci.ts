import { Unreadable } from './errors.ts';
import { type Http, readJson, waitOf } from './http.ts';
import type {
  FibonacciAbsent as Absent,
  FibonacciCalculating as Calculating,
  FibonacciDone as DoneInFull,
  FibonacciDoneLarge as DoneLarge,
  FibonacciFailed as Failed,
  MostRequested,
  RequestedCount
} from './types.gen.ts';

export type { Calculating, DoneInFull, DoneLarge, Failed, RequestedCount };

/** A known number: in full, or its two ends where it has more than 10,000 digits. */
export type Done = DoneInFull | DoneLarge;

export type Answer = Done | Calculating | Failed | Absent;

/** An answer, and how long the server asks to wait before the next look; null: as one likes. */
export interface Reply {
  answer: Answer;
  retryAfterMs: number | null;
}

/** The Fibonacci calls of the API. Every method throws ApiError when it fails. */
export class FibonacciApi {
  constructor(private readonly http: Http) {}

  /** Requests F(index). The same key sent again is the same request, so it is counted once. */
  async request(index: number, idempotencyKey: string, signal?: AbortSignal): Promise<Answer> {
    const response = await this.http.send(path(index), {
      method: 'POST',
      headers: { 'Idempotency-Key': idempotencyKey },
      signal
    });
    return readJson<Answer>(response);
  }

  /**
   * Looks at F(index) without requesting it: nothing is counted, nothing is enqueued. While the
   * number is being calculated the server holds its answer for up to `holdS` seconds.
   */
  async look(index: number, holdS: number, signal?: AbortSignal): Promise<Reply> {
    const headers = { Prefer: `wait=${holdS}` };
    const response = await this.http.send(path(index), { headers, signal, expect: [404] });
    if (response.status === 404) return { answer: { index, status: 'absent' }, retryAfterMs: null };
    // A server that took the wish has said how long it waits, and asks for no other pause.
    const granted = response.headers.has('Preference-Applied');
    const answer = await readJson<Answer>(response);
    return { answer, retryAfterMs: granted ? null : waitOf(response) };
  }

  async mostRequested(limit: number, signal?: AbortSignal): Promise<RequestedCount[]> {
    const response = await this.http.send(`${ROOT}/most-requested?limit=${limit}`, { signal });
    return (await readJson<MostRequested>(response)).items;
  }

  /** The largest index that this server takes, as its own description of the API says. */
  async maxIndex(signal?: AbortSignal): Promise<number> {
    const description = await readJson<ApiDescription>(
      await this.http.send(DESCRIPTION, { signal })
    );
    const max = description.components?.parameters?.index?.schema?.maximum;
    if (typeof max === 'number') return max;
    throw new Unreadable(`${DESCRIPTION} names no largest index.`);
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
const DESCRIPTION = '/openapi.json';

/** The one number that the page reads out of the API's description. */
interface ApiDescription {
  components?: { parameters?: { index?: { schema?: { maximum?: unknown } } } };
}

function path(index: number): string {
  return `${ROOT}/${index}`;
}

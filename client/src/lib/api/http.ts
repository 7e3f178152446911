import { problemError, TimedOut, Unreachable, Unreadable } from './errors.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Problem } from './types.gen.ts';

/** Milliseconds: twice the server's own deadline for a call, so that its 503 arrives first. */
const REPLY_TIMEOUT_MS = 10_000;

export type Fetch = typeof globalThis.fetch;

/** What a call needs beside its path. */
export interface Call {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  body?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Statuses that are answers here, though HTTP calls them errors. */
  expect?: readonly number[];
}

/** Sends requests to one origin and turns everything that goes wrong into an ApiError. */
export class Http {
  constructor(
    private readonly origin: string,
    private readonly fetch: Fetch
  ) {}

  url(path: string): string {
    return new URL(path, this.origin || globalThis.location?.origin).href;
  }

  /**
   * Resolves with an answer whose status is 2xx or expected; else throws an ApiError.
   * When the caller aborts, the abort's own reason is thrown.
   */
  async send(path: string, call: Call = {}): Promise<Response> {
    return this.accepted(path, call, AbortSignal.timeout(REPLY_TIMEOUT_MS));
  }

  /**
   * As `send`, for an answer that goes on for as long as it is read: its head alone must arrive
   * in time. Whoever reads the body meets a cut connection as a TypeError.
   */
  async open(path: string, call: Call = {}): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), REPLY_TIMEOUT_MS);
    try {
      return await this.accepted(path, call, late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private async accepted(path: string, call: Call, late: AbortSignal): Promise<Response> {
    const response = await this.receive(path, call, late);
    if (response.ok || call.expect?.includes(response.status)) return response;
    throw problemError(await readProblem(response), waitOf(response));
  }

  private async receive(path: string, call: Call, late: AbortSignal): Promise<Response> {
    const { signal } = call;
    try {
      return await this.fetch(this.origin + path, {
        ...initOf(call),
        signal: signal ? AbortSignal.any([signal, late]) : late
      });
    } catch (cause) {
      signal?.throwIfAborted();
      if (late.aborted) {
        throw new TimedOut(`No answer within ${REPLY_TIMEOUT_MS / 1000} seconds.`, { cause });
      }
      throw new Unreachable('The server could not be reached.', { cause });
    }
  }
}

function initOf({ method = 'GET', headers = {}, body }: Call): RequestInit {
  const accept = { Accept: 'application/json', ...headers };
  if (!body) return { method, headers: accept };
  const json = { 'Content-Type': 'application/json' };
  return { method, headers: { ...accept, ...json }, body: JSON.stringify(body) };
}

/** Milliseconds that the answer asks to wait, or null. */
export function waitOf(response: Response): number | null {
  return retryAfterMs(response.headers.get('Retry-After'), Date.now());
}

/** The answer's JSON object; throws Unreadable where it is something else. */
export async function readJson<T extends object>(response: Response): Promise<T> {
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null) return body as T;
  } catch (cause) {
    throw unreadable(response, cause);
  }
  throw unreadable(response);
}

async function readProblem(response: Response): Promise<Problem> {
  const type = response.headers.get('Content-Type') ?? '';
  if (!type.startsWith('application/problem+json')) throw unreadable(response);
  return readJson<Problem>(response);
}

function unreadable(response: Response, cause?: unknown): Unreadable {
  return new Unreadable(`The answer (status ${response.status}) is not one of this API.`, {
    cause
  });
}

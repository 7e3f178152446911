import { describe, expect, it, vi } from 'vitest';
import {
  ApiError,
  RateLimited,
  Rejected,
  ServerFault,
  TimedOut,
  Unavailable,
  Unreachable,
  Unreadable
} from './errors.ts';
import { FibonacciApi } from './fibonacci.ts';
import { type Fetch, Http } from './http.ts';

function given(response: () => Response | Promise<Response>) {
  const fetch = vi.fn<Fetch>(async () => response());
  return { fetch, api: new FibonacciApi(new Http('https://api.test', fetch)) };
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers }
  });
}

function problem(status: number, headers: Record<string, string> = {}): Response {
  const text = { type: 't', title: 'Title', detail: 'Detail' };
  const body = { ...text, status, request_id: 'r-1', definite: status < 500 };
  return json(status, body, { 'Content-Type': 'application/problem+json', ...headers });
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason
  );
  if (error instanceof ApiError) return error;
  throw new Error(`expected an ApiError, got ${String(error)}`);
}

describe('FibonacciApi', () => {
  it('requests with POST under the idempotency key', async () => {
    const { api, fetch } = given(() => json(202, { index: 41, status: 'calculating' }));
    expect(await api.request(41, 'key-1')).toEqual({ index: 41, status: 'calculating' });
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe('https://api.test/api/v1/fibonacci/41');
    expect(init).toMatchObject({ method: 'POST', headers: { 'Idempotency-Key': 'key-1' } });
  });

  it('asks the server to hold a look, and then needs no other pause', async () => {
    const wait = { 'Retry-After': '2' };
    const calculating = { index: 41, status: 'calculating' };
    const held = given(() => json(202, calculating, { ...wait, 'Preference-Applied': 'wait=1' }));
    expect(await held.api.look(41, 1)).toEqual({ answer: calculating, retryAfterMs: null });
    expect(held.fetch.mock.calls[0]?.[1]).toMatchObject({ headers: { Prefer: 'wait=1' } });
    const not = given(() => json(202, calculating, wait));
    expect((await not.api.look(41, 1)).retryAfterMs).toBe(2_000);
  });

  it('takes 404 as an answer when it looks', async () => {
    const { api } = given(() => problem(404));
    expect((await api.look(77, 0)).answer).toEqual({ index: 77, status: 'absent' });
  });

  it('reads the most requested, and the digits without their newline', async () => {
    const list = given(() => json(200, { items: [{ index: 40, count: 7 }] }));
    expect(await list.api.mostRequested(10)).toEqual([{ index: 40, count: 7 }]);
    expect(await given(() => new Response('102334155\n')).api.digits(40)).toBe('102334155');
  });
});

describe('The largest index', () => {
  const described = (schema: object) => () =>
    json(200, { components: { parameters: { index: { schema } } } });

  it('is read from the description that the server gives of itself', async () => {
    const { api, fetch } = given(described({ type: 'integer', maximum: 500 }));
    expect(await api.maxIndex()).toBe(500);
    expect(fetch.mock.calls[0]?.[0]).toBe('https://api.test/openapi.json');
  });

  it('is Unreadable where the description names none', async () => {
    expect(await failureOf(given(described({})).api.maxIndex())).toBeInstanceOf(Unreadable);
    expect(await failureOf(given(() => json(200, {})).api.maxIndex())).toBeInstanceOf(Unreadable);
  });
});

describe('A failed call', () => {
  it.each([
    [422, Rejected, false, true],
    [404, Rejected, false, true],
    [429, RateLimited, true, true],
    [503, Unavailable, true, false],
    [500, ServerFault, true, false]
  ])('of status %i is named for what it means', async (status, kind, retryable, definite) => {
    const error = await failureOf(given(() => problem(status)).api.request(1, 'k'));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ retryable, definite, problem: { request_id: 'r-1' } });
  });

  it('carries how long to wait', async () => {
    const { api } = given(() => problem(429, { 'Retry-After': '7' }));
    expect((await failureOf(api.look(1, 0))).retryAfterMs).toBe(7_000);
  });

  it('without any answer is Unreachable', async () => {
    const { api } = given(() => Promise.reject(new TypeError('Failed to fetch')));
    expect(await failureOf(api.look(1, 0))).toBeInstanceOf(Unreachable);
  });

  it('without an answer in time is TimedOut', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
    const { api } = given(() => Promise.reject(new DOMException('', 'TimeoutError')));
    expect(await failureOf(api.look(1, 0))).toBeInstanceOf(TimedOut);
  });

  it('with a page of some proxy is Unreadable', async () => {
    const page = () => new Response('<h1>Bad gateway</h1>', { status: 502 });
    expect(await failureOf(given(page).api.look(1, 0))).toBeInstanceOf(Unreadable);
    const hello = () => new Response('hello', { status: 200 });
    expect(await failureOf(given(hello).api.look(1, 0))).toBeInstanceOf(Unreadable);
  });

  it('that the caller aborted throws the abort, which is no failure', async () => {
    const { api } = given(() => Promise.reject(new DOMException('', 'AbortError')));
    await expect(api.look(1, 0, AbortSignal.abort())).rejects.toThrow(DOMException);
  });
});

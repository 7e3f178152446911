import { describe, expect, it, vi } from 'vitest';
import { Unavailable } from './errors.ts';
import { type Fetch, Http } from './http.ts';
import { SystemApi } from './system.ts';

function given(status: number, body: object | string) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fetch = vi.fn<Fetch>(async () => new Response(text, { status }));
  return { fetch, system: new SystemApi(new Http('https://api.test', fetch)) };
}

describe('The readiness', () => {
  const store = { usable: true, breaker: 'closed' };
  const checks = { redis: { ...store, usable: false }, postgres: store };

  it('is told by a server that is not ready, too', async () => {
    const answer = { ready: false, draining: false, checks };
    expect(await given(503, answer).system.readiness()).toEqual(answer);
  });

  it('is not known where the server was too busy to look', async () => {
    const text = { type: 't', title: 't', detail: 'd', request_id: 'r', definite: true };
    const call = given(503, { ...text, status: 503 }).system.readiness();
    await expect(call).rejects.toBeInstanceOf(Unavailable);
  });
});

describe('The counts', () => {
  it('are those of requests for numbers, and of what is on record', async () => {
    const requests = 'fiblab_http_requests_total';
    const { system } = given(
      200,
      [
        `${requests}{method="POST",route="/api/v1/fibonacci/{index}",status="202"} 3.0`,
        `${requests}{method="POST",route="/api/v1/fibonacci/ranges",status="202"} 1.0`,
        `${requests}{method="GET",route="/api/v1/fibonacci/{index}",status="200"} 50.0`,
        `${requests}{method="POST",route="/api/v1/queue/pause",status="200"} 7.0`,
        'fiblab_ledger_batch_entries_sum 4.0'
      ].join('\n')
    );
    expect(await system.counts()).toEqual({ requests: 4, recorded: 4 });
  });
});

it('requests a range as one batch', async () => {
  const { fetch, system } = given(202, { items: [] });
  await system.requestRange(1_001, 1_500);
  expect(fetch.mock.calls[0]?.[0]).toBe('https://api.test/api/v1/fibonacci/ranges');
  expect(fetch.mock.calls[0]?.[1]).toMatchObject({
    method: 'POST',
    body: '{"from":1001,"to":1500}'
  });
});

import { describe, expect, it } from 'vitest';
import { freshIdempotencyKey } from './idempotency-key.ts';
import { retryAfterMs } from './retry-after.ts';

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['3', 3_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['soon', null],
    [null, null]
  ])('reads %s', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});

describe('freshIdempotencyKey', () => {
  const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  it('is a UUID, never the same twice', () => {
    const keys = Array.from({ length: 100 }, () => freshIdempotencyKey());
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(UUID4);
  });

  it('is one too where the context is not secure', () => {
    const bare = { getRandomValues: crypto.getRandomValues.bind(crypto) } as Crypto;
    expect(freshIdempotencyKey(bare)).toMatch(UUID4);
  });
});

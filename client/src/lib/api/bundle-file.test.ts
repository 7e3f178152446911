import { expect, it, vi } from 'vitest';
import { fetchBundle } from './bundle-file.ts';

const { signal } = new AbortController();

it('fetches what the page’s own server has', async () => {
  const send = vi.fn(async () => new Response('{}'));
  expect(await fetchBundle('/bundle.json', signal, { send })).toBe('{}');
});

it.each([
  'https://example.org/b.json',
  '//example.org/b.json',
  '/\\example.org',
  'bundle.json',
  ''
])('goes to no stranger: %j', async (address) => {
  const send = vi.fn();
  await expect(fetchBundle(address, signal, { send })).rejects.toThrow(RangeError);
  expect(send).not.toHaveBeenCalled();
});

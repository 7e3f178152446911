import { expect, it } from 'vitest';
import { readSourceAddress, sourceAddress } from './source-address.ts';

it('writes an address that it reads again', () => {
  const place = { path: 'queue/lua/parts/claim_some.lua', line: 31 };
  const address = sourceAddress(place);
  expect(address).toBe('/source?path=queue/lua/parts/claim_some.lua&line=31');
  expect(readSourceAddress(new URL(address, 'http://x').searchParams)).toEqual(place);
});

it('takes no line for one that is none', () => {
  for (const line of ['', '0', '-3', '1e3', '4 2']) {
    const parameters = new URLSearchParams({ path: 'worker/lane.py', line });
    expect(readSourceAddress(parameters)).toEqual({ path: 'worker/lane.py', line: null });
  }
});

it('is no place without a path', () => {
  expect(readSourceAddress(new URLSearchParams('line=3'))).toBeNull();
});

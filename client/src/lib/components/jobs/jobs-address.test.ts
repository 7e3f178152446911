import { expect, it } from 'vitest';
import { EVERYTHING, jobsAddress, readJobsAddress } from './jobs-address.ts';

it('writes an address that it reads again', () => {
  const query = { state: 'dead', lane: 'heavy', cursor: '100' } as const;
  expect(jobsAddress(query)).toBe('/jobs?state=dead&lane=heavy&cursor=100');
  expect(readJobsAddress(new URL(jobsAddress(query), 'http://x').searchParams)).toEqual(query);
});

it('is short where nothing is asked', () => {
  expect(jobsAddress({})).toBe('/jobs');
  expect(readJobsAddress(new URLSearchParams())).toEqual(EVERYTHING);
});

it('leaves out what means nothing', () => {
  expect(readJobsAddress(new URLSearchParams('state=lost&lane='))).toEqual(EVERYTHING);
});

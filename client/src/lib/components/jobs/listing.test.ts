import { expect, it, vi } from 'vitest';
import type { DeadLetter, DeadLetterPage } from '#lib/api/jobs.ts';
import { EVERYTHING } from './jobs-address.ts';
import { countsOf, readListing } from './listing.ts';

const depth = {
  lanes: [
    { lane: 'light', ready: 2, oldest_s: 0 },
    { lane: 'heavy', ready: 3, oldest_s: 1 }
  ],
  ...{ leased: 1, delayed: 4, dead: 5, bound: 100, paused: false }
};

const letters = (lane: string, count: number) =>
  Array.from({ length: count }, (_, index): DeadLetter => ({
    ...{ index, lane, attempts: 3, died_at: '2026-11-24T12:00:00Z' },
    reason: { category: 'timeout', detail: 'Too long.' }
  }));

function given(...pages: DeadLetterPage[]) {
  const deadLetters = vi.fn(
    async (cursor: string | null) => pages[Number(cursor)] ?? { items: [] }
  );
  const jobs = vi.fn(async () => ({ items: [], next_cursor: '50' }));
  return {
    apis: { jobs: { jobs, deadLetters }, system: { depth: async () => depth } },
    deadLetters
  };
}

const { signal } = new AbortController();

it('lists jobs by state and lane', async () => {
  const { apis } = given();
  const query = { ...EVERYTHING, lane: 'light' };
  const listing = await readListing(apis, query, signal);
  expect(apis.jobs.jobs).toHaveBeenCalledWith(query, 50, signal);
  expect(listing).toEqual({ depth, jobs: [], letters: null, nextCursor: '50' });
});

it('lists dead letters of a lane from as many pages as it takes', async () => {
  const { apis, deadLetters } = given(
    { items: letters('light', 100), next_cursor: '1' },
    { items: [...letters('heavy', 30), ...letters('light', 70)], next_cursor: '2' }
  );
  const query = { state: 'dead', lane: 'heavy', cursor: null } as const;
  const listing = await readListing(apis, query, signal);
  expect(deadLetters).toHaveBeenCalledTimes(2);
  expect(listing.letters).toHaveLength(30);
  expect(listing.nextCursor).toBe('2');
});

it('ends where there are no more', async () => {
  const { apis } = given({ items: letters('light', 3) });
  const query = { state: 'dead', lane: 'heavy', cursor: null } as const;
  expect(await readListing(apis, query, signal)).toMatchObject({ letters: [], nextCursor: null });
});

it('counts what is ready over all lanes', () => {
  expect(countsOf(depth)).toEqual({ leased: 1, ready: 5, delayed: 4, dead: 5 });
});

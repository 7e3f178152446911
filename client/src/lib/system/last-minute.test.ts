import { expect, it } from 'vitest';
import { LastMinute, WINDOW_S } from './last-minute.ts';

const START = 1_000_000_000;

function given() {
  return new LastMinute(
    () => ({ count: 0 }),
    (slot) => (slot.count = 0)
  );
}

it('keeps apart what happened in different seconds', () => {
  const minute = given();
  (minute.at(START) ?? { count: 0 }).count += 2;
  (minute.at(START + 1_000) ?? { count: 0 }).count += 3;
  const counts = minute.whole(START + 2_000).map((slot) => slot?.count ?? 0);
  expect(counts).toHaveLength(WINDOW_S);
  expect(counts.slice(-3)).toEqual([0, 2, 3]);
});

it('leaves the running second out of the whole ones', () => {
  const minute = given();
  minute.at(START + 500);
  expect(minute.whole(START + 900).every((slot) => slot === null)).toBe(true);
  expect(minute.latest(START + 900, 1)).toHaveLength(1);
});

it('forgets what is older than a minute, and refuses what comes too late', () => {
  const minute = given();
  (minute.at(START) ?? { count: 0 }).count = 7;
  const later = START + (WINDOW_S + 1) * 1_000;
  expect(minute.at(later)?.count).toBe(0);
  expect(minute.at(START)).toBeNull();
  expect(minute.whole(later).every((slot) => slot === null)).toBe(true);
});

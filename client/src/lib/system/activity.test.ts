import { describe, expect, it } from 'vitest';
import type { TransitionKind, Transitions } from '#lib/api/events.ts';
import { Activity } from './activity.ts';

const START = 1_700_000_000_000;

function transitions(
  kind: TransitionKind,
  atMs: number,
  indices: number[],
  worker?: string
): Transitions {
  const jobs = indices.map((index) => ({ index, detail: '' }));
  const at = new Date(START + atMs).toISOString();
  return { at, at_ms: START + atMs, kind, jobs, ...(worker === undefined ? {} : { worker }) };
}

describe('Activity', () => {
  it('tells the pulses of each way, summed up', () => {
    const activity = new Activity();
    const taken = activity.take(
      [
        transitions('enqueued', 0, [1, 2, 3]),
        transitions('claimed', 1, [1, 2], 'w1'),
        transitions('claimed', 2, [3], 'w2'),
        transitions('expired', 3, [3], 'w1'),
        transitions('completed', 4, [1, 2]),
        transitions('dead', 5, [3])
      ],
      START + 5
    );
    expect(taken.flatMap(({ pulses }) => pulses)).toEqual([
      { way: 'enqueued', count: 3 },
      { way: 'claimed:w1', count: 2 },
      { way: 'claimed:w2', count: 1 },
      { way: 'returned:w2', count: 1 },
      { way: 'completed:w1', count: 2 },
      { way: 'dead', count: 1 }
    ]);
    expect(taken.map(({ worker }) => worker)).toEqual([null, 'w1', 'w2', 'w2', 'w1', null]);
  });

  it('shows whole seconds, so that the running one never looks like a fall', () => {
    const activity = new Activity();
    activity.take([transitions('enqueued', 0, [1, 2])], START);
    expect(activity.snapshot(START + 900).enqueued.at(-1)).toBe(0);
    expect(activity.snapshot(START + 1_000).enqueued.at(-1)).toBe(2);
    expect(activity.snapshot(START + 61_000).enqueued).toEqual(Array(60).fill(0));
  });

  it('measures from enqueued to claimed and to completed', () => {
    const activity = new Activity();
    activity.take(
      [
        transitions('enqueued', 0, [1]),
        transitions('claimed', 100, [1], 'w1'),
        transitions('completed', 400, [1])
      ],
      START + 400
    );
    const { took, waited, tookInAll } = activity.snapshot(START + 1_000);
    expect(took.p50.at(-1)).toBeCloseTo(400, -2);
    expect(waited.p99.at(-1)).toBeCloseTo(100, -2);
    expect(tookInAll?.p95).toBe(took.p95.at(-1));
    expect(took.p50.slice(0, -1).every((value) => value === null)).toBe(true);
  });

  it('knows the queue’s clock from the stream, however wrong the page’s is', () => {
    const activity = new Activity();
    const HOUR = 3_600_000;
    activity.take([transitions('enqueued', 0, [1])], START + HOUR + 80);
    activity.take([transitions('enqueued', 1_000, [2])], START + HOUR + 1_020);
    const { enqueued } = activity.snapshot(START + HOUR + 2_020);
    expect(enqueued.slice(-2)).toEqual([1, 1]);
  });

  it('gives rates of now, which end when nothing happens any more', () => {
    const activity = new Activity();
    for (let ms = 0; ms < 4_000; ms += 100) {
      activity.take([transitions('enqueued', ms, [ms])], START + ms);
    }
    expect(activity.snapshot(START + 4_000).rates.get('enqueued')).toBeCloseTo(10);
    expect(activity.snapshot(START + 8_000).rates.get('enqueued') ?? 0).toBe(0);
    expect(activity.snapshot(START + 8_000).lately.get('enqueued')).toBe(40);
    expect(activity.snapshot(START + 14_000).lately.size).toBe(0);
    expect(activity.snapshot(START + 14_000).totals.get('enqueued')).toBe(40);
  });

  it('counts what it is told from elsewhere', () => {
    const activity = new Activity();
    activity.count('requests', 20, START);
    const { rates, totals } = activity.snapshot(START);
    expect(rates.get('requests')).toBeCloseTo(10);
    expect(totals.get('requests')).toBe(20);
  });
});

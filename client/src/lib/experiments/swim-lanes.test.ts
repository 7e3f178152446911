import { describe, expect, it } from 'vitest';
import { actorOf, actorsOf } from './actors.ts';
import { leasesOf } from './leases.ts';
import { outagesOf } from './outages.ts';
import { WITH, WITHOUT } from './recorded-run.test-kit.ts';
import type { Happened } from './run-log.ts';
import { layOut } from './swim-lanes.ts';

/** So many requests within ten seconds, each with its whole life, in the hands of two workers. */
function busyArm(jobs: number): Happened[] {
  return Array.from({ length: jobs }, (_, number): Happened[] => {
    const at_ms = (number * 10_000) / jobs;
    const who = `worker-${(number % 2) + 1}`;
    const job = String(number);
    return [
      { at_ms, source: 'client', kind: 'requested', job, who: 'client-1' },
      { at_ms, source: 'queue', kind: 'enqueued', job, detail: 'light' },
      { at_ms, source: 'queue', kind: 'claimed', job, who, detail: '1' },
      { at_ms, source: 'queue', kind: 'completed', job, who }
    ];
  }).flat();
}

function drawn(happenings: Happened[], width = 520) {
  return layOut(happenings, { width, lengthMs: 10_000, actors: actorsOf(happenings) });
}

describe('actors', () => {
  it('have lanes from who asks to where it is kept', () => {
    const stores: Happened[] = ['postgres', 'redis', 'worker-10'].map((who) => ({
      ...{ at_ms: 0, source: 'process', kind: 'started', who }
    }));
    expect(actorsOf([...stores, ...WITH])).toEqual([
      ...['clients', 'server', 'queue', 'worker-1', 'worker-2', 'worker-10'],
      ...['redis', 'postgres']
    ]);
  });

  it('leave to the queue what it does by itself, whichever worker called', () => {
    const expired = WITH.find(({ kind }) => kind === 'expired') as Happened;
    expect(actorOf(expired)).toBe('queue');
  });

  it('are parts of the system: neither a measure nor the way between two parts', () => {
    expect(actorOf({ at_ms: 0, source: 'measure', kind: 'depth', value: 1 })).toBeNull();
    const cut: Happened = { at_ms: 0, source: 'fault', kind: 'cut', who: 'server to postgres' };
    expect(actorOf(cut)).toBeNull();
    expect(actorOf({ ...cut, who: 'postgres' })).toBe('postgres');
  });
});

describe('leases', () => {
  it('last from a claim to what ended it', () => {
    expect(leasesOf(WITH)).toEqual([
      { job: '30', attempt: 1, who: 'worker-1', fromMs: 60, toMs: 2_065, ending: 'expired' },
      { job: '30', attempt: 2, who: 'worker-2', fromMs: 2_065, toMs: 3_000, ending: 'completed' }
    ]);
  });

  it('stay open where nobody ended them', () => {
    expect(leasesOf(WITHOUT)).toMatchObject([{ toMs: null, ending: null }]);
  });
});

describe('outages', () => {
  it('last until the same target is well again, or to the end', () => {
    const frozen: Happened[] = [
      { at_ms: 10, source: 'fault', kind: 'frozen', who: 'worker-1' },
      { at_ms: 20, source: 'fault', kind: 'killed', who: 'redis' },
      { at_ms: 30, source: 'fault', kind: 'thawed', who: 'worker-1' }
    ];
    expect(outagesOf(frozen)).toMatchObject([
      { who: 'worker-1', fromMs: 10, toMs: 30 },
      { who: 'redis', fromMs: 20, toMs: null }
    ]);
  });

  it('are moments where nothing has to be undone', () => {
    const flushed: Happened = { at_ms: 5, source: 'fault', kind: 'flushed', who: 'redis' };
    expect(outagesOf([flushed])).toMatchObject([{ fromMs: 5, toMs: 5 }]);
  });
});

describe('layOut', () => {
  it('gives each actor its lane, and each thing its place on one scale', () => {
    const { lanes, spans, from, to } = drawn(WITH);
    expect(lanes.map(({ actor }) => actor)).toEqual([
      'clients',
      'server',
      'queue',
      'worker-1',
      'worker-2'
    ]);
    const at = (ms: number) => from + (ms / 10_000) * (to - from);
    expect(spans.map(({ x }) => x)).toEqual([at(60), at(2_065)]);
    const held = lanes.find(({ actor }) => actor === 'worker-2');
    expect(spans[1]?.y).toBeGreaterThanOrEqual(held?.y ?? Infinity);
    expect(spans.map(({ ending, again }) => [ending, again])).toEqual([
      ['expired', false],
      ['completed', true]
    ]);
  });

  it('draws a lease that nobody ended to the end of time', () => {
    const { spans, to } = drawn(WITHOUT);
    const [span] = spans;
    expect((span?.x ?? 0) + (span?.width ?? 0)).toBeCloseTo(to);
    expect(span?.title).toContain('never ended');
  });

  it('names faults, never one over another', () => {
    const faults = Array.from({ length: 6 }, (_, at): Happened => {
      return { at_ms: 100 * at, source: 'fault', kind: 'killed', who: 'worker-1' };
    });
    const names = drawn(faults).bands.filter(({ nameAt }) => nameAt !== null);
    expect(names.length).toBeLessThan(faults.length);
    expect(new Set(names.map(({ nameAt }) => nameAt?.y)).size).toBe(names.length);
  });

  it.each([0, 60, 1_000, 20_000])('stays below 400 elements with %i jobs', (jobs) => {
    const { lanes, bands, spans, marks, ticks } = drawn(busyArm(jobs));
    const named = 2 * (lanes.length + spans.length + ticks.length);
    expect(named + 4 * bands.length + marks.length).toBeLessThan(400);
  });

  it('draws thousands of a kind as one outline, and counts them', () => {
    const requested = drawn(busyArm(5_000)).marks.filter(({ key }) => key.includes('requested'));
    expect(requested).toMatchObject([{ title: '5,000 × requested (clients) from 0 s' }]);
    expect(requested[0]?.outline.match(/M/g)?.length).toBeGreaterThan(90);
  });

  it('draws a few one by one, each with its moment', () => {
    const requested = drawn(busyArm(12)).marks.filter(({ key }) => key.includes('requested'));
    expect(requested).toHaveLength(12);
    expect(requested[6]?.title).toBe('requested (clients) at 5 s');
  });

  it('keeps the leases that went wrong among thousands that did not', () => {
    const lost: Happened[] = [
      { at_ms: 1, source: 'queue', kind: 'claimed', job: '-1', who: 'worker-1', detail: '1' }
    ];
    expect(drawn([...lost, ...busyArm(500)]).spans).toMatchObject([{ ending: 'open' }]);
  });

  it('keeps everything inside the narrowest phone', () => {
    const { spans, bands, to } = drawn(WITH, 280);
    const ends = [...spans, ...bands].map(({ x, width }) => x + width);
    expect(Math.max(...ends)).toBeLessThanOrEqual(to + 2);
  });
});

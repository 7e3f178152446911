import { describe, expect, it } from 'vitest';
import { keyMoments, latestTold, narrate } from './narrative.ts';
import { WITH, WITHOUT } from './recorded-run.test-kit.ts';
import type { Happened } from './run-log.ts';

describe('narrate', () => {
  it('tells the fault, the lost lease, the redelivery, and the ends of what went well', () => {
    expect(narrate(WITH).rows.map(({ text }) => text)).toEqual([
      'server is ready',
      'client-1 asks for F(30)',
      'job 30 joins the heavy lane',
      'worker-1 claims job 30',
      'worker-1 is killed (SIGKILL)',
      'worker-1 has ended',
      'the lease of job 30 expires, and the job is ready again',
      'worker-2 claims job 30 again: attempt 2',
      'worker-2 completes job 30'
    ]);
  });

  it('tells where the twin’s story stops', () => {
    expect(narrate(WITHOUT).rows.at(-1)).toMatchObject({
      text: 'worker-1 has ended',
      weight: 'bad'
    });
  });

  it('makes one row of many alike, and counts them', () => {
    const refused = Array.from({ length: 1_200 }, (_, at): Happened => {
      return {
        at_ms: at,
        source: 'client',
        kind: 'refused',
        job: String(at),
        detail: '503 queue full'
      };
    });
    expect(narrate(refused).rows).toEqual([
      { atMs: 0, text: 'F(0) is refused: 503 queue full, and 1,199 more like it', weight: 'bad' }
    ]);
  });

  it('stops where nobody reads on, and says how much is left', () => {
    const faults = Array.from({ length: 100 }, (_, at): Happened => {
      return { at_ms: at, source: 'fault', kind: 'killed', who: `worker-${at}` };
    });
    const { rows, left } = narrate(faults);
    expect([rows.length, left]).toEqual([60, 40]);
  });
});

describe('a replay', () => {
  it('stops at each moment once, and not for measures or looks that brought nothing', () => {
    expect(keyMoments(WITHOUT)).toEqual([0, 20, 30, 40, 45, 60, 70, 90]);
  });

  it('knows what happened last at a moment', () => {
    expect(latestTold(WITH, 71)?.kind).toBe('killed');
    expect(latestTold(WITH, 1_000)?.kind).toBe('ended');
    expect(latestTold(WITH, -1)).toBeNull();
  });
});

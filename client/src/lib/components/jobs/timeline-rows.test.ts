import { expect, it } from 'vitest';
import type { Step } from '#lib/api/jobs.ts';
import { timelineRows } from './timeline-rows.ts';

const step = (kind: Step['kind'], at_ms: number, waited_ms: number, detail = ''): Step => ({
  ...{ entry: `${at_ms}-0`, at: '', at_ms, waited_ms, kind, detail },
  source: { path: 'queue/lua/heartbeat.lua', line: 17 }
});

it('makes one row of progress that follows progress, with the latest share and the whole wait', () => {
  const rows = timelineRows([
    step('claimed', 1_000, 0),
    step('progress', 2_000, 1_000, '0.2'),
    step('progress', 3_000, 1_000, '0.4'),
    step('expired', 13_000, 10_000),
    step('progress', 14_000, 1_000, '0.1')
  ]);
  expect(rows).toMatchObject([
    { step: { kind: 'claimed' }, sinceMs: 0, reports: 1 },
    { step: { detail: '0.4' }, sinceMs: 2_000, waitedMs: 2_000, reports: 2 },
    { step: { kind: 'expired' }, sinceMs: 12_000, waitedMs: 10_000, reports: 1 },
    { step: { detail: '0.1' }, reports: 1 }
  ]);
});

it('takes no time for negative', () => {
  const rows = timelineRows([step('enqueued', 5_000, 0), step('claimed', 4_000, 0)]);
  expect(rows[1]?.sinceMs).toBe(0);
});

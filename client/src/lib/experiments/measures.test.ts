import { expect, it } from 'vitest';
import { comparisonsOf, curvesOf } from './measures.ts';
import type { ArmLog, Happened } from './run-log.ts';

function arm(name: ArmLog['name'], measures: Omit<Happened, 'source'>[]): ArmLog {
  const happenings = measures.map((measure) => ({ ...measure, source: 'measure' as const }));
  return { name, stage: null, happenings, checks: [], healed: null };
}

it('makes one chart of a number that both arms took', () => {
  const [curve] = curvesOf(
    [
      arm('with', [{ at_ms: 0, kind: 'latency_ms', value: 5 }]),
      arm('without', [{ at_ms: 1_000, kind: 'latency_ms', value: 900 }])
    ],
    1_000
  );
  expect(curve).toMatchObject({ title: 'Latency', unit: 'ms' });
  expect(curve?.series.map(({ arm, values }) => [arm, values.at(0), values.at(-1)])).toEqual([
    ['with', 5, null],
    ['without', null, 900]
  ]);
});

it.each([
  ['jobs_per_s', 'Jobs', 'per second'],
  ['queue_mb', 'Queue', 'MB'],
  ['depth', 'Jobs in the queue', 'jobs'],
  ['retries_in_50_ms', 'Retries in 50 ms', 'count']
])('reads what %s is called, and its unit', (kind, title, unit) => {
  const [curve] = curvesOf([arm('with', [{ at_ms: 0, kind, value: 1 }])], 10);
  expect(curve).toMatchObject({ title, unit });
});

it('keeps a peak, and goes on with a value until the next', () => {
  const depth = [1, 900, 2].map((value, at) => ({ at_ms: at, kind: 'depth', value }));
  const [curve] = curvesOf(
    [arm('with', [...depth, { at_ms: 900, kind: 'depth', value: 0 }])],
    1_000
  );
  expect(curve?.series[0]?.values.slice(0, 3)).toEqual([900, 900, 900]);
  expect(curve?.series[0]?.values.slice(107, 110)).toEqual([900, 0, null]);
});

it('compares what was taken of several things', () => {
  const taken = [1, 2, 4].map((workers) => ({
    ...{ at_ms: workers, kind: 'jobs_per_s', who: `${workers} workers`, value: 10 * workers }
  }));
  expect(curvesOf([arm('with', taken)], 10)).toEqual([]);
  expect(comparisonsOf([arm('with', taken)])).toEqual([
    {
      ...{ kind: 'jobs_per_s', title: 'Jobs', unit: 'per second' },
      categories: ['1 workers', '2 workers', '4 workers'],
      series: [{ arm: 'with', values: [10, 20, 40] }]
    }
  ]);
});

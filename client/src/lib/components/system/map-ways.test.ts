import { describe, expect, it } from 'vitest';
import type { Way } from '#lib/system/activity.ts';
import type { WorkerPart } from '#lib/system/parts.ts';
import { topologyFor } from '#lib/system/topology.ts';
import { formatRate, formatTraffic, mapWays, sumAlong } from './map-ways.ts';

const worker: WorkerPart = {
  ...{ id: 'worker', name: 'worker', health: 'well', words: 'running', doing: 'idle' },
  queueNames: ['host-7-ab', 'host-8-cd']
};
const rates = new Map<Way, number>([
  ['claimed:host-7-ab', 1],
  ['claimed:host-8-cd', 2],
  ['completed:host-9-ef', 9]
]);

describe('mapWays', () => {
  it.each([1_080, 358])('has a line for each way, also of a worker, at a width of %i', (width) => {
    const ways = mapWays(topologyFor(width, 1), [worker]);
    expect(ways.map(({ id }) => id)).toEqual([
      ...['requests', 'enqueued', 'recorded', 'dead'],
      ...['claimed worker', 'completed worker', 'returned worker']
    ]);
  });

  it('adds up what a worker does with what its predecessors did', () => {
    const claimed = mapWays(topologyFor(1_080, 1), [worker]).find(
      ({ id }) => id === 'claimed worker'
    );
    expect(claimed && sumAlong(claimed, rates)).toBe(3);
  });
});

it('writes what goes in and out of a worker, and nothing while nothing does', () => {
  expect(formatTraffic(worker, { rates, lately: new Map() })).toBe('takes 3/s · ends 0/s');
  const lately = new Map<Way, number>([['returned:host-8-cd', 1]]);
  expect(formatTraffic(worker, { rates, lately })).toBe('1 back in the queue');
  expect(formatTraffic(worker, { rates: new Map(), lately: new Map() })).toBe('');
});

it.each([
  [0, ''],
  [0.01, ''],
  [0.44, '0.4/s'],
  [61.4, '61/s'],
  [1_234.5, '1,235/s']
])('writes a rate of %d as "%s"', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

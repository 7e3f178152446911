import { describe, expect, it } from 'vitest';
import { type Box, dotsPath, pathOf, pointAt, type Topology, topologyFor } from './topology.ts';

const LINE = [
  [0, 0],
  [0, 5],
  [0, 5],
  [0, 10]
] as const;

function boxesOf({ client, server, redis, postgres, workers }: Topology): Box[] {
  return [client, server, redis, postgres, ...workers.map(({ box }) => box)];
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

describe.each([
  ['wide', 1_080],
  ['tall', 358]
])('The %s map', (_name, width) => {
  it.each([0, 1, 2, 3, 5, 8])(
    'keeps the parts of a system of %i workers apart, and within its frame',
    (count) => {
      const topology = topologyFor(width, count);
      const boxes = boxesOf(topology);
      expect(topology.workers).toHaveLength(count);
      for (const [at, box] of boxes.entries()) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(topology.width);
        expect(box.y + box.height).toBeLessThanOrEqual(topology.height);
        for (const other of boxes.slice(at + 1)) expect(overlap(box, other)).toBe(false);
      }
    }
  );
});

describe('A way', () => {
  it('goes from its one end to the other', () => {
    expect(pointAt(LINE, 0)).toEqual([0, 0]);
    expect(pointAt(LINE, 0.5)).toEqual([0, 5]);
    expect(pointAt(LINE, 1)).toEqual([0, 10]);
    expect(pathOf(LINE)).toBe('M0 0C0 5 0 5 0 10');
  });

  it('has all its dots in one path', () => {
    expect(dotsPath(LINE, [0, 0.5])).toBe('M0.0 0.0h0M0.0 5.0h0');
    expect(dotsPath(LINE, [])).toBe('');
  });
});

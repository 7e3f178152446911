import { expect, it } from 'vitest';
import type { LabProcess } from '#lib/api/lab-types.ts';
import type { Worker } from '#lib/api/system.ts';
import { learnNames, NO_NAMES } from './worker-names.ts';

const process = (pid: number): LabProcess => ({
  name: 'worker',
  kind: 'worker',
  state: 'running',
  pid
});
const worker = (pid: number): Worker => ({
  ...{ name: `host-${pid}-ab`, host: 'host', pid, lanes: [] },
  ...{ since: '1970-01-01T00:00:00Z', seen_s_ago: 0, holds: [] }
});

it('remembers by which names the queue has known a process and its predecessors', () => {
  const first = learnNames(NO_NAMES, [process(7)], [worker(7), worker(9)]);
  expect(first.get('worker')).toEqual(['host-7-ab']);
  const second = learnNames(first, [process(8)], [worker(7), worker(8)]);
  expect(second.get('worker')).toEqual(['host-7-ab', 'host-8-ab']);
  expect(learnNames(second, [process(8)], []).get('worker')).toEqual(['host-7-ab', 'host-8-ab']);
});

it('remembers the latest few only', () => {
  let names = NO_NAMES;
  for (let pid = 1; pid <= 9; pid += 1) names = learnNames(names, [process(pid)], [worker(pid)]);
  expect(names.get('worker')).toEqual([5, 6, 7, 8, 9].map((pid) => `host-${pid}-ab`));
});

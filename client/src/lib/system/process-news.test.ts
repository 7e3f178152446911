import { expect, it } from 'vitest';
import type { LabProcess, ProcessState } from '#lib/api/lab-types.ts';
import { processNews } from './process-news.ts';

const worker = (state: ProcessState, pid = 7): LabProcess[] => [
  { name: 'worker', kind: 'worker', state, pid }
];

it.each<[string, LabProcess[], LabProcess[], string[]]>([
  ['the first look', [], worker('running'), []],
  ['no change', worker('running'), worker('running'), []],
  ['an end', worker('running'), worker('ended'), ['worker has ended.']],
  ['a return', worker('ended'), worker('running', 8), ['worker is back.']],
  ['a return between two looks', worker('running'), worker('running', 8), ['worker is back.']],
  ['a thaw', worker('frozen'), worker('running'), ['worker has thawed.']],
  [
    'one more',
    worker('running'),
    [...worker('running'), { name: 'worker 2', kind: 'worker', state: 'running' }],
    ['worker 2 has joined.']
  ]
])('tells of %s', (_case, before, after, news) => {
  expect(processNews(before, after)).toEqual(news);
});

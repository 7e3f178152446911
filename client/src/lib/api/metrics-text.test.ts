import { expect, it } from 'vitest';
import { readSamples, sumOf } from './metrics-text.ts';

const TEXT = `# HELP requests_total Requests {answered} 1
# TYPE requests_total counter
requests_total{method="POST",route="/api/v1/fibonacci/{index}"} 3.0
requests_total{method="GET",route="/readyz"} 40.0 1732450000

in_flight 2
broken
`;

it('reads names, labels with braces in them, and numbers', () => {
  expect(readSamples(TEXT)).toEqual([
    {
      name: 'requests_total',
      labels: 'method="POST",route="/api/v1/fibonacci/{index}"',
      value: 3
    },
    { name: 'requests_total', labels: 'method="GET",route="/readyz"', value: 40 },
    { name: 'in_flight', labels: '', value: 2 }
  ]);
});

it('sums what is wanted of one name, and finds nothing of another', () => {
  const samples = readSamples(TEXT);
  expect(sumOf(samples, 'requests_total')).toBe(43);
  expect(sumOf(samples, 'requests_total', (labels) => labels.includes('POST'))).toBe(3);
  expect(sumOf(samples, 'absent')).toBe(0);
});

import type { Lease } from './leases.ts';

/** Rows that still read in one lane; leases beyond them share the last. */
const MAX_ROWS = 3;

/** Leases of one lane, each in the first row that is free when it begins. */
export function rowsOf(leases: readonly Lease[]): { rows: number; rowOf: Map<Lease, number> } {
  const freeFrom: number[] = [];
  const rowOf = new Map<Lease, number>();
  for (const lease of leases) {
    const free = freeFrom.findIndex((ms) => ms <= lease.fromMs);
    const row = free < 0 ? Math.min(freeFrom.length, MAX_ROWS - 1) : free;
    freeFrom[row] = lease.toMs ?? Number.POSITIVE_INFINITY;
    rowOf.set(lease, row);
  }
  return { rows: Math.max(1, freeFrom.length), rowOf };
}

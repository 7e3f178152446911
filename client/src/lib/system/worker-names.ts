import type { LabProcess } from '#lib/api/lab-types.ts';
import type { Worker } from '#lib/api/system.ts';

/** Names of a process that are remembered: those of its predecessors whose leases may still end. */
const MOST_NAMES = 5;

/** The names by which the queue has known each process of the lab, by the process's name. */
export type WorkerNames = ReadonlyMap<string, readonly string[]>;

export const NO_NAMES: WorkerNames = new Map();

/**
 * Adds what two looks tell together: a process is the queue's worker of the same pid. Names of
 * processes that were replaced are kept, so that their jobs are seen coming back from their place.
 */
export function learnNames(
  known: WorkerNames,
  processes: readonly LabProcess[],
  workers: readonly Worker[]
): WorkerNames {
  const names = new Map(known);
  for (const { name, kind, pid } of processes) {
    const worker = workers.find((one) => kind === 'worker' && one.pid === pid);
    const before = names.get(name) ?? [];
    if (!worker || before.includes(worker.name)) continue;
    names.set(name, [...before, worker.name].slice(-MOST_NAMES));
  }
  return names;
}

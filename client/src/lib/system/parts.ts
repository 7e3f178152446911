import { ApiError, Unreachable } from '#lib/api/errors.ts';
import type { LabProcess } from '#lib/api/lab-types.ts';
import type { QueueDepth, Readiness, Worker } from '#lib/api/system.ts';
import { formatCount } from '#lib/fibonacci/digit-groups.ts';
import type { WorkerNames } from './worker-names.ts';

/** How a part of the system is; the shape beside its name says so too, not its colour alone. */
export type Health = 'well' | 'weak' | 'down' | 'unknown';

/** One part of the system as the map and the table show it. */
export interface Part {
  name: string;
  health: Health;
  /** In a few words. */
  words: string;
}

export interface WorkerPart extends Part {
  /** Stays the same when the process is replaced. */
  id: string;
  /** The names that it had in the queue, by which the event stream calls it. */
  queueNames: readonly string[];
  /** What it does now. */
  doing: string;
}

/** What the page has looked up of the system; null where a look has not succeeded yet. */
export interface Looks {
  readiness: Readiness | null;
  /** Why the latest look at the server failed; null where it did not. */
  serverError: unknown;
  depth: QueueDepth | null;
  processes: LabProcess[] | null;
  workers: Worker[] | null;
  names: WorkerNames;
}

export const PROCESS_HEALTH: Record<LabProcess['state'], Health> = {
  running: 'well',
  frozen: 'weak',
  stopped: 'down',
  ended: 'down'
};
export const PROCESS_WORDS: Record<LabProcess['state'], string> = {
  running: 'running',
  frozen: 'frozen',
  stopped: 'stopped',
  ended: 'ended, comes back'
};

export function serverPart({ readiness, serverError }: Looks): Part {
  const name = 'Server';
  if (serverError instanceof Unreachable) return { name, health: 'down', words: 'not reachable' };
  if (serverError instanceof ApiError) return { name, health: 'weak', words: 'no good answer' };
  if (!readiness) return { name, health: 'unknown', words: 'looking' };
  if (readiness.draining) return { name, health: 'weak', words: 'stopping' };
  return readiness.ready
    ? { name, health: 'well', words: 'ready' }
    : { name, health: 'weak', words: 'not ready' };
}

/** Redis or PostgreSQL: its process where the lab keeps it, else what the server sees of it. */
export function storePart(store: 'redis' | 'postgres', looks: Looks): Part {
  const name = store === 'redis' ? 'Redis' : 'PostgreSQL';
  const process = looks.processes?.find(({ kind }) => kind === store);
  if (process && process.state !== 'running') {
    return { name, health: PROCESS_HEALTH[process.state], words: PROCESS_WORDS[process.state] };
  }
  const check = looks.serverError === null ? looks.readiness?.checks[store] : undefined;
  if (!check) return { name, health: 'unknown', words: 'not known' };
  if (!check.usable) return { name, health: 'down', words: 'no answer' };
  return { name, health: 'well', words: 'answers' };
}

/** The server's breaker in front of a store: closed lets calls through. */
export function breakerWords(
  store: 'redis' | 'postgres',
  { readiness, serverError }: Looks
): string {
  const state = serverError === null ? readiness?.checks[store].breaker : undefined;
  return state ? `breaker ${state}` : 'breaker not known';
}

/** A node for each worker process of the lab; without a lab, for each worker that the queue knows. */
export function workerParts({ processes, workers, names }: Looks): WorkerPart[] {
  const kept = (processes ?? []).filter(({ kind }) => kind === 'worker');
  const others = kept.length > 0 ? [] : (workers ?? []);
  return [
    ...kept.map((process) => ({
      ...keptWorker(process, workers ?? []),
      queueNames: names.get(process.name) ?? []
    })),
    ...others.map((worker) => foreignWorker(worker))
  ];
}

function keptWorker(process: LabProcess, workers: Worker[]): Omit<WorkerPart, 'queueNames'> {
  const worker = workers.find(({ pid }) => pid === process.pid);
  return {
    id: process.name,
    name: process.name,
    health: PROCESS_HEALTH[process.state],
    words: PROCESS_WORDS[process.state],
    doing: process.state === 'running' || process.state === 'frozen' ? doing(worker) : ''
  };
}

function foreignWorker(worker: Worker): WorkerPart {
  const { name, host, pid } = worker;
  const queueNames = [name];
  return {
    id: name,
    name: `${host} ${pid}`,
    health: 'well',
    words: 'running',
    queueNames,
    doing: doing(worker)
  };
}

function doing(worker: Worker | undefined): string {
  const holds = worker?.holds ?? [];
  if (!worker) return '';
  if (holds.length === 0) return 'idle';
  if (holds.length > 1) return `holds ${formatCount(holds.length)} jobs`;
  return holds.map(({ index }) => `at F(${formatCount(index)})`).join('');
}

import type { LabProcess, ProcessOrder } from '#lib/api/lab-types.ts';

/** What can be done to a process now, in the words of its button. */
export interface OrderOffer {
  order: ProcessOrder;
  label: string;
  /** What the page says once it is done. */
  done: string;
  /** What is asked before it is done; null: done at once. */
  question: string | null;
}

const LABELS: Record<ProcessOrder, string> = {
  kill: 'Kill',
  freeze: 'Freeze',
  thaw: 'Thaw',
  stop: 'Stop',
  start: 'Start',
  add: 'Add a worker'
};

const NAMES: Record<LabProcess['kind'], string> = {
  server: 'the server',
  worker: 'the worker',
  redis: 'Redis',
  postgres: 'PostgreSQL'
};

/** What the whole system goes through, where it is not only one worker of several. */
const CONSEQUENCES: Record<Exclude<LabProcess['kind'], 'worker'>, string> = {
  server: 'Every request under way loses its answer, and this page its connection for a moment.',
  redis: 'No job can be queued or claimed until it is back. Requests get 503, never a hang.',
  postgres: 'No request can be counted until it is back. Requests get 503, and none is lost.'
};

/** The orders that make sense in the state that a process is in. */
export function offersFor(process: LabProcess): OrderOffer[] {
  return ordersFor(process).map((order) => ({
    order,
    label: LABELS[order],
    done: doneWords(process, order),
    question: questionFor(process, order)
  }));
}

function ordersFor({ kind, state }: LabProcess): ProcessOrder[] {
  if (kind === 'server') return state === 'running' ? ['kill'] : [];
  if (state === 'running') return ['kill', 'freeze', 'stop'];
  if (state === 'frozen') return ['thaw', 'kill'];
  return ['start'];
}

function questionFor({ kind }: LabProcess, order: ProcessOrder): string | null {
  const harmless = order === 'thaw' || order === 'start' || order === 'add';
  return kind === 'worker' || harmless ? null : CONSEQUENCES[kind];
}

function doneWords({ kind, name }: LabProcess, order: ProcessOrder): string {
  const what = kind === 'worker' ? name : NAMES[kind];
  return {
    kill: `Killed ${what}. It comes back by itself${kind === 'worker' ? '; its jobs when their leases end' : ''}.`,
    freeze: `Froze ${what}. It thaws within a minute, or when you say so.`,
    thaw: `Thawed ${what}.`,
    stop: `Stopped ${what}. It stays so until you start it.`,
    start: `Started ${what}.`,
    add: 'Added a worker.'
  }[order];
}

/** The head of the question before an order: "Kill Redis?" */
export function questionTitle({ kind }: LabProcess, { label }: OrderOffer): string {
  return `${label} ${NAMES[kind]}?`;
}

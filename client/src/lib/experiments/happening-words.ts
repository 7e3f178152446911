import { attemptOf } from './leases.ts';
import type { Happened } from './run-log.ts';

/** One happening as a sentence without a full stop. */
export function describe(happening: Happened): string {
  const { source, kind, value } = happening;
  if (source === 'queue') return describeTransition(happening);
  if (source === 'client') return describeClient(happening);
  if (source === 'measure') return `${kind} is ${value ?? '?'}`;
  return describePart(happening);
}

function describeTransition(transition: Happened): string {
  const { kind, who = 'a worker', detail = '' } = transition;
  const job = `job ${transition.job ?? '?'}`;
  const attempt = attemptOf(transition);
  const words: Record<string, string> = {
    enqueued: `${job} joins the ${detail || 'queue’s'} lane`,
    claimed:
      attempt > 1 ? `${who} claims ${job} again: attempt ${attempt}` : `${who} claims ${job}`,
    progress: `${who} tells how far ${job} is: ${detail}`,
    expired: `the lease of ${job} expires, and the job is ready again`,
    retrying: `an attempt at ${job} fails: it waits ${detail} ms for the next`,
    due: `${job} has waited long enough, and is ready again`,
    released: `${who} gives ${job} back undone`,
    completed: `${who} completes ${job}`,
    dead: `${job} becomes a dead letter: ${detail.replaceAll('_', ' ') || 'given up'}`,
    discarded: `${job} is discarded`
  };
  return words[kind] ?? `${job}: ${kind}`;
}

function describeClient({ kind, job, who = 'a client', detail = '' }: Happened): string {
  const number = job === undefined ? 'something' : `F(${job})`;
  const words: Record<string, string> = {
    requested: `${who} asks for ${number}`,
    asked: `${who} looks how ${number} stands`,
    accepted: `${number} is accepted: ${detail}`,
    answered: `${who} hears of ${number}: ${detail}`,
    refused: `${number} is refused: ${detail}`,
    failed: `${who} gets no answer for ${number}${detail ? `: ${detail}` : ''}`
  };
  return words[kind] ?? `${who}: ${kind} ${number}`;
}

/** Faults and processes: a part of the system, and what became of it. */
function describePart({ source, kind, who = 'the system', detail }: Happened): string {
  const verb: Record<string, string> = {
    ready: 'is ready',
    started: 'has started',
    ended: 'has ended',
    healed: 'is healed',
    thawed: 'goes on',
    struck: 'is struck'
  };
  const what = verb[kind] ?? (source === 'fault' ? `is ${kind}` : kind);
  return `${who} ${what}${detail ? ` (${detail})` : ''}`;
}

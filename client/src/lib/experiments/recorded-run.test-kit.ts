import type { Arm, ExperimentDetail, RunBundle, RunLine } from '#lib/api/lab-types.ts';
import type { Happened, Judged } from './run-log.ts';

/** A run of the crash experiment as the stage tells it, shortened. */

export const CRASH: ExperimentDetail & RunBundle['experiment'] = {
  id: 'crash',
  title: 'A worker dies mid-job',
  pattern: 'Lease (visibility timeout)',
  chapter: 'lease',
  question: 'A worker dies in the middle of a job: who finishes it, and when?',
  fault: 'SIGKILL of the worker',
  without: 'A claim pops the job from its list.',
  lasts_s: 20,
  prediction: {
    question: 'What becomes of the job?',
    choices: ['It is lost.', 'Redis notices.', 'Another worker gets it.'],
    answer: 2
  },
  explanation: 'A claim is a *lease*.\n\nThe twin pops with `RPOP`.',
  sources: [{ path: 'queue/lua/parts/claim_some.lua', line: 27, says: 'the lease begins' }],
  checks: [{ id: 'nothing-lost', says: 'Every accepted request ends in its value.' }],
  breaks: 'nothing-lost'
};

const COMMON: Happened[] = [
  { at_ms: 0, source: 'process', kind: 'started', who: 'worker-1' },
  { at_ms: 20, source: 'process', kind: 'ready', who: 'server' },
  { at_ms: 30, source: 'client', kind: 'requested', job: '30', who: 'client-1' },
  { at_ms: 40, source: 'queue', kind: 'enqueued', job: '30', detail: 'heavy' },
  {
    at_ms: 45,
    source: 'client',
    kind: 'accepted',
    job: '30',
    who: 'client-1',
    detail: '202 calculating'
  },
  { at_ms: 60, source: 'queue', kind: 'claimed', job: '30', who: 'worker-1', detail: '1' },
  { at_ms: 70, source: 'fault', kind: 'killed', who: 'worker-1', detail: 'SIGKILL' },
  { at_ms: 90, source: 'process', kind: 'ended', who: 'worker-1' },
  { at_ms: 100, source: 'measure', kind: 'depth', value: 3 }
];

export const WITH: Happened[] = [
  ...COMMON,
  { at_ms: 2_065, source: 'queue', kind: 'expired', job: '30', who: 'worker-2' },
  { at_ms: 2_065, source: 'queue', kind: 'claimed', job: '30', who: 'worker-2', detail: '2' },
  { at_ms: 3_000, source: 'queue', kind: 'completed', job: '30', who: 'worker-2' },
  {
    at_ms: 3_100,
    source: 'client',
    kind: 'answered',
    job: '30',
    who: 'client-1',
    detail: '200 done'
  }
];

export const WITHOUT: Happened[] = [
  ...COMMON,
  {
    at_ms: 6_000,
    source: 'client',
    kind: 'answered',
    job: '30',
    who: 'client-1',
    detail: '200 calculating'
  }
];

export const HOLDS: Judged = {
  ...{ id: 'nothing-lost', says: 'Every accepted request ends in its value.' },
  ...{ holds: true, evidence: ['examined 4 requests'] }
};
export const BROKEN: Judged = { ...HOLDS, holds: false, evidence: ['job 30: 45 ms accepted'] };

export const BEGIN: RunLine = {
  type: 'begin',
  run: 'crash-7',
  experiment: CRASH,
  seed: 7,
  arms: ['with', 'without'],
  versions: { Python: '3.13.0' },
  started_at: '2026-11-24T16:00:00.000Z'
};

export const END: RunLine = { type: 'end', outcome: 'valid', why: 'All held, and the twin broke.' };

export const LINES: RunLine[] = [
  BEGIN,
  { type: 'stage', arm: 'with', text: 'starting Redis and PostgreSQL' },
  ...lines('with', WITH, HOLDS),
  { type: 'stage', arm: 'without', text: 'emptying Redis and PostgreSQL' },
  ...lines('without', WITHOUT, BROKEN),
  END
];

export const BUNDLE: RunBundle = {
  format: 1,
  run: 'crash-7',
  experiment: CRASH,
  seed: 7,
  arms: {
    with: { happenings: WITH, checks: [HOLDS] },
    without: { happenings: WITHOUT, checks: [BROKEN] }
  },
  outcome: 'valid',
  why: 'All held, and the twin broke.',
  prediction: { choice: 2, right: true },
  versions: { Python: '3.13.0' },
  started_at: '2026-11-24T16:00:00.000Z',
  ended_at: '2026-11-24T16:00:20.000Z'
};

/** Lines as the server sends them, numbered from `first` on. */
export function asStream(lines: readonly RunLine[], first = 1): string {
  return lines
    .map((line, at) => `id: ${first + at}\nevent: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`)
    .join('');
}

function lines(arm: Arm, happenings: Happened[], check: Judged): RunLine[] {
  return [
    ...happenings.map((happening) => ({ type: 'happening' as const, arm, ...happening })),
    { type: 'healed', arm, text: 'Nothing is frozen.' },
    { type: 'check', arm, ...check }
  ];
}

import { formatCount } from '#lib/fibonacci/digit-groups.ts';
import { describe } from './happening-words.ts';
import { attemptOf } from './leases.ts';
import type { Happened } from './run-log.ts';

/** Rows that a person still reads; what is beyond them is told as a count. */
const MAX_ROWS = 60;

export type Weight = 'fault' | 'bad' | 'good' | 'plain';

/** What happened, as one row of a list: one happening, or several of a kind in a row. */
export interface Row {
  atMs: number;
  text: string;
  weight: Weight;
}

export interface Narrative {
  rows: Row[];
  /** Rows that were left out at the end. */
  left: number;
}

/**
 * What a person should know of an arm: faults, lost leases, redeliveries, ends, and the first and
 * the last of what went well. Several of a kind in a row become one row.
 */
export function narrate(happenings: readonly Happened[]): Narrative {
  const isFirst = firstOnes(happenings);
  const isLast = firstOnes(happenings.toReversed());
  const keys = happenings.filter(
    (happening) => isKey(happening) || isFirst.has(happening) || isLast.has(happening)
  );
  const rows = inRuns(keys).map(rowOf);
  return { rows: rows.slice(0, MAX_ROWS), left: Math.max(0, rows.length - MAX_ROWS) };
}

/** Moments worth stopping at, in milliseconds, each once. */
export function keyMoments(happenings: readonly Happened[]): number[] {
  return [...new Set(happenings.filter(isTold).map(({ at_ms }) => at_ms))];
}

/** The latest thing that is worth telling at a moment; null before the first. */
export function latestTold(happenings: readonly Happened[], atMs: number): Happened | null {
  return happenings.findLast((happening) => happening.at_ms <= atMs && isTold(happening)) ?? null;
}

/** Measures are read off a curve; a look at a job that is still calculated is no news. */
function isTold({ source, kind, detail = '' }: Happened): boolean {
  if (source === 'measure' || kind === 'asked' || kind === 'progress') return false;
  return kind !== 'answered' || / done$/.test(detail);
}

const KEY_TRANSITIONS = new Set(['expired', 'retrying', 'released', 'dead', 'discarded']);
const KEY_OF_CLIENTS = new Set(['refused', 'failed']);
/** Of which the first and the last are told. */
const USUAL = new Set(['requested', 'enqueued', 'claimed', 'completed']);

function isKey(happening: Happened): boolean {
  const { source, kind } = happening;
  if (source === 'fault') return true;
  if (source === 'process') return kind === 'ended' || happening.at_ms > 0;
  if (source === 'client') return KEY_OF_CLIENTS.has(kind);
  if (source !== 'queue') return false;
  return KEY_TRANSITIONS.has(kind) || (kind === 'claimed' && attemptOf(happening) > 1);
}

function firstOnes(happenings: readonly Happened[]): Set<Happened> {
  const kinds = new Set<string>();
  return new Set(
    happenings.filter(({ kind }) => {
      const isFirst = USUAL.has(kind) && !kinds.has(kind);
      if (isFirst) kinds.add(kind);
      return isFirst;
    })
  );
}

function inRuns(happenings: readonly Happened[]): Happened[][] {
  const runs: Happened[][] = [];
  for (const happening of happenings) {
    const run = runs.at(-1);
    if (run?.[0] && isAlike(run[0], happening)) run.push(happening);
    else runs.push([happening]);
  }
  return runs;
}

function isAlike(a: Happened, b: Happened): boolean {
  const isAttempt = a.kind === 'claimed' && attemptOf(a) !== attemptOf(b);
  return a.source === b.source && a.kind === b.kind && a.source !== 'fault' && !isAttempt;
}

function rowOf(run: Happened[]): Row {
  const [first] = run as [Happened];
  const more = run.length - 1;
  const text = describe(first) + (more > 0 ? `, and ${formatCount(more)} more like it` : '');
  return { atMs: first.at_ms, text, weight: weightOf(first) };
}

function weightOf({ source, kind }: Happened): Weight {
  if (source === 'fault') return kind === 'healed' || kind === 'thawed' ? 'plain' : 'fault';
  if (['expired', 'dead', 'failed', 'refused', 'ended', 'retrying'].includes(kind)) return 'bad';
  return kind === 'completed' ? 'good' : 'plain';
}

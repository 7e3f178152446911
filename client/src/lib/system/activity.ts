import type { Transitions } from '#lib/api/events.ts';
import { DurationHistogram, type Quantiles } from './duration-histogram.ts';
import { JobLedger } from './job-ledger.ts';
import { LastMinute } from './last-minute.ts';

/** A way that jobs go between two parts of the system; those of workers end in the worker's name. */
export type Way =
  | 'requests'
  | 'recorded'
  | 'enqueued'
  | 'dead'
  | `claimed:${string}`
  | `completed:${string}`
  | `returned:${string}`;

/** So many went this way just now. */
export interface Pulse {
  way: Way;
  count: number;
}

/** What was found out of transitions that came together. */
export interface Taken {
  transitions: Transitions;
  pulses: Pulse[];
  /** The queue's name of the worker whose hands the last of the jobs was in; null: nobody's known. */
  worker: string | null;
}

interface Second {
  enqueued: number;
  completed: number;
  ways: Map<Way, number>;
  took: DurationHistogram;
  waited: DurationHistogram;
}

type Line = (number | null)[];

/** Three lines of a chart, a value for each of the last 60 whole seconds. */
export interface QuantileLines {
  p50: Line;
  p95: Line;
  p99: Line;
}

/** What happened in the last minute, as it is shown. */
export interface ActivitySnapshot {
  /** Jobs of each of the last 60 whole seconds, oldest first. */
  enqueued: number[];
  completed: number[];
  /** Milliseconds from enqueued to completed, and from enqueued to the first claim. */
  took: QuantileLines;
  waited: QuantileLines;
  /** The same over the whole minute; null where nothing was measured. */
  tookInAll: Quantiles | null;
  waitedInAll: Quantiles | null;
  /** Jobs a second that go each way now. */
  rates: ReadonlyMap<Way, number>;
  /** Jobs that went each way in the last ten seconds: what is rare can be read, too. */
  lately: ReadonlyMap<Way, number>;
  /** Jobs that went each way since the page was opened. */
  totals: ReadonlyMap<Way, number>;
}

/** Whole seconds before the running one over which a rate is taken: steady, and yet of now. */
const RATE_S = 2;
/** Whole seconds for which what is rare stays to be read. */
const LATELY_S = 9;

/**
 * Counts and times what the event stream tells, second by second, in memory that does not grow.
 *
 * Times are those of the queue's clock. How far the page's clock is from it is learnt from the
 * stream: no event arrives before it happened.
 */
export class Activity {
  readonly #jobs = new JobLedger();
  readonly #minute = new LastMinute<Second>(emptySecond, clearSecond);
  readonly #totals = new Map<Way, number>();
  /** Milliseconds that the page's clock is ahead of the queue's, at most. */
  #ahead: number | null = null;

  /** Takes transitions in, and tells what has to be seen moving for each. */
  take(transitions: Transitions[], nowMs: number): Taken[] {
    return transitions.map((one) => {
      this.#ahead = Math.min(this.#ahead ?? Infinity, nowMs - one.at_ms);
      return this.#takeOne(one);
    });
  }

  /** Counts what is known from elsewhere than the stream, as having gone this way now. */
  count(way: Way, count: number, nowMs: number): void {
    this.#went(way, count, this.#minute.at(this.#queueTime(nowMs)));
  }

  snapshot(nowMs: number): ActivitySnapshot {
    const now = this.#queueTime(nowMs);
    const seconds = this.#minute.whole(now);
    return {
      enqueued: seconds.map((second) => second?.enqueued ?? 0),
      completed: seconds.map((second) => second?.completed ?? 0),
      took: linesOf(seconds.map((second) => second?.took.quantiles() ?? null)),
      waited: linesOf(seconds.map((second) => second?.waited.quantiles() ?? null)),
      tookInAll: sumOf(seconds.map((second) => second?.took)).quantiles(),
      waitedInAll: sumOf(seconds.map((second) => second?.waited)).quantiles(),
      rates: this.#rates(now),
      lately: this.#wentSince(now, LATELY_S),
      totals: new Map(this.#totals)
    };
  }

  #takeOne(one: Transitions): Taken {
    const second = this.#minute.at(one.at_ms);
    const pulses = new Map<Way, number>();
    let worker: string | null = null;
    for (const { index } of one.jobs) {
      const { waitedMs, tookMs, holder } = this.#jobs.note(one, index);
      if (waitedMs !== null) second?.waited.add(waitedMs);
      if (tookMs !== null) second?.took.add(tookMs);
      worker = holder;
      const way = wayOf(one.kind, holder);
      if (way !== null) pulses.set(way, (pulses.get(way) ?? 0) + 1);
    }
    for (const [way, count] of pulses) this.#went(way, count, second);
    if (second && one.kind === 'enqueued') second.enqueued += one.jobs.length;
    if (second && one.kind === 'completed') second.completed += one.jobs.length;
    return {
      transitions: one,
      pulses: [...pulses].map(([way, count]) => ({ way, count })),
      worker
    };
  }

  #went(way: Way, count: number, second: Second | null): void {
    this.#totals.set(way, (this.#totals.get(way) ?? 0) + count);
    second?.ways.set(way, (second.ways.get(way) ?? 0) + count);
  }

  #rates(now: number): ReadonlyMap<Way, number> {
    const seconds = RATE_S + (now % 1_000) / 1_000;
    const went = this.#wentSince(now, RATE_S);
    return new Map([...went].map(([way, count]) => [way, count / seconds]));
  }

  /** Jobs that went each way in the running second and in so many before it. */
  #wentSince(now: number, before: number): ReadonlyMap<Way, number> {
    const sums = new Map<Way, number>();
    for (const { ways } of this.#minute.latest(now, before)) {
      for (const [way, count] of ways) sums.set(way, (sums.get(way) ?? 0) + count);
    }
    return sums;
  }

  #queueTime(nowMs: number): number {
    return nowMs - (this.#ahead ?? 0);
  }
}

function wayOf(kind: Transitions['kind'], holder: string | null): Way | null {
  if (kind === 'enqueued' || kind === 'dead') return kind;
  if (holder === null) return null;
  if (kind === 'claimed' || kind === 'completed') return `${kind}:${holder}`;
  return kind === 'progress' ? null : `returned:${holder}`;
}

function linesOf(quantiles: (Quantiles | null)[]): QuantileLines {
  return {
    p50: quantiles.map((one) => one?.p50 ?? null),
    p95: quantiles.map((one) => one?.p95 ?? null),
    p99: quantiles.map((one) => one?.p99 ?? null)
  };
}

function sumOf(histograms: (DurationHistogram | undefined)[]): DurationHistogram {
  const sum = new DurationHistogram();
  for (const one of histograms) if (one && one.count > 0) sum.addAll(one);
  return sum;
}

function emptySecond(): Second {
  return {
    enqueued: 0,
    completed: 0,
    ways: new Map(),
    took: new DurationHistogram(),
    waited: new DurationHistogram()
  };
}

function clearSecond(second: Second): void {
  second.enqueued = second.completed = 0;
  second.ways.clear();
  second.took.clear();
  second.waited.clear();
}

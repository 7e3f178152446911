import type { Transitions } from '#lib/api/events.ts';
import type { Way } from '#lib/system/activity.ts';

/** One script's transitions, ready to be shown by themselves. */
export interface Step {
  /** Counts up; tells equal steps apart. */
  number: number;
  transitions: Transitions;
  /** Where on the map it is to be seen. */
  ways: Way[];
  /** The queue's name of the worker whose hands the jobs were in; null where there is none. */
  worker: string | null;
}

/** Steps that wait to be looked at; whoever steps slower than that misses the oldest. */
const MOST_WAITING = 500;
/** Steps that stay on the page after they were looked at. */
const MOST_SHOWN = 12;

/** The queue's life one transition at a time, for whoever wants no moving picture. */
export class StepLog {
  /** Looked at, newest first. */
  shown = $state.raw<Step[]>([]);
  /** How many wait to be looked at. */
  waiting = $state.raw(0);
  /** How many were dropped because nobody looked. */
  dropped = $state.raw(0);

  #queue: Step[] = [];
  #number = 0;

  add(transitions: Transitions, ways: Way[], worker: string | null): void {
    this.#number += 1;
    this.#queue.push({ number: this.#number, transitions, ways, worker });
    if (this.#queue.length > MOST_WAITING) {
      this.#queue.shift();
      this.dropped += 1;
    }
    this.waiting = this.#queue.length;
  }

  /** Shows the next one and returns it; null where nothing has happened since. */
  next(): Step | null {
    const step = this.#queue.shift() ?? null;
    if (step) this.shown = [step, ...this.shown].slice(0, MOST_SHOWN);
    this.waiting = this.#queue.length;
    return step;
  }

  /** Forgets what waits, and begins with what comes from now on. */
  clear(): void {
    this.#queue = [];
    this.shown = [];
    this.waiting = this.dropped = 0;
  }
}

import type { TransitionKind, Transitions } from '#lib/api/events.ts';
import type { Clock } from '#lib/browser/clock.ts';

/** One line of the tail: the same thing done to one job or to many at once. */
export interface TailLine {
  /** Distinguishes it from every other line. */
  key: number;
  atMs: number;
  kind: TransitionKind;
  /** The first of the jobs. */
  index: number;
  /** How many other jobs. */
  others: number;
  worker: string | null;
}

/** Lines that are kept: what one sees without scrolling. */
const LINES = 10;
/** Milliseconds between two changes of what is shown: below that, lines only flicker. */
const SHOWN_EVERY_MS = 250;

/**
 * The latest transitions, the newest first, shown at a pace that can be read.
 *
 * However many come, only the latest few are kept. Progress is left out: it would drown the rest.
 */
export class TransitionTail {
  lines = $state.raw<TailLine[]>([]);

  #latest: TailLine[] = [];
  #keys = 0;
  #waiting = false;
  #held = false;
  #cancelTimer = () => {};

  constructor(private readonly clock: Clock) {}

  add(transitions: readonly Transitions[]): void {
    const told = transitions.filter(({ kind }) => kind !== 'progress').slice(-LINES);
    const lines = told.map((one) => this.#line(one)).reverse();
    this.#latest = [...lines, ...this.#latest].slice(0, LINES);
    if (lines.length > 0) this.#showSoon();
  }

  /** Keeps what is shown as it is, until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#show();
  }

  stop(): void {
    this.#cancelTimer();
  }

  #line({ at_ms, kind, worker, jobs }: Transitions): TailLine {
    this.#keys += 1;
    const [first] = jobs;
    const others = jobs.length - 1;
    return {
      ...{ key: this.#keys, atMs: at_ms, kind },
      ...{ index: first?.index ?? 0, others, worker: worker ?? null }
    };
  }

  /** The first change after a pause is shown at once, what follows in steps. */
  #showSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#show();
    this.#cancelTimer = this.clock.after(SHOWN_EVERY_MS, () => {
      this.#waiting = false;
      this.#show();
    });
  }

  #show(): void {
    if (!this.#held) this.lines = this.#latest;
  }
}

import type { Clock } from '#lib/browser/clock.ts';
import type { Visibility } from '#lib/browser/visibility.ts';
import { type Backoff, fullJitter } from './backoff.ts';

/** What one asking came to: final, or to be asked again, not before `retryAfterMs`. */
export interface Verdict {
  final: boolean;
  retryAfterMs: number | null;
}

/** An error that says whether asking again can help; any other error ends the polling. */
interface Setback {
  retryable: boolean;
  retryAfterMs: number | null;
}

export type PollPhase =
  'idle' | 'asking' | 'waiting' | 'hidden' | 'finished' | 'gave-up' | 'stopped';

export interface PollPolicy extends Backoff {
  /** Failures in a row after which the poller gives up. */
  maxFailures: number;
}

export const POLL_POLICY: PollPolicy = {
  baseMs: 200, // F(1,000,000) takes some 10 ms, so the first look may come soon
  capMs: 4_000, // a person watching a long job should see it move
  maxFailures: 10 // about 15 s of an absent server, longer than a restart takes
};

/** What a poller needs from the world around it. */
export interface PollerWorld {
  clock: Clock;
  random: () => number;
  visibility: Visibility;
}

/**
 * Asks again and again until the answer is final.
 *
 * It waits with exponential backoff and full jitter, never less than the server's Retry-After. It
 * rests while the tab is hidden and asks at once when the tab is shown. After a failure that
 * may pass it goes on; after `maxFailures` in a row, or one that cannot pass, it gives up and
 * keeps the `error`. `stop` aborts the call under way and must be called on teardown.
 */
export class Poller {
  phase = $state.raw<PollPhase>('idle');
  /** The latest failure; null as soon as an asking succeeds. */
  error = $state.raw<unknown>(null);
  /** When the next asking is due, in milliseconds since the epoch; null while none is. */
  nextAtMs = $state.raw<number | null>(null);

  #controller = new AbortController();
  #notBeforeMs = 0;
  #round = 0;
  #failures = 0;
  #cancelTimer = () => {};
  #unwatch = () => {};

  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<Verdict>,
    private readonly world: PollerWorld,
    private readonly policy: PollPolicy = POLL_POLICY
  ) {}

  /** Asks now, and goes on from there; a poller that has ended begins anew. */
  start(): void {
    this.stop();
    this.#controller = new AbortController();
    this.#round = this.#failures = this.#notBeforeMs = 0;
    this.#unwatch = this.world.visibility.onChange(() => this.#visibilityChanged());
    void this.#askOnce(this.#controller.signal);
  }

  /** Skips what is left of a wait. */
  askNow(): void {
    if (this.phase !== 'waiting') return;
    this.#cancelTimer();
    void this.#askOnce(this.#controller.signal);
  }

  stop(): void {
    this.#end('stopped');
  }

  async #askOnce(signal: AbortSignal): Promise<void> {
    this.phase = 'asking';
    this.nextAtMs = null;
    try {
      const verdict = await this.ask(signal);
      if (!signal.aborted) this.#succeeded(verdict);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }

  #succeeded(verdict: Verdict): void {
    // After an outage the job has most likely moved on: look again soon.
    if (this.#failures > 0) this.#round = 0;
    this.#failures = 0;
    this.error = null;
    if (verdict.final) this.#end('finished');
    else this.#wait(verdict.retryAfterMs);
  }

  #failed(error: unknown): void {
    this.error = error;
    this.#failures += 1;
    const mayPass = isSetback(error) && error.retryable && this.#failures < this.policy.maxFailures;
    if (mayPass) this.#wait(error.retryAfterMs);
    else this.#end('gave-up');
  }

  #wait(retryAfterMs: number | null): void {
    const floorMs = retryAfterMs ?? 0;
    const waitMs = floorMs + fullJitter(this.#round, this.policy, this.world.random);
    this.#round += 1;
    this.#notBeforeMs = this.world.clock.now() + floorMs;
    if (this.world.visibility.hidden) this.#rest();
    else this.#askIn(waitMs);
  }

  #askIn(ms: number): void {
    this.phase = 'waiting';
    this.nextAtMs = this.world.clock.now() + ms;
    const { signal } = this.#controller;
    this.#cancelTimer = this.world.clock.after(ms, () => void this.#askOnce(signal));
  }

  #rest(): void {
    this.#cancelTimer();
    this.phase = 'hidden';
    this.nextAtMs = null;
  }

  #visibilityChanged(): void {
    if (this.world.visibility.hidden) {
      if (this.phase === 'waiting') this.#rest();
    } else if (this.phase === 'hidden') {
      // At once, unless the server has asked for more patience than has passed.
      this.#askIn(Math.max(0, this.#notBeforeMs - this.world.clock.now()));
    }
  }

  #end(phase: PollPhase): void {
    this.#controller.abort();
    this.#cancelTimer();
    this.#unwatch();
    this.nextAtMs = null;
    this.phase = phase;
  }
}

function isSetback(error: unknown): error is Setback {
  return error instanceof Error && 'retryable' in error && 'retryAfterMs' in error;
}

import { type Backoff, fullJitter } from './backoff.ts';
import type { PollerWorld } from './poller.svelte.ts';

/** Milliseconds between two askings at least, however much happens: a person reads no faster. */
export const SHORTEST_MS = 1_000;
/** Milliseconds after which it is asked anyway: some things change without a transition. */
const LONGEST_MS = 5_000;
/** How the wait grows while the server does not answer. */
const RETRY: Backoff = { baseMs: 2_000, capMs: 10_000 };

/**
 * What a call answers, asked anew when something has changed, at most once a second.
 *
 * It rests while the tab is hidden or, once it has an answer, paused; it asks at once when that
 * ends. A failed asking keeps the value it had, with the `error` beside it. `stop` must be called
 * on teardown.
 */
export class LiveAnswer<T> {
  /** The latest answer; null before the first. */
  value = $state.raw<T | null>(null);
  /** Why the latest asking failed; null where it did not. */
  error = $state.raw<unknown>(null);
  /** When `value` came, in milliseconds since the epoch. */
  receivedMs = $state.raw(0);

  #paused = false;
  #running = false;
  #askedMs = -SHORTEST_MS;
  #failures = 0;
  /** The asking under way, if one is. */
  #asking: AbortController | null = null;
  /** Something has happened since the asking under way began. */
  #changedSince = false;
  #cancelTimer = () => {};
  #unwatch = () => {};

  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    private readonly world: PollerWorld
  ) {}

  start(): void {
    this.#running = true;
    this.#unwatch = this.world.visibility.onChange(() => this.#askAnew());
    this.#askAnew();
  }

  /** Something has happened: asks now, or as soon as a second has passed since the last time. */
  changed(): void {
    this.#changedSince = true;
    if (this.#asking) return;
    this.#askIn(Math.max(0, this.#askedMs + SHORTEST_MS - this.world.clock.now()));
  }

  /** Asks now, even while paused: somebody wants it. An asking under way gives way to this one. */
  refresh(): void {
    this.#abort();
    if (this.#running) void this.#askOnce();
  }

  /** Holds still: what is being asked for is not shown any more. */
  pause(): void {
    this.#paused = true;
    if (this.value !== null) this.#abort();
  }

  resume(): void {
    this.#paused = false;
    this.#askAnew();
  }

  stop(): void {
    this.#running = false;
    this.#abort();
    this.#unwatch();
  }

  #askAnew(): void {
    this.#abort();
    this.#askIn(0);
  }

  #abort(): void {
    this.#asking?.abort();
    this.#asking = null;
    this.#cancelTimer();
  }

  /** Asks after that time, unless nobody looks; it takes the place of what was to come later. */
  #askIn(ms: number): void {
    this.#cancelTimer();
    const isHeld = this.#paused && this.value !== null;
    if (!this.#running || isHeld || this.world.visibility.hidden) return;
    if (ms === 0) void this.#askOnce();
    else this.#cancelTimer = this.world.clock.after(ms, () => this.#askIn(0));
  }

  async #askOnce(): Promise<void> {
    const { signal } = (this.#asking = new AbortController());
    this.#askedMs = this.world.clock.now();
    this.#changedSince = false;
    try {
      const value = await this.ask(signal);
      if (signal.aborted) return;
      this.value = value;
      this.receivedMs = this.world.clock.now();
      this.error = null;
      this.#failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      this.#failures += 1;
    }
    this.#asking = null;
    this.#askLater();
  }

  #askLater(): void {
    if (this.#failures > 0) {
      const waitMs = fullJitter(this.#failures - 1, RETRY, this.world.random);
      this.#askIn(Math.max(SHORTEST_MS, waitMs));
    } else if (this.#changedSince) this.changed();
    else this.#askIn(LONGEST_MS);
  }
}

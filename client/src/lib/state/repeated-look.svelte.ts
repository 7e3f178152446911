import type { Clock } from '#lib/browser/clock.ts';
import type { Visibility } from '#lib/browser/visibility.ts';

/** What a repeated look needs from the world around it. */
export interface LookWorld {
  clock: Clock;
  visibility: Visibility;
}

/**
 * Looks at something every so often, while somebody can see the tab.
 *
 * A look that fails keeps the value of the last good one, with its `error` beside it; the next one
 * may succeed. A failure that `isFinal` ends the looking. `stop` must be called on teardown.
 */
export class RepeatedLook<Value> {
  /** Null until the first good look. */
  value = $state.raw<Value | null>(null);
  /** Why the latest look failed; null where it did not. */
  error = $state.raw<unknown>(null);

  #controller = new AbortController();
  #cancelTimer = () => {};
  #unwatch = () => {};
  #held = false;

  constructor(
    private readonly look: (signal: AbortSignal) => Promise<Value>,
    private readonly everyMs: number,
    private readonly world: LookWorld,
    private readonly isFinal: (error: unknown) => boolean = () => false
  ) {}

  start(): void {
    this.stop();
    this.#unwatch = this.world.visibility.onChange(() => this.refresh());
    this.refresh();
  }

  /** Looks now; a look under way gives way to this one, which sees something newer. */
  refresh(): void {
    this.#controller.abort();
    this.#cancelTimer();
    if (this.#held || this.world.visibility.hidden) return;
    this.#controller = new AbortController();
    void this.#lookOnce(this.#controller.signal);
  }

  /** Keeps what is shown as it is, until `release`. */
  hold(): void {
    this.#held = true;
    this.#controller.abort();
    this.#cancelTimer();
  }

  release(): void {
    this.#held = false;
    this.refresh();
  }

  /** Takes what an order has answered for the result of a look. */
  take(value: Value): void {
    this.value = value;
    this.error = null;
  }

  stop(): void {
    this.#controller.abort();
    this.#cancelTimer();
    this.#unwatch();
  }

  async #lookOnce(signal: AbortSignal): Promise<void> {
    try {
      const value = await this.look(signal);
      if (signal.aborted) return;
      this.take(value);
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      if (this.isFinal(error)) return;
    }
    this.#cancelTimer = this.world.clock.after(this.everyMs, () => this.refresh());
  }
}

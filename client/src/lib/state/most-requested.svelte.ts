import type { FibonacciApi, RequestedCount } from '#lib/api/fibonacci.ts';
import type { PollerWorld } from './poller.svelte.ts';

/** Rows of the chart. */
const LIMIT = 10;
/** Milliseconds between two looks at what others ask for. */
const REFRESH_MS = 15_000;

export interface MostRequestedWorld extends Omit<PollerWorld, 'random'> {
  api: Pick<FibonacciApi, 'mostRequested'>;
}

/** The most requested indices, looked up every so often while somebody can see them. */
export class MostRequested {
  /** Null until the first answer. */
  items = $state.raw<RequestedCount[] | null>(null);
  /** The latest look failed, so `items` may be out of date. */
  stale = $state.raw(false);

  #controller = new AbortController();
  #cancelTimer = () => {};
  #unwatch = () => {};

  constructor(private readonly world: MostRequestedWorld) {}

  start(): void {
    this.#unwatch = this.world.visibility.onChange(() => this.refresh());
    this.refresh();
  }

  /** Looks now; a look under way gives way to this one, which sees a newer count. */
  refresh(): void {
    this.#controller.abort();
    this.#cancelTimer();
    if (this.world.visibility.hidden) return;
    this.#controller = new AbortController();
    void this.#look(this.#controller.signal);
  }

  stop(): void {
    this.#controller.abort();
    this.#cancelTimer();
    this.#unwatch();
  }

  async #look(signal: AbortSignal): Promise<void> {
    try {
      const items = await this.world.api.mostRequested(LIMIT, signal);
      if (signal.aborted) return;
      this.items = items;
      this.stale = false;
    } catch {
      if (signal.aborted) return;
      this.stale = true; // The badge tells; the next look may succeed.
    }
    this.#cancelTimer = this.world.clock.after(REFRESH_MS, () => this.refresh());
  }
}

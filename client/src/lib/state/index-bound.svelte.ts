import type { FibonacciApi } from '#lib/api/fibonacci.ts';

/**
 * The largest index that the server takes: a setting of its own, so the page has to ask.
 *
 * Until it is known, and where it cannot be read, the server itself refuses what is too large.
 */
export class IndexBound {
  max = $state.raw<number | null>(null);

  constructor(private readonly api: Pick<FibonacciApi, 'maxIndex'>) {}

  /** Asks, unless it is known already; never throws. */
  async learn(): Promise<void> {
    if (this.max !== null) return;
    this.max = await this.api.maxIndex().catch(() => null);
  }
}

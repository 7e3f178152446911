import { SvelteSet } from 'svelte/reactivity';
import { ApiError } from '#lib/api/errors.ts';
import {
  type DeadLetter,
  type DeadLetterOrder,
  type DeadLetterOutcome,
  type DeadLetterPage,
  type JobsApi,
  PAGE_LIMIT
} from '#lib/api/jobs.ts';

/** What an order came to, as far as it came. */
export interface OrderReport {
  order: DeadLetterOrder;
  outcomes: DeadLetterOutcome[];
  /** Indices whose outcome is unknown, or that were not sent, because of `problem`. */
  left: number[];
  problem: ApiError | null;
}

/**
 * Dead letters in an operator's hands: which are selected, what is done to them, what came of it.
 *
 * Many are sent in shares of 100, as one call takes. A share that fails ends the order: what was
 * done before it stays done, and is told.
 */
export class DeadLetterDesk {
  readonly selected = new SvelteSet<number>();
  busy = $state.raw(false);
  report = $state.raw<OrderReport | null>(null);
  /** The operator's token, kept by this page alone; null where none is needed. */
  token = $state.raw<string | null>(null);

  constructor(private readonly api: Pick<JobsApi, 'change' | 'deadLetters'>) {}

  select(index: number, isSelected: boolean): void {
    if (isSelected) this.selected.add(index);
    else this.selected.delete(index);
  }

  selectThese(indices: readonly number[], areSelected: boolean): void {
    for (const index of indices) this.select(index, areSelected);
  }

  /** Selects every dead letter of a lane, or of all lanes (null), on all pages; throws ApiError. */
  async selectAll(lane: string | null): Promise<void> {
    for await (const letter of this.#all()) {
      if (lane === null || letter.lane === lane) this.selected.add(letter.index);
    }
  }

  async *#all(): AsyncGenerator<DeadLetter, void> {
    let cursor: string | null = null;
    do {
      const page: DeadLetterPage = await this.api.deadLetters(cursor, PAGE_LIMIT);
      yield* page.items;
      cursor = page.next_cursor ?? null;
    } while (cursor !== null);
  }

  /** Carries out an order and keeps its report; never throws. What is done is selected no more. */
  async carryOut(order: DeadLetterOrder, indices: readonly number[]): Promise<void> {
    this.busy = true;
    const outcomes: DeadLetterOutcome[] = [];
    let problem: ApiError | null = null;
    try {
      for (let from = 0; from < indices.length; from += PAGE_LIMIT) {
        const share = indices.slice(from, from + PAGE_LIMIT);
        outcomes.push(...(await this.api.change(order, share, this.token)));
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem = error;
    } finally {
      this.busy = false;
    }
    for (const { index, outcome } of outcomes) if (outcome !== 'full') this.selected.delete(index);
    this.report = { order, outcomes, left: indices.slice(outcomes.length), problem };
  }
}

import { vi } from 'vitest';
import { browserClock } from '#lib/browser/clock.ts';
import type { Visibility } from '#lib/browser/visibility.ts';

/** A tab that a test can hide and show. */
export class HandTab implements Visibility {
  hidden = false;
  readonly #listeners = new Set<() => void>();

  get listenerCount(): number {
    return this.#listeners.size;
  }

  onChange(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  turn(hidden: boolean): void {
    this.hidden = hidden;
    for (const callback of [...this.#listeners]) callback();
  }
}

/** A world on vitest's fake timers in which jitter always takes half of its span. */
export function handWorld() {
  vi.useFakeTimers({ now: 0 });
  return { clock: browserClock, random: () => 0.5, visibility: new HandTab() };
}

/** Lets promises that are due settle without moving the clock. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

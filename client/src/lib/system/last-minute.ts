/** Seconds that the charts look back. */
export const WINDOW_S = 60;

/** Names of the seconds of the window, oldest first, as charts write them. */
export const SECONDS_AGO: readonly string[] = Array.from({ length: WINDOW_S }, (_, at) => {
  const ago = WINDOW_S - 1 - at;
  return ago === 0 ? 'now' : `${ago} s ago`;
});

/**
 * One slot for each of the last 60 seconds, reused in turn: memory does not grow.
 *
 * @param make makes an empty slot
 * @param clear empties a slot whose second is over a minute ago
 */
export class LastMinute<Slot> {
  readonly #slots: { second: number; slot: Slot }[];

  constructor(
    make: () => Slot,
    private readonly clear: (slot: Slot) => void
  ) {
    // One more than is shown: the running second fills while the 60 before it are read.
    this.#slots = Array.from({ length: WINDOW_S + 1 }, () => ({ second: -Infinity, slot: make() }));
  }

  /** The slot of a moment, in milliseconds since the epoch; null where its place has gone to a later one. */
  at(ms: number): Slot | null {
    const second = Math.floor(ms / 1_000);
    const entry = this.#entry(second);
    if (entry.second > second) return null;
    if (entry.second < second) {
      this.clear(entry.slot);
      entry.second = second;
    }
    return entry.slot;
  }

  /** The slots of the 60 whole seconds before the running one, oldest first; null: nothing then. */
  whole(nowMs: number): (Slot | null)[] {
    const now = Math.floor(nowMs / 1_000);
    return Array.from({ length: WINDOW_S }, (_, at) => this.#peek(now - WINDOW_S + at));
  }

  /** The slots of the running second and of so many before it. */
  latest(nowMs: number, before: number): Slot[] {
    const now = Math.floor(nowMs / 1_000);
    const slots = Array.from({ length: before + 1 }, (_, at) => this.#peek(now - at));
    return slots.filter((slot) => slot !== null);
  }

  #peek(second: number): Slot | null {
    const entry = this.#entry(second);
    return entry.second === second ? entry.slot : null;
  }

  #entry(second: number): { second: number; slot: Slot } {
    const { length } = this.#slots;
    return this.#slots[((second % length) + length) % length] as { second: number; slot: Slot };
  }
}

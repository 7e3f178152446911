/** Milliseconds that a dot takes from one end of its way to the other. */
export const TRAVEL_MS = 900;
/** Dots on a way at once, however many jobs go there. */
export const MOST_DOTS = 8;
const GAP_MS = TRAVEL_MS / MOST_DOTS;

/**
 * Dots on their ways: what moves on the map of the system.
 *
 * They stand for jobs and are not jobs: a thousand jobs a second are eight dots, and a number
 * beside them. So the work of a frame is bounded, whatever the load.
 */
export class DotFlow {
  readonly #starts = new Map<string, number[]>();

  /** Lets dots start for so many jobs, evenly within `overMs`; what finds no room is left out. */
  pulse(way: string, count: number, nowMs: number, overMs = 0): void {
    const starts = this.#starts.get(way) ?? [];
    this.#starts.set(way, starts);
    const dots = Math.min(count, MOST_DOTS);
    for (let dot = 0; dot < dots; dot += 1) {
      const earliest = (starts.at(-1) ?? -Infinity) + GAP_MS;
      const start = Math.max(earliest, nowMs + (dot * overMs) / dots);
      if (start > nowMs + overMs + TRAVEL_MS) return;
      starts.push(start);
    }
  }

  /** How far along each dot of a way is, from 0 to 1. */
  shares(way: string, nowMs: number): number[] {
    const starts = this.#starts.get(way);
    if (!starts) return [];
    while (starts.length > 0 && (starts[0] ?? 0) <= nowMs - TRAVEL_MS) starts.shift();
    return starts.filter((start) => start <= nowMs).map((start) => (nowMs - start) / TRAVEL_MS);
  }

  /** Takes every dot away. */
  clear(): void {
    this.#starts.clear();
  }
}

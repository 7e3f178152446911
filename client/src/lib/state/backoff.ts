/** How the wait between two polls grows. */
export interface Backoff {
  /** Milliseconds: the ceiling of the first wait. */
  baseMs: number;
  /** Milliseconds: no ceiling is higher. */
  capMs: number;
}

/**
 * Exponential backoff with full jitter: anything from 0 up to a ceiling that doubles with each
 * round. Spreading over the whole span keeps many clients from asking in step
 * (M. Brooker, "Exponential Backoff And Jitter", 2015).
 *
 * @param round 0 for the first wait
 * @param random a number in [0, 1), as Math.random gives
 * @returns milliseconds
 */
export function fullJitter(
  round: number,
  { baseMs, capMs }: Backoff,
  random: () => number
): number {
  return random() * Math.min(capMs, baseMs * 2 ** round);
}

/** What a page can ask for so that something is seen. */

/** Beyond the range that is always kept whole, so that there is work to do. */
const LIGHT_FROM = 1_001;
/** As the server takes it by default: up to here a job is light. */
const LIGHT_TO = 200_000;
/** A job of some seconds, long enough to kill its worker in the middle. */
const HEAVY_FROM = 30_000_000;
const HEAVY_TO = 60_000_000;

export interface Range {
  from: number;
  to: number;
}

/** So many light indices, each anywhere. */
export function someLight(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => between(LIGHT_FROM, LIGHT_TO, random));
}

/** So many light indices in a row that begins anywhere. */
export function lightRange(count: number, random: () => number): Range {
  const from = between(LIGHT_FROM, LIGHT_TO - count + 1, random);
  return { from, to: from + count - 1 };
}

/** One heavy index, or the largest that the server takes where that is less. */
export function oneHeavy(max: number | null, random: () => number): number {
  return Math.min(between(HEAVY_FROM, HEAVY_TO, random), max ?? HEAVY_TO);
}

function between(from: number, to: number, random: () => number): number {
  return from + Math.floor(random() * (to - from + 1));
}

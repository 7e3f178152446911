/** Multiples of a power of ten at which people read a scale without counting. */
const ROUND = [1, 2, 5, 10];

/** A moment that the axis names. */
export interface Tick {
  atMs: number;
  label: string;
}

/** Round moments from 0 to `lengthMs`, at most `most` of them (and 0 itself). */
export function ticksOf(lengthMs: number, most: number): Tick[] {
  const step = roundUp(lengthMs / Math.max(1, most));
  const count = Math.floor(lengthMs / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => ({
    atMs: at * step,
    label: formatMoment(at * step)
  }));
}

/** A length that is worth keeping while a run grows: the next round one, at least a second. */
export function roomyLength(lengthMs: number): number {
  const step = roundUp(Math.max(1_000, lengthMs)) / 5;
  return Math.ceil(Math.max(1_000, lengthMs) / step) * step;
}

/** A moment since the load began: 0 -> "0 s", 250 -> "0.25 s", 4000 -> "4 s", 65000 -> "65 s". */
export function formatMoment(ms: number): string {
  return `${Number((ms / 1_000).toFixed(3))} s`;
}

function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = ROUND.find((round) => round * power >= value - 1e-9) ?? 10;
  return factor * power;
}

/** An axis that begins at 0: where its ticks are, the last of which is its end. */
export interface Axis {
  ticks: number[];
  max: number;
}

/** Steps that people count in, times a power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];
const WHOLE_STEPS = [1, 2, 5, 10];

/**
 * Lays about `count` ticks from 0 to beyond `largest`, at 1, 2, 2.5 or 5 times a power of ten.
 * Nothing to show (0, or no number) gives an axis to 1.
 *
 * @param whole whether what is counted comes in whole numbers only
 */
export function axisTo(largest: number, count = 4, whole = false): Axis {
  const rough = (largest > 0 && Number.isFinite(largest) ? largest : 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = whole && power < 10 ? WHOLE_STEPS : STEPS;
  const nice = power * (steps.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10);
  const step = whole ? Math.max(1, nice) : nice;
  const last = Math.max(1, Math.ceil(largest / step - 1e-9));
  const ticks = Array.from({ length: last + 1 }, (_, at) => Number((at * step).toPrecision(12)));
  return { ticks, max: ticks.at(-1) ?? 1 };
}

/** Some of the positions 0 to length - 1, evenly apart, the last always among them. */
export function tickPositions(length: number, most: number): number[] {
  if (length === 0) return [];
  const every = Math.max(1, Math.ceil((length - 1) / Math.max(1, most - 1)));
  const positions = [];
  for (let at = length - 1; at >= 0; at -= every) positions.push(at);
  return positions.reverse();
}

/** The path of a line through values, `null` being a gap; what stands alone is left to lonePath. */
export function linePath(
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number
): string {
  let path = '';
  values.forEach((value, at) => {
    if (value === null) return;
    const point = `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    if ((values[at - 1] ?? null) !== null) path += `L${point}`;
    else if ((values[at + 1] ?? null) !== null) path += `M${point}`;
  });
  return path;
}

/** Values between two gaps, as strokes of no length: round caps make dots of them. */
export function lonePath(
  values: readonly (number | null)[],
  x: (at: number) => number,
  y: (value: number) => number
): string {
  return values
    .map((value, at) => {
      const hasNeighbour = [values[at - 1], values[at + 1]].some(
        (other) => (other ?? null) !== null
      );
      return value === null || hasNeighbour ? '' : `M${x(at).toFixed(1)} ${y(value).toFixed(1)}h0`;
    })
    .join('');
}

/** A number for an axis: 1500 -> "1,500", 0.25 -> "0.25"; never more than three decimals. */
export function formatTick(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}

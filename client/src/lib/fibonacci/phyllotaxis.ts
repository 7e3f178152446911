/** One seed of a sunflower head, in units in which neighbouring seeds are about 1.8 apart. */
export interface Seed {
  x: number;
  y: number;
}

/** Radians: the full turn divided by the golden ratio squared, about 137.5 degrees. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/**
 * Seeds as a sunflower sets them: each turned by the golden angle from the last, at a distance
 * that grows with the square root of its number (H. Vogel, 1979). The spirals that the eye sees
 * in it always come in Fibonacci numbers: 13, 21, 34, 55.
 */
export function seedHead(count: number): Seed[] {
  return Array.from({ length: count }, (_, number) => {
    const radius = Math.sqrt(number + 0.5);
    const angle = number * GOLDEN_ANGLE;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

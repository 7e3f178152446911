/** log10 of the golden ratio, and of the square root of five (Binet's formula). */
const LOG_PHI = Math.log10((1 + Math.sqrt(5)) / 2);
const LOG_ROOT_FIVE = Math.log10(5) / 2;

/**
 * How many decimal digits F(index) has, known before the number is: F(n) is phi^n / sqrt(5),
 * rounded. Floating point makes it an estimate; up to index 10^12 it is off by one digit at most.
 */
export function estimateDigitCount(index: number): number {
  return index < 2 ? 1 : Math.floor(index * LOG_PHI - LOG_ROOT_FIVE) + 1;
}

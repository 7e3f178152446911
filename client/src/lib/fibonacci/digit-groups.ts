/**
 * Cuts digits into groups of three, counted from the right end of the whole number.
 *
 * @param digits the digits at hand: all of the number, or the first or the last ones
 * @param after how many digits of the number follow those at hand (0: they reach its end)
 */
export function groupDigits(digits: string, after = 0): string[] {
  const first = (digits.length + after) % 3 || 3;
  const groups = [digits.slice(0, first)];
  for (let at = first; at < digits.length; at += 3) groups.push(digits.slice(at, at + 3));
  return groups;
}

/** A count for people: 1234567 -> "1,234,567". The page is in English, so its numbers are too. */
export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

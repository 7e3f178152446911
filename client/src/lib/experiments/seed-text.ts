/** The largest seed: it must come through JSON unchanged, and still be typed by hand. */
const MAX_SEED = 2 ** 31 - 1;

/** Reads a seed as a person types it: a whole number from 0; null where the field is empty. */
export function readSeed(text: string): { seed: number | null } | { fault: string } {
  const typed = text.trim();
  if (typed === '') return { seed: null };
  if (!/^\d{1,10}$/.test(typed) || Number(typed) > MAX_SEED) {
    return { fault: `A seed is a whole number from 0 to ${MAX_SEED}.` };
  }
  return { seed: Number(typed) };
}

import { formatCount } from './digit-groups.ts';

/** What a typed text means as an index: the number, or why it is none. */
export type IndexText = { index: number } | { fault: string };

/** Digits: every index of so many is exact as a JavaScript number (2^53 has 16). */
const MAX_INDEX_DIGITS = 15;

/**
 * Reads an index as the API does: ASCII `0` or digits that do not begin with zero, nothing else.
 *
 * @param max the largest index that the server takes; null where the page does not know it, and
 *   leaves it to the server to refuse
 */
export function readIndex(text: string, max: number | null = null): IndexText {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) return { fault: faultOf(text) };
  if (text.length > MAX_INDEX_DIGITS) {
    return { fault: `An index of ${text.length} digits is far beyond what anyone can compute.` };
  }
  const index = Number(text);
  if (max === null || index <= max) return { index };
  return { fault: `This lab computes up to F(${formatCount(max)}). Ask for a smaller index.` };
}

function faultOf(text: string): string {
  const suggestion = suggest(text);
  const hint = suggestion === null ? '' : ` Did you mean ${suggestion}?`;
  if (text === '') return 'Type an index first: a whole number such as 40.';
  if (/^\s|\s$/.test(text)) return `There is a space before or after the number.${hint}`;
  if (/^[-−]/.test(text)) return 'The lab counts from F(0) upward, so an index has no minus sign.';
  if (text.startsWith('+')) return `Leave out the plus sign.${hint}`;
  if (/^0[0-9]+$/.test(text)) return `An index does not begin with a zero.${hint}`;
  if (/^[0-9]{1,3}([,. _'\u00a0\u202f][0-9]{3})+$/.test(text)) {
    return `Write the number without separators.${hint}`;
  }
  if (/^[0-9]+[.,][0-9]*$/.test(text))
    return 'An index is a whole number, without a decimal point.';
  if (/^[0-9.]+e[+-]?[0-9]+$/i.test(text))
    return 'Write the number out in full, without an exponent.';
  if (/^0[xob]/i.test(text)) return 'Write the number in decimal digits.';
  if (/^\p{Nd}+$/u.test(text)) return 'Use the digits 0 to 9.';
  return `“${shorten(text)}” is not a whole number. Use the digits 0 to 9 only, as in 40.`;
}

/** The index that was probably meant, where only spaces, separators, a plus or zeros are in the way. */
function suggest(text: string): string | null {
  const bare = text
    .replace(/[\s,._'\u00a0\u202f]/g, '')
    .replace(/^\+/, '')
    .replace(/^0+(?=[0-9])/, '');
  return /^(0|[1-9][0-9]{0,14})$/.test(bare) ? bare : null;
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}

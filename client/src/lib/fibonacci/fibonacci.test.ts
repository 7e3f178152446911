import { describe, expect, it } from 'vitest';
import { estimateDigitCount } from './digit-count.ts';
import { groupDigits } from './digit-groups.ts';
import { formatDuration } from './duration.ts';
import { readIndex } from './index-text.ts';

describe('readIndex', () => {
  it.each(['0', '1', '40', '100000000', '999999999999999'])('takes %s', (text) => {
    expect(readIndex(text)).toEqual({ index: Number(text) });
  });

  it('takes what the server takes, and names the bound of what it does not', () => {
    expect(readIndex('500', 500)).toEqual({ index: 500 });
    expect(readIndex('5001', 5000)).toEqual({ fault: expect.stringContaining('F(5,000)') });
  });

  it.each([
    ['', 'Type an index'],
    ['05', 'Did you mean 5?'],
    ['+5', 'plus sign. Did you mean 5?'],
    [' 5', 'space before or after the number. Did you mean 5?'],
    ['-1', 'no minus sign'],
    ['-0', 'no minus sign'],
    ['5.0', 'without a decimal point'],
    ['5.', 'without a decimal point'],
    ['1e1', 'without an exponent'],
    ['0x10', 'decimal digits'],
    ['5_0', 'not a whole number'],
    ['1,000,000', 'without separators. Did you mean 1000000?'],
    ['1 000', 'without separators. Did you mean 1000?'],
    ['٣', 'Use the digits 0 to 9.'],
    ['²', 'not a whole number'],
    ['true', '“true” is not a whole number'],
    ['1'.repeat(16), '16 digits']
  ])('explains what is wrong with %s', (text, words) => {
    expect(readIndex(text)).toEqual({ fault: expect.stringContaining(words) });
  });
});

describe('groupDigits', () => {
  it('counts its threes from the right', () => {
    expect(groupDigits('102334155')).toEqual(['102', '334', '155']);
    expect(groupDigits('1234')).toEqual(['1', '234']);
    expect(groupDigits('7')).toEqual(['7']);
  });

  it('keeps the number’s own groups where only its first digits are at hand', () => {
    expect(groupDigits('12345', 2)).toEqual(['1', '234', '5']);
    expect(groupDigits('1', 2)).toEqual(['1']);
  });
});

describe('estimateDigitCount', () => {
  it.each([
    [0, 1],
    [1, 1],
    [6, 1],
    [7, 2],
    [40, 9],
    [1_000, 209],
    [1_000_000, 208_988],
    [100_000_000, 20_898_764]
  ])('of F(%i) is %i', (index, digits) => {
    expect(estimateDigitCount(index)).toBe(digits);
  });
});

describe('formatDuration', () => {
  it.each([
    [12.4, '12 ms'],
    [1_240, '1.24 s'],
    [12_300, '12.3 s'],
    [75_000, '1 min 15 s']
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

#include "number.h"

#include <string.h>

static void strip_zeros(number *x) {
  while (x->length > 0 && x->limbs[x->length - 1] == 0) x->length--;
}

uint64_t number_residue(const number *x) {
  unsigned __int128 sum = 0;
  for (size_t i = 0; i < x->length; i++) sum += x->limbs[i];
  return (uint64_t)(sum % (RADIX - 1));
}

void number_difference(const number *x, const number *y, number *to) {
  uint64_t borrow = 0;
  const size_t length = x->length;
  for (size_t i = 0; i < length; i++) {
    const uint64_t minuend = x->limbs[i], taken = (i < y->length ? y->limbs[i] : 0) + borrow;
    borrow = minuend < taken;
    to->limbs[i] = minuend - taken + (borrow ? RADIX : 0);
  }
  to->length = length;
  strip_zeros(to);
}

static size_t digits_of_limb(uint64_t limb) {
  size_t digits = 1;
  for (; limb >= 10; limb /= 10) digits++;
  return digits;
}

size_t number_text_length(const number *x) {
  if (x->length == 0) return 1;
  return digits_of_limb(x->limbs[x->length - 1]) + LIMB_DIGITS * (x->length - 1);
}

/* Eight digits of a number below 10^8, in the bytes of a word, the first digit lowest: halves of
 * four digits side by side, then of two, then of one, each division by 100 or 10 a multiplication
 * (T. Granlund and P. Montgomery, "Division by invariant integers using multiplication", 1994). */
static uint64_t eight_digits(uint32_t value) {
  const uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
  const uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007f0000007f;
  const uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
  const uint64_t tens = (twos * 103 >> 10) & 0x000f000f000f000f;
  return tens | (twos - 10 * tens) << 8;
}

static void write_eight(uint32_t value, char *text) {
  uint64_t characters = eight_digits(value) + 0x3030303030303030; /* '0' eight times */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  characters = __builtin_bswap64(characters);
#endif
  memcpy(text, &characters, sizeof characters);
}

static void write_limb(uint64_t limb, char *text) {
  const uint64_t upper = limb / 100000000, last = limb % 100000000;
  const uint32_t first = (uint32_t)(upper / 100000000);
  text[0] = (char)('0' + first / 10);
  text[1] = (char)('0' + first % 10);
  write_eight((uint32_t)(upper % 100000000), text + 2);
  write_eight((uint32_t)last, text + 10);
}

void number_write_text(const number *x, char *text) {
  char first[LIMB_DIGITS];
  const uint64_t top = x->length ? x->limbs[x->length - 1] : 0;
  const size_t digits = digits_of_limb(top);
  write_limb(top, first);
  memcpy(text, first + LIMB_DIGITS - digits, digits);
  text += digits;
  for (size_t i = x->length; i-- > 1; text += LIMB_DIGITS) write_limb(x->limbs[i - 1], text);
}

void number_read_text(const char *text, size_t count, number *x) {
  x->length = 0;
  while (count > 0) {
    const size_t digits = count < LIMB_DIGITS ? count : LIMB_DIGITS;
    uint64_t limb = 0;
    for (size_t i = count - digits; i < count; i++) limb = 10 * limb + (uint64_t)(text[i] - '0');
    x->limbs[x->length++] = limb;
    count -= digits;
  }
  strip_zeros(x);
}

/* A natural number in radix 10^18, least limb first: wide enough that few are needed, and narrow
 * enough that sums of several limbs fit into 64 bits. Text comes out limb by limb. */
#ifndef FIBLAB_NUMBER_H
#define FIBLAB_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum { LIMB_DIGITS = 18 };

static const uint64_t RADIX = 1000000000000000000;

typedef struct {
  uint64_t *limbs;
  size_t length; /* without leading zeros: 0 for the number 0 */
} number;

/* The number modulo 10^18 - 1, by the sum of its limbs, as 10^18 is 1 there: the rule of casting out
 * nines. It finds every error that is confined to one limb, unless it turns all 0s into all 9s. */
uint64_t number_residue(const number *x);

/* to = x - y, for x >= y; `to` may be one of them. */
void number_difference(const number *x, const number *y, number *to);

/* How many characters the number has as text, and the text, without an end mark. */
size_t number_text_length(const number *x);
void number_write_text(const number *x, char *text);

/* The number that a text of decimal digits stands for; limbs for it must be there. */
void number_read_text(const char *text, size_t count, number *x);

#endif

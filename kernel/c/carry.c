#include "carry.h"

typedef __int128 signed_128;
typedef unsigned __int128 unsigned_128;

/* Coefficients whose digits are worked out together: 12 KiB, which stay in the L1 cache. */
enum { BATCH = 512 };

/* The radices of the mixed digits: x = v0 + p0 v1 + (upper 10^18 + lower) v2. */
typedef struct {
  int64_t p0, upper, lower;
} radices;

static radices radices_of(const field fields[FIELDS]) {
  const unsigned_128 p0_p1 = (unsigned_128)fields[0].p * (unsigned_128)fields[1].p;
  return (radices){
      .p0 = (int64_t)fields[0].p,
      .upper = (int64_t)(p0_p1 / RADIX),
      .lower = (int64_t)(p0_p1 % RADIX),
  };
}

/* Divide by 10^18, rounding down; returns the quotient and leaves the rest, for |x| < 10^18 2^50.
 *
 * With 10^18 2^50 added, x is below 2^111 and natural. What the shift by 59 drops is worth at most
 * 2^59 / 10^18 < 0.58 of the quotient, the rounding of 2^123 / 10^18 next to nothing, and the last
 * shift less than 1: the estimate is the quotient or one less. */
static int64_t divide(signed_128 x, uint64_t *rest) {
  const int64_t bias = (int64_t)1 << 50;
  const uint64_t radix_reciprocal = (uint64_t)(((unsigned_128)1 << 123) / RADIX);
  const unsigned_128 natural = (unsigned_128)(x + (signed_128)RADIX * bias);
  const uint64_t top = (uint64_t)(natural >> 59);
  const uint64_t quotient = (uint64_t)((unsigned_128)top * radix_reciprocal >> 64);
  const uint64_t left = (uint64_t)natural - quotient * RADIX;
  const uint64_t one_more = left >= RADIX;
  *rest = one_more ? left - RADIX : left;
  return (int64_t)(quotient + one_more) - bias;
}

void carry(const vector_code *code, const field fields[FIELDS],
           const double *const residues[FIELDS], size_t count, int addend, number *to) {
  const radices by = radices_of(fields);
  const prime_inverses inverses = inverses_of_primes(fields);
  double v0[BATCH], v1[BATCH], v2[BATCH];
  signed_128 carried = addend;
  for (size_t done = 0; done < count; done += BATCH) {
    const size_t batch = count - done < BATCH ? count - done : BATCH;
    const double *const from[FIELDS] = {residues[0] + done, residues[1] + done, residues[2] + done};
    code->mixed_radix(fields, &inverses, from, (double *const[FIELDS]){v0, v1, v2}, batch);
    for (size_t i = 0; i < batch; i++) {
      const int64_t third = (int64_t)v2[i];
      const signed_128 low = (int64_t)v0[i] + (signed_128)(int64_t)v1[i] * by.p0 +
                             (signed_128)third * by.lower + carried;
      carried = divide(low, &to->limbs[done + i]) + (signed_128)third * by.upper;
    }
  }
  for (size_t i = count; i < count + CARRY_LIMBS; i++) {
    carried = divide(carried, &to->limbs[i]);
  }
  to->length = count + CARRY_LIMBS;
  while (to->length > 0 && to->limbs[to->length - 1] == 0) to->length--;
}

#include "field.h"

#include <stdlib.h>

#include "memory.h"
#include "vector_code.h"

/* p - 1 = c * 2^32 with the greatest c below 2^17 that make p prime. */
static const uint64_t PRIMES[FIELDS] = {
    (131070ull << 32) + 1,
    (131068ull << 32) + 1,
    (131047ull << 32) + 1,
};

/* The smallest number without a square root modulo each prime: its c-th power has order 2^32. */
static const uint64_t NON_RESIDUES[FIELDS] = {11, 3, 3};

enum { ORDER_BITS = 32 };

static uint64_t product_modulo(uint64_t x, uint64_t y, uint64_t p) {
  return (uint64_t)((unsigned __int128)x * y % p);
}

static uint64_t power_modulo(uint64_t x, uint64_t exponent, uint64_t p) {
  uint64_t result = 1;
  for (; exponent; exponent >>= 1, x = product_modulo(x, x, p)) {
    if (exponent & 1) result = product_modulo(result, x, p);
  }
  return result;
}

static double balanced(uint64_t x, uint64_t p) {
  return x > p / 2 ? -(double)(p - x) : (double)x;
}

static uint64_t unbalanced(const field *f, double x) {
  return (uint64_t)(x < 0 ? x + f->p : x);
}

double field_product(const field *f, double x, double y) {
  const uint64_t p = (uint64_t)f->p;
  return balanced(product_modulo(unbalanced(f, x), unbalanced(f, y), p), p);
}

double field_inverse(const field *f, double x) {
  const uint64_t p = (uint64_t)f->p;
  return balanced(power_modulo(unbalanced(f, x), p - 2, p), p); /* by Fermat's little theorem */
}

prime_inverses inverses_of_primes(const field fields[FIELDS]) {
  const double p0 = fields[0].p, p1 = fields[1].p, p2 = fields[2].p; /* falling */
  return (prime_inverses){
      .p0_mod_p1 = field_inverse(&fields[1], p0 - p1),
      .p0_mod_p2 = field_inverse(&fields[2], p0 - p2),
      .p1_mod_p2 = field_inverse(&fields[2], p1 - p2),
  };
}

/* Fill a table of roots, given one of order 2^32: the four lanes' worth by hand, then by doubling. */
static void fill_roots(const field *f, double *roots, size_t count, uint64_t turn,
                       const vector_code *code) {
  const uint64_t p = (uint64_t)f->p;
  roots[0] = 1;
  for (size_t filled = 1, bits = 0; filled < count; filled *= 2, bits++) {
    const uint64_t root = power_modulo(turn, 1ull << (ORDER_BITS - 2 - bits), p);
    const double step = balanced(root, p);
    const size_t more = filled < count - filled ? filled : count - filled;
    if (filled < 4) {
      for (size_t i = 0; i < more; i++) roots[filled + i] = field_product(f, roots[i], step);
    } else {
      code->multiples(f, roots, step, roots + filled, more);
    }
  }
}

bool fields_build(field fields[FIELDS], size_t count, const vector_code *code) {
  for (int i = 0; i < FIELDS; i++) {
    field *f = &fields[i];
    f->p = (double)PRIMES[i];
    f->roots = aligned_doubles(count);
    f->inverse_roots = aligned_doubles(count);
    if (!f->roots || !f->inverse_roots) return false;
    const uint64_t cofactor = (PRIMES[i] - 1) >> ORDER_BITS;
    const uint64_t turn = power_modulo(NON_RESIDUES[i], cofactor, PRIMES[i]);
    fill_roots(f, f->roots, count, turn, code);
    fill_roots(f, f->inverse_roots, count, power_modulo(turn, PRIMES[i] - 2, PRIMES[i]), code);
  }
  return true;
}

void fields_free(field fields[FIELDS]) {
  for (int i = 0; i < FIELDS; i++) {
    free(fields[i].roots);
    free(fields[i].inverse_roots);
    fields[i].roots = fields[i].inverse_roots = NULL;
  }
}

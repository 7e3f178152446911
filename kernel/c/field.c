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

/* Given a root of order 2^32, those of order 4, 8, 16 ... */
static void fill_steps(double steps[ORDER_BITS - 1], uint64_t root, uint64_t p) {
  for (int bit = ORDER_BITS - 2; bit >= 0; bit--) {
    steps[bit] = balanced(root, p);
    root = product_modulo(root, root, p);
  }
}

bool fields_build(field fields[FIELDS], size_t count) {
  double *const roots = aligned_doubles(count), *const inverse_roots = aligned_doubles(count);
  for (int i = 0; i < FIELDS; i++) {
    const uint64_t p = PRIMES[i];
    const uint64_t root = power_modulo(NON_RESIDUES[i], (p - 1) >> ORDER_BITS, p);
    fields[i] = (field){.p = (double)p, .roots = roots, .inverse_roots = inverse_roots};
    fill_steps(fields[i].steps, root, p);
    fill_steps(fields[i].inverse_steps, power_modulo(root, p - 2, p), p);
  }
  return roots && inverse_roots;
}

void fields_free(field fields[FIELDS]) {
  free(fields[0].roots);
  free(fields[0].inverse_roots);
}

/* The first few roots by hand, all others by doubling the table. */
static void fill_roots(const field *f, double *roots, const double *steps, size_t count,
                       const vector_code *code) {
  roots[0] = 1;
  roots[1] = steps[0];
  roots[2] = steps[1];
  roots[3] = field_product(f, steps[0], steps[1]);
  for (size_t filled = 4, bit = 2; filled < count; filled *= 2, bit++) {
    const size_t more = filled < count - filled ? filled : count - filled;
    code->multiples(f, roots, steps[bit], roots + filled, more);
  }
}

void field_enter(const field *f, size_t count, const vector_code *code) {
  fill_roots(f, f->roots, f->steps, count, code);
  fill_roots(f, f->inverse_roots, f->inverse_steps, count, code);
}

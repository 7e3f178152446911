/* Arithmetic modulo a prime p < 2^49 in doubles, four lanes at once.
 *
 * A residue is any integer of the right class that a double holds, usually of size below 2p: what
 * grows is brought back only where a bound below asks for it. Nothing here branches.
 *
 * The product (after "Faster arithmetic for number-theoretic transforms", D. Harvey 2014, where a
 * multiple of p is subtracted by an estimated quotient, carried over to doubles as J. van der Hoeven,
 * G. Lecerf and G. Quintin do in "Modular SIMD arithmetic in Mathemagix", 2016): x*y is h + l
 * exactly, with h = x*y rounded and l = x*y - h, which the fused multiply-add gives without an error.
 * With q the integer next to h/p, h - q*p is an integer below 2^53 and so exact as well, and
 * (h - q*p) + l = x*y - q*p is the residue.
 *
 * Its size: |x*y - q*p| <= p (1/2 + e), where e is the error of the computed h * (1/p): three
 * roundings of relative size 2^-53, so e <= 3 * 2^-53 * |x*y/p|. With |y| <= 0.55 p, as for roots of
 * unity, and |x| <= A p this is e <= 3 * 2^-53 * 0.55 * 2^49 * A < 0.11 A. It must hold A <= 4.5, so
 * that the residue is below p.
 */
#ifndef FIBLAB_MODULAR_H
#define FIBLAB_MODULAR_H

#include "lanes.h"

typedef struct {
  lanes p;
  lanes inverse; /* 1/p, rounded */
} modulus;

static inline modulus modulus_of(double p) {
  return (modulus){.p = broadcast(p), .inverse = broadcast(1 / p)};
}

/* The integer next to x*y, for |x*y| < 2^51: beside 1.5 * 2^52 a double has no bits for less. */
static inline lanes nearest_to_product(lanes x, lanes y) {
  const lanes without_fraction = broadcast(0x1.8p52);
  return minus(product_plus(x, y, without_fraction), without_fraction);
}

/* The residue next to 0 (|result| <= p/2, save for a rounding), of any integer below 2^63 p. */
static inline lanes reduced(lanes x, modulus m) {
  return minus_product(x, nearest_to_product(x, m.inverse), m.p);
}

/* The residue of x*y; see above for its size. */
static inline lanes times(lanes x, lanes y, modulus m) {
  const lanes high = product(x, y);
  const lanes low = product_minus(x, y, high);
  const lanes quotient = nearest_to_product(high, m.inverse);
  return plus(minus_product(high, quotient, m.p), low);
}

#endif

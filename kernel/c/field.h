/* The three prime fields, and their roots of unity in the order in which the transforms meet them.
 *
 * A coefficient of a product of numbers in radix 10^18 is known once its residues modulo the three
 * primes are, whose product is 2^146.99: see `convolution.h` for the bound. Each prime is below 2^49
 * (`modular.h`) and one more than a multiple of 2^32, so that roots of unity of order 2^32 exist.
 *
 * roots[j] = g^t(j), with g^1 standing for a full turn and t(j) half of j's bits read backwards
 * behind the binary point: t(0) = 0, t(1) = 1/4, t(2) = 1/8, t(3) = 3/8, t(4) = 1/16 ... So
 *
 *     roots[2j]^2 = roots[j],   roots[2j+1]^2 = -roots[j],
 *
 * which is what a node of the transform asks of its two children, and for i < 2^k
 *
 *     roots[2^k + i] = roots[2^k] roots[i],
 *
 * by which the table is filled. `inverse_roots` holds the inverses in the same order.
 *
 * There is one table for all three: filling it anew for each prime takes a hundredth of the time,
 * and memory that is not needed is memory that the kernel need not clear.
 */
#ifndef FIBLAB_FIELD_H
#define FIBLAB_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELDS = 3, ORDER_BITS = 32 };

typedef struct {
  double p;
  double steps[ORDER_BITS - 1]; /* roots[1], roots[2], roots[4] ... */
  double inverse_steps[ORDER_BITS - 1];
  double *roots; /* valid from `field_enter` to that of another field */
  double *inverse_roots;
} field;

/* Inverses of the primes modulo each other. */
typedef struct {
  double p0_mod_p1, p0_mod_p2, p1_mod_p2;
} prime_inverses;

struct vector_code;

/* Build `fields` with space for `count` roots; false if the memory is not to be had. */
bool fields_build(field fields[FIELDS], size_t count);
void fields_free(field fields[FIELDS]);

/* Fill the table with the first `count` roots of this field, a multiple of 4. */
void field_enter(const field *f, size_t count, const struct vector_code *code);

/* Exact arithmetic on single residues, for the few constants; results lie within p/2 of 0. */
double field_product(const field *f, double x, double y);
double field_inverse(const field *f, double x);
prime_inverses inverses_of_primes(const field fields[FIELDS]);

#endif

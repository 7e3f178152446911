/* From residues of coefficients to limbs. */
#ifndef FIBLAB_CARRY_H
#define FIBLAB_CARRY_H

#include "number.h"
#include "vector_code.h"

/* Limbs that a sum of `count` coefficients may have more than coefficients. */
enum { CARRY_LIMBS = 2 };

/* Write addend + sum of x_i 10^(18 i) into `to`, which has space for count + CARRY_LIMBS limbs, for
 * coefficients x_i given modulo the three primes, |x_i| < p0 p1 p2 / 2. The sum must be natural.
 *
 * `to` may be where residues[0] and what is behind it stand: a limb is as wide as a residue, and is
 * written after it was read. */
void carry(const vector_code *code, const field fields[FIELDS],
           const double *const residues[FIELDS], size_t count, int addend, number *to);

#endif

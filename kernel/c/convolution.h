/* Squares and products of two natural numbers, by transforms modulo three primes.
 *
 * Numbers are polynomials in 10^18 with limbs as coefficients. A polynomial is transformed modulo a
 * product of a few y^size - root with sizes falling (`shape`), which is as good as modulo a
 * polynomial of the next power of two, if the result fits: so the time has steps of an eighth of a
 * power of two, and no cliff.
 *
 * Coefficients of 4a^2 - b^2 and a(a+2b), the largest, are below 4 n 10^36 in size for n limbs, and
 * must be below p0 p1 p2 / 2 > 2^145.99: so n may be up to 2^24.4, which is a number of 390 million
 * digits; F(10^9) needs a and b of 104 million.
 */
#ifndef FIBLAB_CONVOLUTION_H
#define FIBLAB_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>

#include "field.h"
#include "number.h"
#include "vector_code.h"

enum { MOST_PIECES = 4 };

/* The polynomials modulo y^size - root, where node is that of the transform: transform_body.h. */
typedef struct {
  size_t offset, size, node;
} piece;

typedef struct {
  size_t length; /* the sum of the sizes */
  int count;
  piece pieces[MOST_PIECES];
} shape;

typedef struct {
  const vector_code *code;
  field fields[FIELDS];
  double *space; /* six arrays for both results, or four for one: see convolution.c */
} convolution;

/* What is made of a and b. */
typedef enum {
  BOTH_SQUARES,            /* 4a^2 - b^2 + addend, and a^2 + b^2 */
  DIFFERENCE_OF_SQUARES,   /* 4a^2 - b^2 + addend */
  PRODUCT_WITH_NEIGHBOURS, /* a (a + 2b) + addend */
} combination;

typedef enum { COMPUTED, OUT_OF_MEMORY, CANCELLED, FOUND_WRONG } outcome;

/* Asked before each transform: whether to stop. */
typedef struct {
  bool (*wanted)(void *context);
  void *context;
} stop;

/* Limbs that a result for operands of `limbs` limbs may fill. */
size_t result_limbs(size_t limbs);

/* The smallest shape for a product of that many coefficients. */
shape shape_for(size_t coefficients);

/* Get ready for results of one kind from operands of up to `one` limbs, and of both from up to
 * `both`. On OUT_OF_MEMORY there is nothing to free. */
outcome convolution_build(convolution *c, const vector_code *code, size_t both, size_t one);
void convolution_free(convolution *c);

/* Compute into `first`, and for BOTH_SQUARES into `second`, which may share limbs with a and b; the
 * sums of the limbs are checked (number_residue). 4a^2 - b^2 + addend must be natural. */
outcome convolve(convolution *c, combination wanted, const number *a, const number *b, int addend,
                 number *first, number *second, stop asked);

#endif

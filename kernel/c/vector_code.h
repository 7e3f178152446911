/* All that works on four doubles at once, as a table of functions: one for AVX2, one portable.
 *
 * Both are compiled from the same text, transform_body.h and pointwise_body.h.
 * Every array has a multiple of 4 entries, unless said otherwise.
 */
#ifndef FIBLAB_VECTOR_CODE_H
#define FIBLAB_VECTOR_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field.h"

typedef struct vector_code {
  /* The number-theoretic transform of a node and its inverse: see transform_body.h. */
  void (*forward)(const field *f, double *x, size_t size, size_t node);
  void (*inverse)(const field *f, double *x, size_t size, size_t node);

  /* Write the residues of `count` limbs (any number), and zeros behind them up to `padded`. */
  void (*residues)(const field *f, const uint64_t *limbs, size_t count, double *to, size_t padded);
  /* to = from * factor. */
  void (*multiples)(const field *f, const double *from, double factor, double *to, size_t count);
  /* x -= y * factor. */
  void (*subtract_multiples)(const field *f, double *x, const double *y, double factor,
                             size_t count);
  /* to = the polynomial of `chunks * size` coefficients modulo y^size - root. */
  void (*fold)(const field *f, const double *from, size_t chunks, double root, double *to,
               size_t size);
  /* to = (to - that) * factor. */
  void (*fold_away)(const field *f, const double *from, size_t chunks, double root, double *to,
                    size_t size, double factor);

  /* Of two transforms a and b, times `scale`: a = 4a^2 - b^2 and b = a^2 + b^2. */
  void (*both_squares)(const field *f, double *a, double *b, double scale, size_t count);
  /* a = 4a^2 - b^2. */
  void (*difference_of_squares)(const field *f, double *a, const double *b, double scale,
                                size_t count);
  /* a = a (a + 2b). */
  void (*product_with_neighbours)(const field *f, double *a, const double *b, double scale,
                                  size_t count);

  /* The digits of x to the radices p0, p1: x = v0 + p0 (v1 + p1 v2), from x modulo p0, p1, p2.
   * Three arrays each; `count` is any number, and both sides are read and written up to the next
   * multiple of 4. */
  void (*mixed_radix)(const field fields[FIELDS], const prime_inverses *inverses,
                      const double *const residues[FIELDS], double *const digits[FIELDS],
                      size_t count);
} vector_code;

extern const vector_code portable_code;
extern const vector_code avx2_code;

/* Whether this machine can run avx2_code. */
bool has_avx2(void);

#endif

/* Four doubles at once: as one AVX2 register, or as a plain array where there is none.
 *
 * Everything that works on `lanes` is written once and compiled twice (vector_code.h). The results
 * are the same bit for bit, since both have the fused multiply-add, which rounds only once.
 */
#ifndef FIBLAB_LANES_H
#define FIBLAB_LANES_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 4 };

#ifdef FIBLAB_AVX2

#include <immintrin.h>

typedef __m256d lanes;

static inline lanes broadcast(double x) { return _mm256_set1_pd(x); }
static inline lanes load(const double *from) { return _mm256_loadu_pd(from); }
static inline void store(double *to, lanes x) { _mm256_storeu_pd(to, x); }
static inline lanes plus(lanes x, lanes y) { return _mm256_add_pd(x, y); }
static inline lanes minus(lanes x, lanes y) { return _mm256_sub_pd(x, y); }
static inline lanes product(lanes x, lanes y) { return _mm256_mul_pd(x, y); }

/* x*y + z, x*y - z and z - x*y, each rounded once. */
static inline lanes product_plus(lanes x, lanes y, lanes z) { return _mm256_fmadd_pd(x, y, z); }
static inline lanes product_minus(lanes x, lanes y, lanes z) { return _mm256_fmsub_pd(x, y, z); }
static inline lanes minus_product(lanes z, lanes x, lanes y) { return _mm256_fnmadd_pd(x, y, z); }

/* The high and the low 32 bits of four words, as high * 2^32 and low. A double with the exponent of
 * 2^84 has 2^32 as the value of its last bit, one with that of 2^52 has 1: or-ing the bits into the
 * fraction and subtracting the power leaves them as a number. */
static inline void halves(const uint64_t *from, lanes *high, lanes *low) {
  const __m256i words = _mm256_loadu_si256((const __m256i *)from);
  const __m256d two_84 = _mm256_set1_pd(0x1p84), two_52 = _mm256_set1_pd(0x1p52);
  const __m256i upper = _mm256_or_si256(_mm256_srli_epi64(words, 32), _mm256_castpd_si256(two_84));
  const __m256i lower = _mm256_blend_epi32(words, _mm256_castpd_si256(two_52), 0xAA);
  *high = _mm256_sub_pd(_mm256_castsi256_pd(upper), two_84);
  *low = _mm256_sub_pd(_mm256_castsi256_pd(lower), two_52);
}

/* Swap rows and columns of a 4x4 square. */
static inline void transpose(lanes x[LANES]) {
  const lanes a = _mm256_unpacklo_pd(x[0], x[1]), b = _mm256_unpackhi_pd(x[0], x[1]);
  const lanes c = _mm256_unpacklo_pd(x[2], x[3]), d = _mm256_unpackhi_pd(x[2], x[3]);
  x[0] = _mm256_permute2f128_pd(a, c, 0x20);
  x[1] = _mm256_permute2f128_pd(b, d, 0x20);
  x[2] = _mm256_permute2f128_pd(a, c, 0x31);
  x[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

/* Take eight doubles apart: those at even places and those at odd ones. */
static inline void unzip(const double *from, lanes *even, lanes *odd) {
  const lanes x = load(from), y = load(from + LANES);
  *even = _mm256_permute4x64_pd(_mm256_unpacklo_pd(x, y), 0xD8);
  *odd = _mm256_permute4x64_pd(_mm256_unpackhi_pd(x, y), 0xD8);
}

#else

typedef struct {
  double lane[LANES];
} lanes;

#define FIBLAB_LANEWISE(expression)                                                               \
  lanes result;                                                                                   \
  for (int i = 0; i < LANES; i++) result.lane[i] = (expression);                                  \
  return result

static inline lanes broadcast(double x) { FIBLAB_LANEWISE(x); }
static inline lanes load(const double *from) { FIBLAB_LANEWISE(from[i]); }
static inline void store(double *to, lanes x) { memcpy(to, x.lane, sizeof x.lane); }
static inline lanes plus(lanes x, lanes y) { FIBLAB_LANEWISE(x.lane[i] + y.lane[i]); }
static inline lanes minus(lanes x, lanes y) { FIBLAB_LANEWISE(x.lane[i] - y.lane[i]); }
static inline lanes product(lanes x, lanes y) { FIBLAB_LANEWISE(x.lane[i] * y.lane[i]); }

/* x*y + z, x*y - z and z - x*y, each rounded once. */
static inline lanes product_plus(lanes x, lanes y, lanes z) {
  FIBLAB_LANEWISE(fma(x.lane[i], y.lane[i], z.lane[i]));
}
static inline lanes product_minus(lanes x, lanes y, lanes z) {
  FIBLAB_LANEWISE(fma(x.lane[i], y.lane[i], -z.lane[i]));
}
static inline lanes minus_product(lanes z, lanes x, lanes y) {
  FIBLAB_LANEWISE(fma(-x.lane[i], y.lane[i], z.lane[i]));
}

/* The high and the low 32 bits of four words, as high * 2^32 and low. */
static inline void halves(const uint64_t *from, lanes *high, lanes *low) {
  for (int i = 0; i < LANES; i++) {
    high->lane[i] = (double)(from[i] >> 32) * 0x1p32;
    low->lane[i] = (double)(uint32_t)from[i];
  }
}

/* Swap rows and columns of a 4x4 square. */
static inline void transpose(lanes x[LANES]) {
  for (int row = 1; row < LANES; row++) {
    for (int column = 0; column < row; column++) {
      const double kept = x[row].lane[column];
      x[row].lane[column] = x[column].lane[row];
      x[column].lane[row] = kept;
    }
  }
}

/* Take eight doubles apart: those at even places and those at odd ones. */
static inline void unzip(const double *from, lanes *even, lanes *odd) {
  for (int i = 0; i < LANES; i++) {
    even->lane[i] = from[2 * i];
    odd->lane[i] = from[2 * i + 1];
  }
}

#endif
#endif

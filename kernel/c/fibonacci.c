#include "fibonacci.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* The largest index whose value fits into one limb. */
enum { LAST_OF_ONE_LIMB = 86 };

/* Limbs of F(index), or one more: F(n) < phi^n, and log10(phi) is 0.20898764024997873... */
static size_t limbs_of(uint64_t index) {
  return (size_t)((double)index * (0.208987640249978733 / LIMB_DIGITS)) + 2;
}

/* F(index) and F(index - 1), with the space that all is computed in. */
typedef struct {
  uint64_t index;
  number current, previous, result;
  convolution c;
} state;

static void set_small(number *x, uint64_t value) {
  x->limbs[0] = value;
  x->length = value > 0;
}

static void start(state *s, uint64_t index) {
  uint64_t current = 0, previous = 1;
  for (uint64_t i = 0; i < index; i++) {
    const uint64_t next = current + previous;
    previous = current;
    current = next;
  }
  s->index = index;
  set_small(&s->current, current);
  set_small(&s->previous, previous);
}

/* Get space for F(index), of which the last step makes one number and all before it two. */
static outcome build(state *s, uint64_t index, const vector_code *code) {
  memset(s, 0, sizeof *s);
  const size_t quarter = limbs_of(index / 4 + 1), half = limbs_of(index / 2 + 1);
  const outcome built = convolution_build(&s->c, code, quarter, half);
  if (built != COMPUTED) return built;
  s->current.limbs = aligned_words(result_limbs(quarter));
  s->previous.limbs = aligned_words(result_limbs(quarter));
  s->result.limbs = (uint64_t *)s->c.space; /* where its residues stood: see carry.h */
  return s->current.limbs && s->previous.limbs ? COMPUTED : OUT_OF_MEMORY;
}

/* Free all, or all but the space that the result stands in. */
static void free_space(state *s, bool but_result) {
  if (but_result) s->c.space = NULL;
  convolution_free(&s->c);
  free(s->current.limbs);
  free(s->previous.limbs);
}

static int twice_sign(uint64_t index) { return index % 2 ? -2 : 2; }

/* From k to 2k, or to 2k + 1 if `odd`: with a = F(k), b = F(k-1),
 *
 *     F(2k+1) = 4a^2 - b^2 + 2(-1)^k,   F(2k-1) = a^2 + b^2,   F(2k) = F(2k+1) - F(2k-1).
 *
 * The proof stands in fiblab/fibonacci/large.py. */
static outcome doubled(state *s, bool odd, stop asked) {
  const outcome computed = convolve(&s->c, BOTH_SQUARES, &s->current, &s->previous,
                                    twice_sign(s->index), &s->current, &s->previous, asked);
  if (computed != COMPUTED) return computed;
  number_difference(&s->current, &s->previous, odd ? &s->previous : &s->current);
  s->index = 2 * s->index + (odd ? 1 : 0);
  return COMPUTED;
}

/* From k to 2k or 2k + 1 for one number only: F(2k) = F(k) (F(k+1) + F(k-1)) = a (a + 2b). */
static outcome last_step(state *s, bool odd, stop asked) {
  const combination wanted = odd ? DIFFERENCE_OF_SQUARES : PRODUCT_WITH_NEIGHBOURS;
  const int addend = odd ? twice_sign(s->index) : 0;
  return convolve(&s->c, wanted, &s->current, &s->previous, addend, &s->result, NULL, asked);
}

int fibonacci_steps(uint64_t index) {
  int bits = 0;
  while (index >> bits > LAST_OF_ONE_LIMB) bits++;
  return bits;
}

/* Transforms of N log N: four of half the result's length that make F(k) and F(k-1), or three. */
double fibonacci_step_cost(uint64_t index, int step) {
  const int bits_left = fibonacci_steps(index) - 1 - step;
  const double length = (double)shape_for(limbs_of(index >> bits_left)).length;
  return (bits_left > 0 ? 4 : 3) * length * log2(length);
}

static outcome run(state *s, uint64_t index, stop asked, listener progress) {
  int bits_left = fibonacci_steps(index);
  start(s, index >> bits_left);
  outcome computed = COMPUTED;
  while (bits_left-- > 0 && computed == COMPUTED) {
    const bool odd = index >> bits_left & 1;
    computed = bits_left > 0 ? doubled(s, odd, asked) : last_step(s, odd, asked);
    if (computed == COMPUTED && !progress.step_done(progress.context)) computed = CANCELLED;
  }
  return computed;
}

outcome fibonacci(uint64_t index, const vector_code *code, stop asked, listener progress,
                  number *result) {
  state s;
  outcome computed = build(&s, index, code);
  if (computed == COMPUTED && index > LAST_OF_ONE_LIMB) {
    computed = run(&s, index, asked, progress);
  } else if (computed == COMPUTED) {
    start(&s, index);
    set_small(&s.result, s.current.length ? s.current.limbs[0] : 0);
  }
  free_space(&s, computed == COMPUTED);
  if (computed == COMPUTED) *result = s.result;
  return computed;
}

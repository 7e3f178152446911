#include "convolution.h"

#include <stdlib.h>

#include "carry.h"
#include "memory.h"

/* The smallest node of the transform, and steps of lengths as a share of a power of two. */
enum { SMALLEST = 16, STEPS = 8 };

static size_t largest(size_t x, size_t y) { return x > y ? x : y; }

size_t result_limbs(size_t limbs) { return 2 * limbs + CARRY_LIMBS; }

shape shape_for(size_t coefficients) {
  size_t power = SMALLEST;
  while (2 * power <= coefficients) power *= 2;
  const size_t step = largest(power / STEPS, SMALLEST);
  size_t left = (coefficients + step - 1) / step * step;
  if (left == 0) left = step;
  shape s = {.length = left};
  for (power *= 2; power > left;) power /= 2;
  for (size_t offset = 0, node = 0; left > 0; s.count++) {
    s.pieces[s.count] = (piece){.offset = offset, .size = power, .node = node};
    offset += power;
    left -= power;
    if (left == 0) continue;
    size_t next = power;
    while (next > left) next /= 2;
    node = (node + 1) * (power / next); /* the leftmost of that size below the sibling */
    power = next;
  }
  return s;
}

/* Polynomials modulo this piece have y^size = root. */
static double root_of(const field *f, const piece *p) {
  return p->node ? field_product(f, f->roots[p->node], f->roots[p->node]) : 1;
}

static void transform(const convolution *c, const field *f, const shape *s, const number *a,
                      double *x) {
  c->code->residues(f, a->limbs, a->length, x, s->pieces[0].size);
  for (int k = 1; k < s->count; k++) {
    const piece *p = &s->pieces[k];
    const size_t chunks = largest((a->length + p->size - 1) / p->size, 1);
    c->code->fold(f, x, chunks, root_of(f, p), x + p->offset, p->size);
  }
  for (int k = 0; k < s->count; k++) {
    const piece *p = &s->pieces[k];
    c->code->forward(f, x + p->offset, p->size, p->node);
  }
}

/* Put the polynomial modulo the product M0 M1 ... together from those modulo M_k = y^size_k - r_k.
 *
 * It is V0 + M0 (V1 + M1 (V2 + ...)) with V_k of degree below size_k, as mixed radices are for
 * numbers (Knuth 4.3.2). Below piece k > i it holds y^size_i = -r_i, as k stands below i's sibling
 * node: M_i is the constant -2 r_i there. So V_k is what is modulo M_k, with V_i taken away and
 * divided by -2 r_i for each i < k in turn. Multiplying X by M_i is X at size_i places higher, where
 * it already stands, less r_i X. */
static void assemble(const convolution *c, const field *f, const shape *s, double *x) {
  double roots[MOST_PIECES];
  for (int k = 0; k < s->count; k++) roots[k] = root_of(f, &s->pieces[k]);
  for (int k = 1; k < s->count; k++) {
    const piece *p = &s->pieces[k];
    for (int i = 0; i < k; i++) {
      const piece *before = &s->pieces[i];
      const double factor = field_inverse(f, field_product(f, -2, roots[i]));
      c->code->fold_away(f, x + before->offset, before->size / p->size, roots[k], x + p->offset,
                         p->size, factor);
    }
  }
  for (int i = s->count - 2; i >= 0; i--) {
    const size_t above = s->pieces[i + 1].offset;
    c->code->subtract_multiples(f, x + s->pieces[i].offset, x + above, roots[i], s->length - above);
  }
}

static void transform_back(const convolution *c, const field *f, const shape *s, double *x) {
  for (int k = 0; k < s->count; k++) {
    const piece *p = &s->pieces[k];
    c->code->inverse(f, x + p->offset, p->size, p->node);
  }
  assemble(c, f, s, x);
}

/* Combine the transforms a and b, and make up for the factor that transforming back leaves. */
static void combine(const convolution *c, const field *f, const shape *s, combination wanted,
                    double *a, double *b) {
  for (int k = 0; k < s->count; k++) {
    const size_t at = s->pieces[k].offset, size = s->pieces[k].size;
    const double scale = field_inverse(f, (double)size);
    switch (wanted) {
      case BOTH_SQUARES:
        c->code->both_squares(f, a + at, b + at, scale, size);
        break;
      case DIFFERENCE_OF_SQUARES:
        c->code->difference_of_squares(f, a + at, b + at, scale, size);
        break;
      case PRODUCT_WITH_NEIGHBOURS:
        c->code->product_with_neighbours(f, a + at, b + at, scale, size);
        break;
    }
  }
}

/* All that is done modulo one prime; false if it was asked to stop. */
static bool convolve_modulo(const convolution *c, const field *f, const shape *s,
                            combination wanted, const number *a, const number *b, double *x,
                            double *y, stop asked) {
  if (asked.wanted(asked.context)) return false;
  field_enter(f, s->length / 2, c->code);
  transform(c, f, s, a, x);
  if (asked.wanted(asked.context)) return false;
  transform(c, f, s, b, y);
  combine(c, f, s, wanted, x, y);
  if (asked.wanted(asked.context)) return false;
  transform_back(c, f, s, x);
  if (wanted != BOTH_SQUARES) return true;
  if (asked.wanted(asked.context)) return false;
  transform_back(c, f, s, y);
  return true;
}

static uint64_t product_mod_nines(uint64_t x, uint64_t y) {
  return (uint64_t)((unsigned __int128)x * y % (RADIX - 1));
}

/* What the results must be modulo 10^18 - 1. */
typedef struct {
  uint64_t first, second;
} expectation;

static expectation expected(combination wanted, const number *a, const number *b, int addend) {
  const uint64_t nines = RADIX - 1, of_a = number_residue(a), of_b = number_residue(b);
  const uint64_t aa = product_mod_nines(of_a, of_a), bb = product_mod_nines(of_b, of_b);
  const uint64_t addition = addend < 0 ? nines - (uint64_t)-addend : (uint64_t)addend;
  const uint64_t squares = (4 * aa + nines - bb + addition) % nines;
  const uint64_t neighbours = aa + 2 * product_mod_nines(of_a, of_b) + addition;
  return (expectation){
      .first = wanted == PRODUCT_WITH_NEIGHBOURS ? neighbours % nines : squares,
      .second = (aa + bb) % nines,
  };
}

outcome convolution_build(convolution *c, const vector_code *code, size_t both, size_t one) {
  const size_t for_both = shape_for(2 * both).length, for_one = shape_for(2 * one).length;
  *c = (convolution){.code = code};
  c->space = aligned_doubles(largest(2 * FIELDS * for_both, (FIELDS + 1) * for_one));
  const bool built = fields_build(c->fields, largest(for_both, for_one) / 2);
  if (c->space && built) return COMPUTED;
  convolution_free(c);
  return OUT_OF_MEMORY;
}

void convolution_free(convolution *c) {
  fields_free(c->fields);
  free(c->space);
  *c = (convolution){0}; /* freeing it again does nothing */
}

outcome convolve(convolution *c, combination wanted, const number *a, const number *b, int addend,
                 number *first, number *second, stop asked) {
  const size_t limbs = largest(a->length, b->length);
  const shape s = shape_for(2 * limbs);
  const bool both = wanted == BOTH_SQUARES;
  const expectation must_be = expected(wanted, a, b, addend);
  double *x[FIELDS], *y[FIELDS];
  for (int i = 0; i < FIELDS; i++) {
    x[i] = c->space + (size_t)i * s.length;
    y[i] = c->space + (size_t)(both ? FIELDS + i : FIELDS) * s.length;
    if (!convolve_modulo(c, &c->fields[i], &s, wanted, a, b, x[i], y[i], asked)) return CANCELLED;
  }
  carry(c->code, c->fields, (const double *const *)x, 2 * limbs, addend, first);
  if (number_residue(first) != must_be.first) return FOUND_WRONG;
  if (!both) return COMPUTED;
  carry(c->code, c->fields, (const double *const *)y, 2 * limbs, 0, second);
  return number_residue(second) == must_be.second ? COMPUTED : FOUND_WRONG;
}

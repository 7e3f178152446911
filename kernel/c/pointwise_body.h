/* What is done to residues one by one, on whatever `lanes` are: included by vector_*.c. */

/* The residue of a number below 2^60, in two parts of which each is exact as a double. */
static inline lanes residue_of(const uint64_t *limbs, modulus m) {
  lanes high, low;
  halves(limbs, &high, &low);
  return plus(reduced(high, m), low);
}

static void residues(const field *f, const uint64_t *limbs, size_t count, double *to,
                     size_t padded) {
  const modulus m = modulus_of(f->p);
  const size_t whole = count - count % LANES;
  for (size_t i = 0; i < whole; i += LANES) store(to + i, residue_of(limbs + i, m));
  if (whole < count) {
    uint64_t rest[LANES] = {0};
    memcpy(rest, limbs + whole, (count - whole) * sizeof *limbs);
    store(to + whole, residue_of(rest, m));
  }
  const size_t written = whole < count ? whole + LANES : whole;
  memset(to + written, 0, (padded - written) * sizeof *to);
}

static void multiples(const field *f, const double *from, double factor, double *to, size_t count) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(factor);
  for (size_t i = 0; i < count; i += LANES) {
    store(to + i, reduced(times(load(from + i), by, m), m));
  }
}

static void subtract_multiples(const field *f, double *x, const double *y, double factor,
                               size_t count) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(factor);
  for (size_t i = 0; i < count; i += LANES) {
    store(x + i, minus(load(x + i), times(load(y + i), by, m)));
  }
}

/* Horner's rule over the chunks' coefficients at one place. */
static inline lanes folded(const double *from, size_t chunks, lanes root, size_t size, modulus m) {
  lanes sum = load(from + (chunks - 1) * size);
  for (size_t chunk = chunks - 1; chunk-- > 0;) {
    sum = plus(times(sum, root, m), load(from + chunk * size));
  }
  return reduced(sum, m);
}

static void fold(const field *f, const double *from, size_t chunks, double root, double *to,
                 size_t size) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(root);
  for (size_t i = 0; i < size; i += LANES) store(to + i, folded(from + i, chunks, by, size, m));
}

static void fold_away(const field *f, const double *from, size_t chunks, double root, double *to,
                      size_t size, double factor) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(root), scale = broadcast(factor);
  for (size_t i = 0; i < size; i += LANES) {
    const lanes rest = minus(load(to + i), folded(from + i, chunks, by, size, m));
    store(to + i, times(rest, scale, m));
  }
}

/* scale * x^2, for a reduced x. */
static inline lanes scaled_square(lanes x, lanes scale, modulus m) {
  return times(times(x, scale, m), x, m);
}

static inline lanes four_times(lanes x) { return product(x, broadcast(4)); }

static void both_squares(const field *f, double *a, double *b, double scale, size_t count) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(scale);
  for (size_t i = 0; i < count; i += LANES) {
    const lanes aa = scaled_square(reduced(load(a + i), m), by, m);
    const lanes bb = scaled_square(reduced(load(b + i), m), by, m);
    store(a + i, reduced(minus(four_times(aa), bb), m));
    store(b + i, plus(aa, bb));
  }
}

static void difference_of_squares(const field *f, double *a, const double *b, double scale,
                                  size_t count) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(scale);
  for (size_t i = 0; i < count; i += LANES) {
    const lanes aa = scaled_square(reduced(load(a + i), m), by, m);
    const lanes bb = scaled_square(reduced(load(b + i), m), by, m);
    store(a + i, reduced(minus(four_times(aa), bb), m));
  }
}

static void product_with_neighbours(const field *f, double *a, const double *b, double scale,
                                    size_t count) {
  const modulus m = modulus_of(f->p);
  const lanes by = broadcast(scale);
  for (size_t i = 0; i < count; i += LANES) {
    const lanes value = reduced(load(a + i), m), other = load(b + i);
    const lanes neighbours = reduced(plus(value, plus(other, other)), m);
    store(a + i, times(times(value, by, m), neighbours, m));
  }
}

/* H. L. Garner 1959 (Knuth 4.3.2, exercise 7): each digit is what is left over modulo the next
 * prime, divided by the primes before. All digits lie within p/2 of 0, and so x within half of the
 * primes' product: that makes it the right one among all numbers with these residues. A digit that a
 * rounding left one step beyond p/2 is made up for by the next. */
static void mixed_radix(const field fields[FIELDS], const prime_inverses *inverses,
                        const double *const residues[FIELDS], double *const digits[FIELDS],
                        size_t count) {
  const modulus m0 = modulus_of(fields[0].p), m1 = modulus_of(fields[1].p);
  const modulus m2 = modulus_of(fields[2].p);
  const lanes p0_mod_p1 = broadcast(inverses->p0_mod_p1);
  const lanes p0_mod_p2 = broadcast(inverses->p0_mod_p2);
  const lanes p1_mod_p2 = broadcast(inverses->p1_mod_p2);
  for (size_t i = 0; i < count; i += LANES) {
    const lanes v0 = reduced(load(residues[0] + i), m0);
    const lanes rest1 = minus(load(residues[1] + i), v0);
    const lanes v1 = reduced(times(rest1, p0_mod_p1, m1), m1);
    const lanes rest2 = times(minus(load(residues[2] + i), v0), p0_mod_p2, m2);
    const lanes v2 = reduced(times(minus(rest2, v1), p1_mod_p2, m2), m2);
    store(digits[0] + i, v0);
    store(digits[1] + i, v1);
    store(digits[2] + i, v2);
  }
}

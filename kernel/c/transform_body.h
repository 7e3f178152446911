/* The number-theoretic transform, on whatever `lanes` are: included by vector_*.c.
 *
 * A node j of size 2m holds a polynomial modulo y^2m - r^2, where r = roots[j]. As that is
 * (y^m - r)(y^m + r), the node splits into child 2j, modulo y^m - r, and child 2j+1, modulo y^m + r:
 * the coefficients a at y^i and b at y^(i+m) become a + r b and a - r b. Both children are nodes of
 * the same kind, because roots[2j]^2 = r and roots[2j+1]^2 = -r (field.h). Splitting node 0, modulo
 * y^size - 1, down to size 1 is a Fourier transform whose values come out in the order of the nodes;
 * the inverse joins the children again, so that nothing is ever put into another order
 * (W. M. Gentleman and G. Sande 1966; the tree of moduli: D. J. Bernstein, "Multidigit
 * multiplication for mathematicians", 2001). All of a node shares one root.
 *
 * Two levels are done at a time, with the numbers in registers. Large nodes are split depth first,
 * until a node fits into the L1 cache; from there level by level. The last four levels happen in
 * registers, on 16 numbers: two across four registers, a transposition, and two more.
 *
 * Sizes, in units of p, for modular.h (there e < 0.11 A): `split` takes |x| <= 2 and gives
 * 0.5 + (0.5 + 0.22) + (0.5 + 0.11 * 2.72) < 2.02 at the very worst, `join` takes |x| <= 2 and gives
 * at most 2 (0.5 + 0.11 * 4) = 1.88. A size of 2.02 in place of 2 changes the sums in the third
 * digit only: 2.1 stands with a margin.
 */

/* Doubles in a node that is split level by level: 16 KiB, half of the usual L1 cache. */
enum { CACHED = 2048 };

/* Doubles in a node that is split within registers. */
enum { LEAF = LANES * LANES };

/* Split one node into four, given the root of the node and of its two children. */
static inline void split(lanes x[4], lanes root, lanes even, lanes odd, modulus m) {
  const lanes a = reduced(x[0], m), b = x[1];
  const lanes c = times(x[2], root, m), d = times(x[3], root, m);
  const lanes left = plus(a, c), right = minus(a, c);
  const lanes e = times(plus(b, d), even, m), f = times(minus(b, d), odd, m);
  x[0] = plus(left, e);
  x[1] = minus(left, e);
  x[2] = plus(right, f);
  x[3] = minus(right, f);
}

/* Join four nodes into one, given the inverses of those roots: four times what `split` took. */
static inline void join(lanes x[4], lanes root, lanes even, lanes odd, modulus m) {
  const lanes left = plus(x[0], x[1]), e = times(minus(x[0], x[1]), even, m);
  const lanes right = plus(x[2], x[3]), f = times(minus(x[2], x[3]), odd, m);
  x[0] = reduced(plus(left, right), m);
  x[1] = plus(e, f);
  x[2] = times(minus(left, right), root, m);
  x[3] = times(minus(e, f), root, m);
}

static inline void load_rows(lanes x[4], const double *from, size_t stride) {
  for (size_t row = 0; row < 4; row++) x[row] = load(from + row * stride);
}

static inline void store_rows(double *to, const lanes x[4], size_t stride) {
  for (size_t row = 0; row < 4; row++) store(to + row * stride, x[row]);
}

static inline void split_node(double *x, size_t size, size_t node, const double *roots, modulus m) {
  const lanes root = broadcast(roots[node]);
  const lanes even = broadcast(roots[2 * node]), odd = broadcast(roots[2 * node + 1]);
  for (size_t i = 0; i < size / 4; i += LANES) {
    lanes rows[4];
    load_rows(rows, x + i, size / 4);
    split(rows, root, even, odd, m);
    store_rows(x + i, rows, size / 4);
  }
}

static inline void join_node(double *x, size_t size, size_t node, const double *roots, modulus m) {
  const lanes root = broadcast(roots[node]);
  const lanes even = broadcast(roots[2 * node]), odd = broadcast(roots[2 * node + 1]);
  for (size_t i = 0; i < size / 4; i += LANES) {
    lanes rows[4];
    load_rows(rows, x + i, size / 4);
    join(rows, root, even, odd, m);
    store_rows(x + i, rows, size / 4);
  }
}

/* Split 16 numbers all the way; the values are left transposed, which `join_leaf` expects. */
static inline void split_leaf(double *x, size_t node, const double *roots, modulus m) {
  lanes rows[4], even, odd;
  load_rows(rows, x, LANES);
  split(rows, broadcast(roots[node]), broadcast(roots[2 * node]), broadcast(roots[2 * node + 1]), m);
  transpose(rows);
  unzip(roots + 8 * node, &even, &odd);
  split(rows, load(roots + 4 * node), even, odd, m);
  store_rows(x, rows, LANES);
}

static inline void join_leaf(double *x, size_t node, const double *roots, modulus m) {
  lanes rows[4], even, odd;
  load_rows(rows, x, LANES);
  unzip(roots + 8 * node, &even, &odd);
  join(rows, load(roots + 4 * node), even, odd, m);
  transpose(rows);
  join(rows, broadcast(roots[node]), broadcast(roots[2 * node]), broadcast(roots[2 * node + 1]), m);
  store_rows(x, rows, LANES);
}

/* Split a node of size 16 * 4^levels. */
static void split_tree(double *x, size_t size, size_t node, const double *roots, modulus m) {
  if (size > CACHED) {
    split_node(x, size, node, roots, m);
    for (size_t child = 0; child < 4; child++) {
      split_tree(x + child * (size / 4), size / 4, 4 * node + child, roots, m);
    }
    return;
  }
  size_t nodes = 1;
  for (; size / nodes > LEAF; nodes *= 4, node *= 4) {
    for (size_t i = 0; i < nodes; i++) {
      split_node(x + i * (size / nodes), size / nodes, node + i, roots, m);
    }
  }
  for (size_t i = 0; i < nodes; i++) split_leaf(x + i * LEAF, node + i, roots, m);
}

/* Undo `split_tree`, with the inverse roots, save for the factor `size`. */
static void join_tree(double *x, size_t size, size_t node, const double *roots, modulus m) {
  if (size > CACHED) {
    for (size_t child = 0; child < 4; child++) {
      join_tree(x + child * (size / 4), size / 4, 4 * node + child, roots, m);
    }
    join_node(x, size, node, roots, m);
    return;
  }
  const size_t leaves = size / LEAF;
  for (size_t i = 0; i < leaves; i++) join_leaf(x + i * LEAF, node * leaves + i, roots, m);
  for (size_t nodes = leaves / 4; nodes > 0; nodes /= 4) {
    for (size_t i = 0; i < nodes; i++) {
      join_node(x + i * (size / nodes), size / nodes, node * nodes + i, roots, m);
    }
  }
}

/* Whether `size`, a power of two from 16 up, is twice a power of four. */
static bool has_odd_level(size_t size) {
  const uint64_t powers_of_four = 0x5555555555555555;
  return !(size & powers_of_four);
}

/* Transform node `node` of `size` coefficients, a power of two from 16 up. */
static void forward(const field *f, double *x, size_t size, size_t node) {
  const modulus m = modulus_of(f->p);
  if (!has_odd_level(size)) {
    split_tree(x, size, node, f->roots, m);
    return;
  }
  const size_t half = size / 2;
  const lanes root = broadcast(f->roots[node]);
  for (size_t i = 0; i < half; i += LANES) {
    const lanes a = reduced(load(x + i), m), b = times(load(x + half + i), root, m);
    store(x + i, plus(a, b));
    store(x + half + i, minus(a, b));
  }
  split_tree(x, half, 2 * node, f->roots, m);
  split_tree(x + half, half, 2 * node + 1, f->roots, m);
}

/* Undo `forward`, save for the factor `size`. */
static void inverse(const field *f, double *x, size_t size, size_t node) {
  const modulus m = modulus_of(f->p);
  if (!has_odd_level(size)) {
    join_tree(x, size, node, f->inverse_roots, m);
    return;
  }
  const size_t half = size / 2;
  const lanes root = broadcast(f->inverse_roots[node]);
  join_tree(x, half, 2 * node, f->inverse_roots, m);
  join_tree(x + half, half, 2 * node + 1, f->inverse_roots, m);
  for (size_t i = 0; i < half; i += LANES) {
    const lanes a = load(x + i), b = load(x + half + i);
    store(x + i, reduced(plus(a, b), m));
    store(x + half + i, times(minus(a, b), root, m));
  }
}

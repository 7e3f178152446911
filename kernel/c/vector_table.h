/* The table of vector_code.h, filled with what was compiled here: included by vector_*.c, last. */
#define FIBLAB_TABLE                                                                             \
  {                                                                                              \
    .forward = forward, .inverse = inverse, .residues = residues, .multiples = multiples,        \
    .subtract_multiples = subtract_multiples, .fold = fold, .fold_away = fold_away,              \
    .both_squares = both_squares, .difference_of_squares = difference_of_squares,                \
    .product_with_neighbours = product_with_neighbours, .mixed_radix = mixed_radix,              \
  }

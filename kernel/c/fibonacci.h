/* F(n) in radix 10^18, by doubling the index. */
#ifndef FIBLAB_FIBONACCI_H
#define FIBLAB_FIBONACCI_H

#include "convolution.h"

/* Told after each step; false ends the run. */
typedef struct {
  bool (*step_done)(void *context);
  void *context;
} listener;

/* The steps that F(index) takes, the last one included, at most 32; and the relative cost of the
 * step numbered from 0. */
int fibonacci_steps(uint64_t index);
double fibonacci_step_cost(uint64_t index, int step);

/* Compute F(index) into `result`, whose limbs are allocated here and free()d by the caller; only
 * if the outcome is COMPUTED is there anything to free. CANCELLED if one of the two wants it. */
outcome fibonacci(uint64_t index, const vector_code *code, stop asked, listener progress,
                  number *result);

#endif

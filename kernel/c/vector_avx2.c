/* The code for x86 machines with AVX2 and FMA: Intel since Haswell (2013), AMD since Zen (2017). */
#include "vector_code.h"

#if defined(__x86_64__)

/* These functions alone may use the instructions: the rest of the package runs anywhere. */
#if defined(__clang__)
#include <immintrin.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif

#define FIBLAB_AVX2
#include "lanes.h"
#include "modular.h"
#include "pointwise_body.h"
#include "transform_body.h"
#include "vector_table.h"

#if defined(__clang__)
#pragma clang attribute pop
#endif

const vector_code avx2_code = FIBLAB_TABLE;

bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#else

const vector_code avx2_code = {0};

bool has_avx2(void) { return false; }

#endif

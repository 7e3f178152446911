/* The portable code: any machine with a C compiler; fast only where the fused multiply-add is. */
#include <stdbool.h>

#include "vector_code.h"

#include "lanes.h"
#include "modular.h"
#include "pointwise_body.h"
#include "transform_body.h"
#include "vector_table.h"

const vector_code portable_code = FIBLAB_TABLE;

/* Kernels in portable C: what every machine has, and what the others are held against.  Vectors are
 * of four numbers, which are loops where there are none. */
#define KERNEL
#define WIDTH 4u
#define DISTANCES 4u
#include "body.h"

static bool has_any(void)
{
    return true;
}

const struct attention_kernel attention_scalar = {
    .name = "scalar",
    .available = has_any,
    BODY,
    .tiles = &attention_tiles_scalar,
};

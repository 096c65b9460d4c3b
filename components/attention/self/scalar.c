/* Self-attention for every processor: vectors of four, which are loops where there are none.
 */
#define KERNEL
#define WIDTH 4u
#define ROWS 4u
#define GREATER(a, b) greater((a), (b))

#include <stdint.h>

typedef float four __attribute__((vector_size(16)));
typedef int32_t four_bits __attribute__((vector_size(16)));

static inline four greater(four a, four b)
{
    const four_bits chosen = a > b;
    return (four)(((four_bits)a & chosen) | ((four_bits)b & ~chosen));
}

#include "body.h"

const struct attention_tiles attention_tiles_scalar = {BODY};

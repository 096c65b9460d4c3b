/* What inputs made in batches cost: the same step on a value from a plain loop and from a batch. */
#include <assay.h>

#include "xorshift.h"

ASSAY_BENCH(plain, .description = "a step on a value, plain loop")
{
    uint64_t x = XORSHIFT_SEED, input = 3;
    ASSAY_LOOP(b)
    {
        x = xorshift(x + assay_opaque(input));
        assay_keep(x);
    }
}

ASSAY_BENCH(batched, .description = "a step on a value made in a batch")
{
    uint64_t x = XORSHIFT_SEED;
    ASSAY_LOOP_WITH(b, uint64_t, input, assay_random(b))
    {
        x = xorshift(x + *input);
        assay_keep(x);
    }
}

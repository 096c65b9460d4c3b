/* Bodies whose cost is known, for the comparison with peers and with floor.c (see run). */
#include <assay.h>

#include "xorshift.h"

ASSAY_BENCH(add, .description = "one dependent add")
{
    uint64_t x = 1;
    ASSAY_LOOP(b)
    {
        x += 3;
        assay_keep(x);
    }
}

ASSAY_BENCH(xorshift, .description = "one dependent xorshift step")
{
    uint64_t x = XORSHIFT_SEED;
    ASSAY_LOOP(b)
    {
        x = xorshift(x);
        assay_keep(x);
    }
}

ASSAY_BENCH(steps2000, .description = "2000 dependent xorshift steps")
{
    uint64_t x = XORSHIFT_SEED;
    ASSAY_LOOP(b)
    {
        for (int i = 0; i < 2000; i++) {
            x = xorshift(x);
            assay_keep(x);
        }
    }
}

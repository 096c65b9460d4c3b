"""A benchmark whose work stands in a header, so that a commit can change it."""
MODULE = '''#include <assay.h>
#include "work.h"
ASSAY_BENCH(work)
{
    uint64_t value = 1;
    ASSAY_LOOP(b)
        for (int i = 0; i < 100 * WORK; i++)
            value = assay_opaque(value * 6364136223846793005u + 1);
    assay_keep(value);
}
'''

/* A suite of 1000 small benchmarks: ten kinds of 100 sizes.  Built with -DWORK_PPM=N every tenth
 * size does N millionths more steps, so that a tenth of the suite is known to have changed. */
#define ASSAY_SUITE "thousand"
#include <assay.h>

#include "bodies.h"

enum { SIZES = 100, CHANGED_EACH = 10, STEPS_LEAST = 1000 };

/* Multiples of 1000 are exact; the other sizes are rounded down to a step. */
static uint64_t steps_of(struct assay_bench *b)
{
    uint64_t size = (uint64_t)assay_param(b, "size");
    uint64_t steps = STEPS_LEAST + 10 * size;
    if (size % CHANGED_EACH == 0)
        steps += steps * WORK_PPM / 1000000;
    return assay_opaque(steps);
}

#define SWEEP                                                                                      \
    "size=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32," \
    "33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,"   \
    "63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,"   \
    "93,94,95,96,97,98,99,100"

/* One dependent chain each, of another operation. */
#define KIND(name, step)                                                                           \
    ASSAY_BENCH(name, .sweep = SWEEP)                                                              \
    {                                                                                              \
        uint64_t steps = steps_of(b), x = XORSHIFT_SEED;                                           \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            for (uint64_t i = 0; i < steps; i++) {                                                 \
                step;                                                                              \
                KEEP_REGISTER(x);                                                                  \
            }                                                                                      \
            assay_keep(x);                                                                         \
        }                                                                                          \
    }

KIND(shifts, x = xorshift(x))
KIND(products, x *= 6364136223846793005u)
KIND(sums, x += x << 1 | 1)
KIND(quotients, x = (x | 1u << 31) / ((x & 0xff) | 1) + 0x9e3779b97f4a7c15u)
KIND(turns, x = (x << 7 | x >> 57) + 1)
KIND(mixes, x = (x ^ x >> 32) * 0x2545f4914f6cdd1du)
KIND(counts, x += (uint64_t)__builtin_popcountll(x) | 1)
KIND(swaps, x = __builtin_bswap64(x) + 3)
KIND(choices, x = x & 1 ? x * 3 + 1 : x >> 1 | x << 63)
KIND(squares, x = x * x + 0x9e3779b97f4a7c15u)

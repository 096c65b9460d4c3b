/* Similarity of two vectors.  One sum is a chain: each addition waits for the one before it, four
 * cycles, while the processor could start two every cycle.  Eight sums wait for nobody. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <math.h>

enum { DIMENSIONS = 768, SUMS = 8 };

static float a[DIMENSIONS], b_side[DIMENSIONS];

static void prepare(struct assay_bench *b)
{
    for (int i = 0; i < DIMENSIONS; i++) {
        a[i] = (float)assay_random_unit(b) - 0.5F;
        b_side[i] = (float)assay_random_unit(b) - 0.5F;
    }
}

static float dot(const float *x, const float *y)
{
#ifdef AFTER
    float sums[SUMS] = {0};
    for (int i = 0; i < DIMENSIONS; i += SUMS)
        for (int k = 0; k < SUMS; k++)
            sums[k] += x[i + k] * y[i + k];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
#else
    float sum = 0;
    for (int i = 0; i < DIMENSIONS; i++)
        sum += x[i] * y[i];
    return sum;
#endif
}

static void check(struct assay_bench *b)
{
    double sum = 0;
    for (int i = 0; i < DIMENSIONS; i++)
        sum += (double)a[i] * (double)b_side[i];
    if (fabs(sum - (double)dot(a, b_side)) > 1e-4)
        assay_fail(b, "the sums differ");
}

ASSAY_BENCH(accumulate, .setup = prepare, .check = check)
{
    ASSAY_LOOP(b) assay_keep(dot(assay_opaque(&a[0]), b_side));
}

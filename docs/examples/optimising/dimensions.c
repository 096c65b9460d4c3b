/* Embeddings of 1536 or of 384 numbers: what is compared grows with them, in time and in memory.
 * Whether 384 find the same is a question to a recall, not to a clock. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <math.h>

#ifdef AFTER
enum { VECTORS = 256, DIMENSIONS = 384 };
#else
enum { VECTORS = 256, DIMENSIONS = 1536 };
#endif

static float vectors[VECTORS][DIMENSIONS], query[DIMENSIONS];

static void prepare(struct assay_bench *b)
{
    for (int i = 0; i < DIMENSIONS; i++)
        query[i] = (float)assay_random_unit(b);
    for (int v = 0; v < VECTORS; v++)
        for (int i = 0; i < DIMENSIONS; i++)
            vectors[v][i] = (float)assay_random_unit(b);
}

static float dot(const float *x, const float *y)
{
    float sums[8] = {0};
    for (int i = 0; i < DIMENSIONS; i += 8)
        for (int k = 0; k < 8; k++)
            sums[k] += x[i + k] * y[i + k];
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
}

static float largest(const float *to)
{
    float most = -INFINITY;
    for (int v = 0; v < VECTORS; v++)
        most = fmaxf(most, dot(vectors[v], to));
    return most;
}

static void check(struct assay_bench *b)
{
    double most = -(double)INFINITY;
    for (int v = 0; v < VECTORS; v++) {
        double sum = 0;
        for (int i = 0; i < DIMENSIONS; i++)
            sum += (double)vectors[v][i] * (double)query[i];
        most = fmax(most, sum);
    }
    if (fabs(most - (double)largest(query)) > 1e-2)
        assay_fail(b, "the largest product differs");
}

ASSAY_BENCH(dimensions, .setup = prepare, .check = check)
{
    ASSAY_LOOP(b) assay_keep(largest(assay_opaque(&query[0])));
}

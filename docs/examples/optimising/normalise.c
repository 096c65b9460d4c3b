/* The most similar of 64 vectors.  Cosines need the length of both sides; vectors that are stored
 * with length one need none, and the order stays the same. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <math.h>

enum { VECTORS = 64, DIMENSIONS = 128 };

static float vectors[VECTORS][DIMENSIONS], query[DIMENSIONS];

static float dot(const float *x, const float *y)
{
    float sum = 0;
    for (int i = 0; i < DIMENSIONS; i++)
        sum += x[i] * y[i];
    return sum;
}

static void prepare(struct assay_bench *b)
{
    for (int i = 0; i < DIMENSIONS; i++)
        query[i] = (float)assay_random_unit(b) - 0.5F;
    for (int v = 0; v < VECTORS; v++) {
        for (int i = 0; i < DIMENSIONS; i++)
            vectors[v][i] = (float)assay_random_unit(b) - 0.5F;
#ifdef AFTER
        const float length = sqrtf(dot(vectors[v], vectors[v]));
        for (int i = 0; i < DIMENSIONS; i++)
            vectors[v][i] /= length;
#endif
    }
}

static float similarity(const float *x, const float *y)
{
#ifdef AFTER
    return dot(x, y);
#else
    return dot(x, y) / sqrtf(dot(x, x) * dot(y, y));
#endif
}

static int most_similar(const float *to)
{
    int best = 0;
    float most = -INFINITY;
    for (int v = 0; v < VECTORS; v++) {
        const float found = similarity(vectors[v], to);
        best = found > most ? v : best;
        most = found > most ? found : most;
    }
    return best;
}

static void check(struct assay_bench *b)
{
    double most = -(double)INFINITY;
    int best = 0;
    for (int v = 0; v < VECTORS; v++) {
        double product = 0, square = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            product += (double)vectors[v][i] * (double)query[i];
            square += (double)vectors[v][i] * (double)vectors[v][i];
        }
        best = product / sqrt(square) > most ? v : best;
        most = fmax(most, product / sqrt(square));
    }
    if (best != most_similar(query))
        assay_fail(b, "another vector is more similar");
}

ASSAY_BENCH(normalise, .setup = prepare, .check = check)
{
    ASSAY_LOOP(b) assay_keep(most_similar(assay_opaque(&query[0])));
}

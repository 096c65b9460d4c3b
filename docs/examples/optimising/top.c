/* The ten best of 4096 scores.  Sorting orders 4086 of them for nobody; a short list that a score
 * rarely gets into is one comparison a score. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <stdlib.h>
#include <string.h>

enum { SCORES = 4096, TOP = 10 };

static double scores[SCORES];

static void prepare(struct assay_bench *b)
{
    for (int i = 0; i < SCORES; i++)
        scores[i] = assay_random_unit(b);
}

static int falling(const void *x, const void *y)
{
    const double a = *(const double *)x, b = *(const double *)y;
    return (a < b) - (a > b);
}

static void best(const double *from, double top[TOP])
{
#ifdef AFTER
    int count = 0;
    for (int i = 0; i < SCORES; i++) {
        if (count == TOP && from[i] <= top[TOP - 1])
            continue;
        int at = count < TOP ? count++ : TOP - 1;
        for (; at > 0 && top[at - 1] < from[i]; at--)
            top[at] = top[at - 1];
        top[at] = from[i];
    }
#else
    static double sorted[SCORES];
    memcpy(sorted, from, sizeof sorted);
    qsort(sorted, SCORES, sizeof *sorted, falling);
    memcpy(top, sorted, TOP * sizeof *top);
#endif
}

static void check(struct assay_bench *b)
{
    double top[TOP];
    best(scores, top);
    for (int t = 0; t < TOP; t++) {
        int above = 0;
        for (int i = 0; i < SCORES; i++)
            above += scores[i] > top[t];
        if (above != t || (t > 0 && falling(&top[t - 1], &top[t]) > 0))
            assay_fail(b, "place %d is taken by a wrong score", t);
    }
}

ASSAY_BENCH(top, .setup = prepare, .check = check)
{
    double top[TOP];
    ASSAY_LOOP(b)
    {
        best(assay_opaque(&scores[0]), top);
        assay_keep(top[0]);
    }
}

/* The sum of one field of 262144 records.  Of an array of structs every cache line is fetched for
 * the eight bytes of it that are wanted; of an array a field all of it is. */
#define ASSAY_SUITE "tips"
#include <assay.h>

enum { RECORDS = 262144 };

#ifdef AFTER
static struct {
    double weights[RECORDS];
    char names[RECORDS][56];
} records;
#define WEIGHT(i) records.weights[i]
#else
static struct {
    double weight;
    char name[56];
} records[RECORDS];
#define WEIGHT(i) records[i].weight
#endif

static void prepare(struct assay_bench *b)
{
    (void)b;
    for (int i = 0; i < RECORDS; i++)
        WEIGHT(i) = i;
}

static double sum(int count)
{
    double sums[4] = {0};
    for (int i = 0; i < count; i += 4)
        for (int k = 0; k < 4; k++)
            sums[k] += WEIGHT(i + k);
    return sums[0] + sums[1] + sums[2] + sums[3];
}

static void check(struct assay_bench *b)
{
    if ((long long)sum(RECORDS) != (long long)RECORDS * (RECORDS - 1) / 2)
        assay_fail(b, "the sum of 0 to %d differs", RECORDS - 1);
}

ASSAY_BENCH(layout, .setup = prepare, .check = check)
{
    ASSAY_LOOP(b) assay_keep(sum(assay_opaque(RECORDS)));
}

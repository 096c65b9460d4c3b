/* What correlations of histories find, and how fast: tables of made-up series with steps, slopes
 * and autocorrelation, the first five of which share four fifths of their noise, or none do.
 *
 *     history-moving TABLES SEED
 *
 * Prints a row a line, tab-separated: what, value. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stats/bootstrap/random.h"
#include "stats/together/innovations.h"
#include "stats/together/together.h"

enum {
    POINTS = 500,
    SMALL = 40,
    LARGE = 1000,
    SHARED = 5,
    SHARED_PAIRS = SHARED * (SHARED - 1) / 2
};
#define SHARE 0.8

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* One series whose innovations are shared in part, ready to be correlated. */
static void draw(struct random *random, const double *common, double share, double *row)
{
    static const double AUTOCORRELATIONS[] = {0, 0, 0.5, 0.8};
    const double r = AUTOCORRELATIONS[random_below(random, 4)];
    const size_t at = 50 + random_below(random, POINTS - 100);
    double scratch[POINTS], last = random_normal(random);
    const double slope = random_normal(random) * 3 / POINTS, step = random_normal(random) * 5;
    for (size_t i = 0; i < POINTS; i++) {
        last = r * last + sqrt(1 - r * r) *
                              (share * common[i] + sqrt(1 - share * share) * random_normal(random));
        row[i] = last + slope * (double)i + (i >= at ? step : 0) +
                 (random_uniform(random) < 0.01 ? 5 + 25 * random_uniform(random) : 0);
    }
    innovations_take(row, POINTS, &at, 1, scratch);
}

static double *draw_table(struct random *random, size_t series, double share)
{
    double common[POINTS], *table = malloc(series * POINTS * sizeof *table);
    if (table == NULL)
        abort();
    for (size_t i = 0; i < POINTS; i++)
        common[i] = random_normal(random);
    for (size_t i = 0; i < series; i++)
        draw(random, common, i < SHARED ? share : 0, table + i * POINTS);
    return table;
}

struct tally {
    double tables, with_pairs, found, false_share;
};

/* Whether one series of the table is among the SHARED that share. */
static void judge(struct random *random, double share, struct tally *tally)
{
    struct together together;
    double *table = draw_table(random, SMALL, share);
    if (together_find(table, SMALL, POINTS, &together) != ASSAY_OK)
        abort();
    size_t right = 0;
    for (size_t i = 0; i < together.pairs.count; i++)
        right += share > 0 && together.pairs.items[i].b < SHARED;
    tally->tables++;
    tally->with_pairs += together.pairs.count > 0;
    tally->found += (double)right / SHARED_PAIRS;
    if (together.pairs.count > 0)
        tally->false_share += 1 - (double)right / (double)together.pairs.count;
    together_release(&together);
    free(table);
}

int main(int count_of_words, char **words)
{
    const size_t tables = count_of_words > 1 ? strtoul(words[1], NULL, 10) : 200;
    struct random random = {count_of_words > 2 ? strtoull(words[2], NULL, 10) : 1};
    struct tally none = {0}, some = {0};
    for (size_t i = 0; i < tables; i++) {
        judge(&random, 0, &none);
        judge(&random, SHARE, &some);
    }
    double *table = draw_table(&random, LARGE, SHARE);
    struct together together;
    const double began = cpu_ms();
    if (together_find(table, LARGE, POINTS, &together) != ASSAY_OK)
        abort();
    printf("tables of %d unrelated series in which any pair is told\t%.4f\n", SMALL,
           none.with_pairs / none.tables);
    printf("false pairs among those told, %d of %d series related\t%.4f\n", SHARED, SMALL,
           some.false_share / some.tables);
    printf("related pairs that are told\t%.4f\n", some.found / some.tables);
    printf("CPU ms for all pairs of %d series of %d values\t%.0f\n", LARGE, POINTS,
           cpu_ms() - began);
    together_release(&together);
    free(table);
    return 0;
}

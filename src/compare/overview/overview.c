/* Counts, widths, claims and the digest of a run.  The digest is of the numbers alone, at full
 * precision and in the order of the run, so that a summary can be held against the store it was
 * made of. */
#include "compare/overview/overview.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double half_width_of(const struct summary *summary)
{
    const struct interval *interval = &summary->interval;
    if (!(interval->level > 0) || !(summary->median > 0))
        return (double)INFINITY;
    return fmax(interval->high - summary->median, summary->median - interval->low) /
           summary->median;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The upper median half-width of the measured rows of `suite`, or of all for NULL; NAN where that
 * is of rows without an interval. */
static assay_status typical_width(const struct run *run, const char *suite, double *ret_width)
{
    double *widths = malloc((run->results.count + 1) * sizeof *widths);
    size_t count = 0;
    if (widths == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const struct measurement *main = result_main_measurement(result);
        if (main != NULL && (suite == NULL || strcmp(result->benchmark.suite, suite) == 0))
            widths[count++] = half_width_of(&main->summary);
    }
    qsort(widths, count, sizeof *widths, by_value);
    *ret_width = count > 0 && isfinite(widths[count / 2]) ? widths[count / 2] : (double)NAN;
    free(widths);
    return ASSAY_OK;
}

static struct suite_line *suite_of(const char *suite, suite_line_vec *suites)
{
    for (size_t i = 0; i < suites->count; i++)
        if (strcmp(suites->items[i].suite, suite) == 0)
            return &suites->items[i];
    struct suite_line *line = vec_add(suites);
    if (line != NULL)
        *line = (struct suite_line){.suite = suite};
    return line;
}

static assay_status count_results(struct overview *overview)
{
    for (size_t i = 0; i < overview->run->results.count; i++) {
        const struct result *result = &overview->run->results.items[i];
        struct suite_line *line = suite_of(result->benchmark.suite, &overview->suites);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        const bool ok = result->outcome == OUTCOME_OK, failed = result->outcome == OUTCOME_FAILED;
        line->ok += ok;
        line->failed += failed;
        line->skipped += !ok && !failed;
        overview->ok += ok;
        overview->failed += failed;
        overview->skipped += !ok && !failed;
    }
    return ASSAY_OK;
}

static const struct result *find(const struct run *run, const char *id)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

/* A target of a benchmark that is in the run and has no answer is undecided. */
static assay_status count_targets(struct overview *overview)
{
    const struct run *run = overview->run;
    for (size_t i = 0; i < run->targets.count; i++) {
        const struct target *target = &run->targets.items[i];
        const struct result *result = find(run, target->benchmark);
        if (result == NULL) {
            overview->not_run++;
            continue;
        }
        struct suite_line *line = suite_of(result->benchmark.suite, &overview->suites);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        const bool met = target->status == TARGET_MET, missed = target->status == TARGET_MISSED;
        line->met += met;
        line->missed += missed;
        line->undecided += !met && !missed;
        overview->met += met;
        overview->missed += missed;
        overview->undecided += !met && !missed;
    }
    return ASSAY_OK;
}

static assay_status add_claims(struct overview *overview)
{
    const struct run *run = overview->run;
    for (size_t i = 0; i < run->claims.count; i++) {
        const struct claim *claim = &run->claims.items[i];
        const struct result *result = find(run, claim->benchmark);
        const struct measurement *ours =
            result != NULL ? result_measurement(result, claim->metric) : NULL;
        struct claim_line *line = vec_add(&overview->claims);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        *line = (struct claim_line){
            claim, ours, ours != NULL ? ours->summary.median / claim->value : (double)NAN};
    }
    return ASSAY_OK;
}

static void digest(const struct run *run, char ret_digits[SHA256_DIGITS + 1])
{
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        for (size_t m = 0; m < result->measurements.count; m++) {
            const struct measurement *of = &result->measurements.items[m];
            const double numbers[] = {of->summary.median, of->summary.interval.low,
                                      of->summary.interval.high};
            sha256_add(&hash, result->benchmark.id, strlen(result->benchmark.id) + 1);
            sha256_add(&hash, of->metric->name, strlen(of->metric->name) + 1);
            sha256_add(&hash, numbers, sizeof numbers);
        }
    }
    sha256_end(&hash, ret_digits);
}

assay_status overview_judge(struct overview *overview, struct arena *arena)
{
    TRY(count_results(overview));
    TRY(count_targets(overview));
    for (size_t i = 0; i < overview->suites.count; i++)
        TRY(typical_width(overview->run, overview->suites.items[i].suite,
                          &overview->suites.items[i].half_width));
    TRY(typical_width(overview->run, NULL, &overview->half_width));
    TRY(overview_variants(overview, arena));
    TRY(overview_trades(overview));
    TRY(add_claims(overview));
    overview->grade = overview_grade(overview);
    digest(overview->run, overview->digest);
    return ASSAY_OK;
}

void overview_release(struct overview *overview)
{
    vec_release(&overview->suites);
    vec_release(&overview->variants);
    vec_release(&overview->trades);
    vec_release(&overview->claims);
}

/* Engines and algorithms beside the best of each input.  Why a range beside the mean: one factor
 * for many inputs hides the input on which the order turns round. */
#include <math.h>
#include <string.h>

#include "compare/overview/overview.h"

/* Whether the parameter that starts at `text` has a number as its value, as benchmark_same_input
 * takes it. */
static bool is_size(const char *text, size_t length)
{
    const char *value = memchr(text, '=', length);
    return value != NULL && value[1] >= '0' && value[1] <= '9';
}

/* The parameters whose values are words. */
static char *words_of(const char *params, struct arena *arena)
{
    BUF_AUTO words;
    buf_init(&words, BUF_LENGTH_MAX);
    for (const char *at = params; *at != '\0';) {
        const size_t length = strcspn(at, ",");
        if (!is_size(at, length)) {
            buf_puts(&words, words.length > 0 ? "," : "");
            buf_add(&words, at, length);
        }
        at += length + (at[length] == ',');
    }
    return words.status == ASSAY_OK ? arena_copy(arena, words.text) : NULL;
}

/* By how much the row is behind the best on its input, and how many rows there are; 0: it was not
 * measured. */
static size_t behind(const struct run *run, const struct result *row, double *ret_factor)
{
    const struct measurement *own = result_main_measurement(row);
    size_t rivals = 0;
    double factor = 1;
    if (own == NULL || !(own->summary.median > 0))
        return 0;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *other = &run->results.items[i];
        const struct measurement *theirs = result_main_measurement(other);
        if (theirs == NULL || strcmp(theirs->metric->name, own->metric->name) != 0 ||
            !(theirs->summary.median > 0) ||
            !benchmark_same_input(&other->benchmark, &row->benchmark))
            continue;
        const double ratio = own->summary.median / theirs->summary.median;
        rivals++;
        factor = fmax(factor, own->metric->direction == HIGHER_IS_BETTER ? 1 / ratio : ratio);
    }
    *ret_factor = factor;
    return rivals;
}

static struct variant_line *find(const struct benchmark *benchmark, const char *variant,
                                 variant_line_vec *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        struct variant_line *line = &lines->items[i];
        if (strcmp(line->suite, benchmark->suite) == 0 &&
            strcmp(line->name, benchmark->name) == 0 && strcmp(line->variant, variant) == 0)
            return line;
    }
    return NULL;
}

static assay_status add_row(const struct result *row, double factor, struct arena *arena,
                            variant_line_vec *lines)
{
    const char *variant = words_of(row->benchmark.params, arena);
    if (variant == NULL)
        return ASSAY_ERR_MEMORY;
    struct variant_line *line = find(&row->benchmark, variant, lines);
    if (line == NULL) {
        line = vec_add(lines);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        *line = (struct variant_line){
            row->benchmark.suite, row->benchmark.name, variant, 0, 0, factor, factor};
    }
    line->inputs++;
    line->mean += log(factor);
    line->least = fmin(line->least, factor);
    line->most = fmax(line->most, factor);
    return ASSAY_OK;
}

assay_status overview_variants(struct overview *overview, struct arena *arena)
{
    const struct run *run = overview->run;
    for (size_t i = 0; i < run->results.count; i++) {
        double factor = 1;
        if (behind(run, &run->results.items[i], &factor) > 1)
            TRY(add_row(&run->results.items[i], factor, arena, &overview->variants));
    }
    for (size_t i = 0; i < overview->variants.count; i++) {
        struct variant_line *line = &overview->variants.items[i];
        line->mean = exp(line->mean / line->inputs); /* it held the sum of logarithms */
    }
    return ASSAY_OK;
}

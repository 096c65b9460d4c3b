/* The outline of a closed run, straight from its packed columns: two allocations and no text copied
 * however many benchmarks there are.  What only a whole run needs (percentiles, samples, modules,
 * what is missing) is passed over. */
#include <stdlib.h>

#include "store/closed/opened.h"
#include "store/sql/known/names.h"

struct outlining {
    struct closed_results in;
    struct closed_measurements measured;
    struct packed_reader fields;
    int64_t *benchmarks;
    uint64_t *numbers; /* one column of points */
    struct outline *outline;
};

/* The fields of a summary that a point has, by their place in SUMMARY_COLUMNS. */
enum { AT_SAMPLES, AT_LAUNCHES, AT_MEDIAN, AT_LOW, AT_HIGH, AT_LEVEL, AT_MIN = 9, AT_MAX, AT_END };

static assay_status hold_names(struct sql_store *self, struct outlining *outlining)
{
    struct key_range benchmarks = KEY_RANGE_NONE, series = KEY_RANGE_NONE;
    struct names *names;
    int64_t key = 0;
    for (size_t i = 0; i < outlining->in.count; i++) {
        key = closed_key_after(key, packed_number(&outlining->in.key, i));
        outlining->benchmarks[i] = key;
        key_range_add(&benchmarks, key);
    }
    packed_numbers(&outlining->measured.series, outlining->measured.count, outlining->numbers);
    for (size_t i = 0; i < outlining->measured.count; i++)
        key_range_add(&series, (int64_t)outlining->numbers[i]);
    TRY(names_hold(self, benchmarks, series, &names));
    outlining->outline->names = names;
    outlining->outline->let_go = names_let_go;
    return ASSAY_OK;
}

/* The numbers are the keys of the series still. */
static assay_status add_points(struct outlining *outlining)
{
    const struct names *names = outlining->outline->names;
    struct outline *outline = outlining->outline;
    size_t hint = 0;
    if (!vec_reserve(&outline->points, outlining->measured.count + 1))
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < outlining->measured.count; i++) {
        const struct named_series *series =
            names_find_series(&names->series, (int64_t)outlining->numbers[i], &hint);
        if (series == NULL)
            return ASSAY_ERR_PARSE;
        outline->points.items[i] = (struct outline_point){.metric = series->metric};
    }
    outline->points.count = outlining->measured.count;
    return ASSAY_OK;
}

static void set_counts(struct outlining *outlining, size_t offset)
{
    char *point = (char *)outlining->outline->points.items + offset;
    for (size_t i = 0; i < outlining->measured.count; i++, point += sizeof(struct outline_point))
        *(size_t *)(void *)point = (size_t)outlining->numbers[i];
}

static void set_reals(struct outlining *outlining, size_t offset)
{
    char *point = (char *)outlining->outline->points.items + offset;
    for (size_t i = 0; i < outlining->measured.count; i++, point += sizeof(struct outline_point))
        *(double *)(void *)point = double_of_ordered(outlining->numbers[i]);
}

/* The columns that points have; the others are only stepped over. */
static assay_status fill_points(struct outlining *outlining)
{
    static const struct {
        size_t offset;
        bool is_count, is_wanted;
    } FIELDS[AT_END] = {
        [AT_SAMPLES] = {offsetof(struct outline_point, sample_count), true, true},
        [AT_LAUNCHES] = {offsetof(struct outline_point, launch_count), true, true},
        [AT_MEDIAN] = {offsetof(struct outline_point, median), false, true},
        [AT_LOW] = {offsetof(struct outline_point, interval.low), false, true},
        [AT_HIGH] = {offsetof(struct outline_point, interval.high), false, true},
        [AT_LEVEL] = {offsetof(struct outline_point, interval.level), false, true},
        [AT_MIN] = {offsetof(struct outline_point, min), false, true},
        [AT_MAX] = {offsetof(struct outline_point, max), false, true},
    };
    struct packed_table table = {.rows = outlining->measured.count};
    if (table.rows > 0 && outlining->measured.fields < AT_END)
        return ASSAY_ERR_PARSE;
    for (int i = 0; i < AT_END && table.rows > 0; i++) {
        TRY(unpack_next(&outlining->fields, &table));
        if (!FIELDS[i].is_wanted)
            continue;
        packed_numbers(&table.columns[i], table.rows, outlining->numbers);
        if (FIELDS[i].is_count)
            set_counts(outlining, FIELDS[i].offset);
        else
            set_reals(outlining, FIELDS[i].offset);
    }
    return ASSAY_OK;
}

static assay_status add_results(struct outlining *outlining)
{
    const struct closed_results *in = &outlining->in;
    const struct names *names = outlining->outline->names;
    struct outline *outline = outlining->outline;
    size_t hint = 0, first = 0;
    if (!vec_reserve(&outline->results, in->count + 1))
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < in->count; i++) {
        const struct named_benchmark *named =
            names_find_benchmark(&names->benchmarks, outlining->benchmarks[i], &hint);
        const uint64_t count = packed_number(&in->number[NUMBER_MEASUREMENTS], i);
        const uint64_t outcome = packed_number(&in->number[NUMBER_OUTCOME], i);
        const char *reason = closed_text(in, &in->text[TEXT_REASON], i);
        if (named == NULL || reason == NULL || outcome > OUTCOME_SKIPPED ||
            count > outlining->measured.count - first)
            return ASSAY_ERR_PARSE;
        outline->results.items[i] = (struct outline_result){
            &named->benchmark, (enum outcome)outcome, reason, first, (size_t)count};
        first += (size_t)count;
    }
    outline->results.count = in->count;
    return first == outlining->measured.count ? ASSAY_OK : ASSAY_ERR_PARSE;
}

static assay_status outline_values(struct sql_store *self, const struct closed_bytes values[2],
                                   struct outlining *outlining)
{
    struct run *run = &outlining->outline->run;
    TRY(closed_results_open(&values[0], &run->arena, &outlining->in));
    TRY(closed_measurements_open(&values[1], &outlining->fields, &outlining->measured));
    outlining->benchmarks = calloc(outlining->in.count + 1, sizeof *outlining->benchmarks);
    outlining->numbers = calloc(outlining->measured.count + 1, sizeof *outlining->numbers);
    if (outlining->benchmarks == NULL || outlining->numbers == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(hold_names(self, outlining));
    TRY(add_points(outlining));
    TRY(fill_points(outlining));
    return add_results(outlining);
}

static assay_status outline_row(struct sql_store *self, struct sql_statement *statement,
                                struct outline *outline)
{
    struct outlining outlining = {.outline = outline};
    struct closed_bytes values[2];
    const enum sql_step step = sql_step(statement);
    if (step == SQL_DONE)
        return ASSAY_ERR_NOT_FOUND;
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    for (int i = 0; i < 2; i++)
        values[i].bytes = sql_blob(statement, i, &values[i].length);
    assay_status status = outline_values(self, values, &outlining);
    free(outlining.benchmarks);
    free(outlining.numbers);
    return status == ASSAY_ERR_PARSE
               ? buf_error(&self->store.error, ASSAY_ERR_IO,
                           "cannot read the store: the results of run %s are damaged",
                           outline->run.id)
               : status;
}

assay_status sql_outline_closed(struct sql_store *self, int64_t run, struct outline *ret_outline)
{
    struct sql_statement *statement;
    TRY(sql_keep(self, KEPT_OUTLINE,
                 "SELECT results, measurements FROM closed JOIN detail ON detail.run = closed.run"
                 " WHERE closed.run = $1",
                 &statement));
    sql_bind_integer(statement, 1, run);
    assay_status status = outline_row(self, statement, ret_outline);
    self->engine->reset(statement);
    return status;
}

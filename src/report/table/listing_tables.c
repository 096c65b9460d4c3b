/* What `list`, `history` and `baseline` show, as tables.  Columns are named as the members of the
 * JSON documents.  Invariant: they are a contract (docs/outputs.md): add, never rename. */
#include "report/table/tables.h"

#define CELL(type, name, expression)                                                               \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const type *row = at;                                                                      \
        return (expression);                                                                       \
    }

/* ---- runs ---- */

CELL(struct run_row, run_id, cell_text(row->id))
CELL(struct run_row, run_started_at, cell_text(row->started_at))
CELL(struct run_row, run_commit, cell_text(row->commit))
CELL(struct run_row, run_branch, cell_text(row->branch))
CELL(struct run_row, run_label, cell_text(row->label))
CELL(struct run_row, run_profile, cell_text(row->profile))
CELL(struct run_row, run_status, cell_text(row->status))
CELL(struct run_row, run_duration, cell_number(row->duration_seconds))
CELL(struct run_row, run_ok, cell_count(row->ok))
CELL(struct run_row, run_failed, cell_count(row->failed))
CELL(struct run_row, run_skipped, cell_count(row->skipped))
CELL(struct run_row, run_fingerprint, cell_text(row->fingerprint))

static const struct table_column RUN_COLUMNS[] = {
    {"id", run_id, PAGE_TEXT},
    {"started_at", run_started_at, PAGE_TEXT},
    {"commit", run_commit, PAGE_TEXT},
    {"branch", run_branch, PAGE_NONE},
    {"label", run_label, PAGE_TEXT},
    {"profile", run_profile, PAGE_TEXT},
    {"status", run_status, PAGE_TEXT},
    {"duration_seconds", run_duration, PAGE_NONE},
    {"ok", run_ok, PAGE_NUMBER},
    {"failed", run_failed, PAGE_NUMBER},
    {"skipped", run_skipped, PAGE_NUMBER},
    {"fingerprint", run_fingerprint, PAGE_TEXT},
    {NULL, NULL, PAGE_NONE},
};

assay_status report_table_runs(const run_row_vec *rows, enum table_format format, struct buf *out)
{
    const struct table table = {format, RUN_COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < rows->count; i++)
        table_row(&table, &rows->items[i]);
    return out->status;
}

/* ---- one metric over all runs ---- */

struct point {
    const struct history_row *row;
    const char *metric;
};

CELL(struct point, point_benchmark, cell_text(row->row->benchmark))
CELL(struct point, point_metric, cell_text(row->metric))
CELL(struct point, point_unit, cell_text(row->row->unit))
CELL(struct point, point_run, cell_text(row->row->run_id))
CELL(struct point, point_started_at, cell_text(row->row->started_at))
CELL(struct point, point_commit, cell_text(row->row->commit))
CELL(struct point, point_median, cell_quantity(row->row->median, row->row->unit))
CELL(struct point, point_low, cell_quantity(row->row->low, row->row->unit))
CELL(struct point, point_high, cell_quantity(row->row->high, row->row->unit))
CELL(struct point, point_fingerprint, cell_text(row->row->fingerprint))

static const struct table_column POINT_COLUMNS[] = {
    {"benchmark", point_benchmark, PAGE_TEXT},
    {"metric", point_metric, PAGE_TEXT},
    {"unit", point_unit, PAGE_NONE},
    {"run", point_run, PAGE_TEXT},
    {"started_at", point_started_at, PAGE_NONE},
    {"commit", point_commit, PAGE_TEXT},
    {"median", point_median, PAGE_NUMBER},
    {"low", point_low, PAGE_NUMBER},
    {"high", point_high, PAGE_NUMBER},
    {"fingerprint", point_fingerprint, PAGE_TEXT},
    {NULL, NULL, PAGE_NONE},
};

assay_status report_table_history(const history_row_vec *rows, const char *metric,
                                  enum table_format format, struct buf *out)
{
    const struct table table = {format, POINT_COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < rows->count; i++)
        table_row(&table, &(struct point){&rows->items[i], metric});
    return out->status;
}

/* ---- baselines ---- */

CELL(struct baseline, baseline_name, cell_text(row->name))
CELL(struct baseline, baseline_run, cell_text(row->run_id))
CELL(struct baseline, baseline_commit, cell_text(row->commit))
CELL(struct baseline, baseline_created_at, cell_text(row->created_at))
CELL(struct baseline, baseline_fingerprint, cell_text(row->fingerprint))
CELL(struct baseline, baseline_modules, cell_count(row->modules))

static const struct table_column BASELINE_COLUMNS[] = {
    {"name", baseline_name, PAGE_TEXT},
    {"run", baseline_run, PAGE_TEXT},
    {"commit", baseline_commit, PAGE_TEXT},
    {"created_at", baseline_created_at, PAGE_TEXT},
    {"fingerprint", baseline_fingerprint, PAGE_TEXT},
    {"modules", baseline_modules, PAGE_NUMBER},
    {NULL, NULL, PAGE_NONE},
};

assay_status report_table_baselines(const baseline_vec *rows, enum table_format format,
                                    struct buf *out)
{
    const struct table table = {format, BASELINE_COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < rows->count; i++)
        table_row(&table, &rows->items[i]);
    return out->status;
}

/* ---- benchmarks that there are ---- */

struct listed {
    const struct benchmark *benchmark;
    const struct module_failure *failure; /* the other one is NULL */
};

#define LISTED(name, field)                                                                        \
    CELL(struct listed, name, row->benchmark ? cell_text(row->benchmark->field) : cell_empty())
LISTED(listed_id, id)
LISTED(listed_suite, suite)
LISTED(listed_name, name)
LISTED(listed_params, params)
LISTED(listed_tags, tags)
LISTED(listed_description, description)
CELL(struct listed, listed_module,
     cell_text(row->benchmark ? row->benchmark->module : row->failure->module))
CELL(struct listed, listed_reason, row->failure ? cell_text(row->failure->reason) : cell_empty())

static const struct table_column LIST_COLUMNS[] = {
    {"benchmark", listed_id, PAGE_TEXT},
    {"suite", listed_suite, PAGE_NONE},
    {"name", listed_name, PAGE_NONE},
    {"params", listed_params, PAGE_NONE},
    {"tags", listed_tags, PAGE_TEXT},
    {"description", listed_description, PAGE_TEXT},
    {"module", listed_module, PAGE_TEXT},
    {"reason", listed_reason, PAGE_TEXT},
    {NULL, NULL, PAGE_NONE},
};

assay_status report_table_list(const benchmark_vec *benchmarks, const module_failure_vec *failures,
                               enum table_format format, struct buf *out)
{
    const struct table table = {format, LIST_COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < benchmarks->count; i++)
        table_row(&table, &(struct listed){&benchmarks->items[i], NULL});
    for (size_t i = 0; i < failures->count; i++)
        table_row(&table, &(struct listed){NULL, &failures->items[i]});
    return out->status;
}

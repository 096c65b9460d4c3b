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
    {"id", run_id, true},
    {"started_at", run_started_at, true},
    {"commit", run_commit, true},
    {"branch", run_branch, false},
    {"label", run_label, true},
    {"profile", run_profile, true},
    {"status", run_status, true},
    {"duration_seconds", run_duration, false},
    {"ok", run_ok, true},
    {"failed", run_failed, true},
    {"skipped", run_skipped, true},
    {"fingerprint", run_fingerprint, true},
    {NULL, NULL, false},
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
    {"benchmark", point_benchmark, true},
    {"metric", point_metric, true},
    {"unit", point_unit, false},
    {"run", point_run, true},
    {"started_at", point_started_at, false},
    {"commit", point_commit, true},
    {"median", point_median, true},
    {"low", point_low, true},
    {"high", point_high, true},
    {"fingerprint", point_fingerprint, true},
    {NULL, NULL, false},
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
    {"name", baseline_name, true},
    {"run", baseline_run, true},
    {"commit", baseline_commit, true},
    {"created_at", baseline_created_at, true},
    {"fingerprint", baseline_fingerprint, true},
    {"modules", baseline_modules, true},
    {NULL, NULL, false},
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
    {"benchmark", listed_id, true},
    {"suite", listed_suite, false},
    {"name", listed_name, false},
    {"params", listed_params, false},
    {"tags", listed_tags, true},
    {"description", listed_description, true},
    {"module", listed_module, true},
    {"reason", listed_reason, true},
    {NULL, NULL, false},
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

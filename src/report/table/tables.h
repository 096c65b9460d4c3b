/* The listings that can be tables: columns in docs/outputs.md. */
#ifndef REPORT_TABLES_H
#define REPORT_TABLES_H

#include "model/comparison.h"
#include "report/table/table.h"

/* One row a metric of each benchmark; a benchmark without any has one row with its reason.
 * Markdown says in addition which run it is, and has a table of the targets. */
ASSAY_USE_RESULT assay_status report_table_run(const struct run *run, enum table_format format,
                                               struct buf *out);
ASSAY_USE_RESULT assay_status report_csv_run(const struct run *run, struct buf *out);
ASSAY_USE_RESULT assay_status report_markdown_run(const struct run *run, struct buf *out);

/* The rows of a comparison or a gate, in their order. */
ASSAY_USE_RESULT assay_status report_table_comparison(const comparison_vec *rows,
                                                      enum table_format format, struct buf *out);

/* Stored runs, newest first. */
ASSAY_USE_RESULT assay_status report_table_runs(const run_row_vec *rows, enum table_format format,
                                                struct buf *out);

/* A metric over all runs. */
ASSAY_USE_RESULT assay_status report_table_history(const history_row_vec *rows, const char *metric,
                                                   enum table_format format, struct buf *out);

ASSAY_USE_RESULT assay_status report_table_baselines(const baseline_vec *rows,
                                                     enum table_format format, struct buf *out);

/* What there is; modules that could not be asked are rows with their reason. */
ASSAY_USE_RESULT assay_status report_table_list(const benchmark_vec *benchmarks,
                                                const module_failure_vec *failures,
                                                enum table_format format, struct buf *out);

#endif

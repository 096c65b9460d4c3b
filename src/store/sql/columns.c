/* Columns of SQL engines: one row a field, from which schema, INSERTs and SELECTs are made,
 * so that a field cannot be written and not read.  A new field is a row here and, once a release is
 * out, a migration of each engine. Invariant: offsets and types match the structs of model.h. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "store/sql/sql.h"

#define RUN(type, field)                                                                           \
    {                                                                                              \
#field, offsetof(struct run, field), type                                                  \
    }
#define RUN_AS(type, name, field)                                                                  \
    {                                                                                              \
        name, offsetof(struct run, field), type                                                    \
    }
static const struct column RUN_FIELDS[] = {
    RUN(COLUMN_TEXT, id),
    RUN(COLUMN_TEXT, started_at),
    RUN_AS(COLUMN_TEXT, "commit_id", commit),
    RUN(COLUMN_TEXT, branch),
    RUN(COLUMN_TEXT, tag),
    RUN(COLUMN_TEXT, label),
    RUN(COLUMN_TEXT, origin),
    RUN(COLUMN_REAL, duration_seconds),
    RUN_AS(COLUMN_TEXT, "profile", plan.profile),
    RUN_AS(COLUMN_UINT, "launches", plan.launches),
    RUN_AS(COLUMN_REAL, "warmup_seconds", plan.warmup_seconds),
    RUN_AS(COLUMN_REAL, "measure_seconds", plan.measure_seconds),
    RUN_AS(COLUMN_U64, "sample_count", plan.sample_count),
    RUN_AS(COLUMN_U64, "iterations", plan.iterations),
    RUN_AS(COLUMN_REAL, "slot_seconds", plan.slot_seconds),
    RUN_AS(COLUMN_REAL, "limit_seconds", plan.limit_seconds),
    RUN_AS(COLUMN_REAL, "limit_rss_bytes", plan.limit_rss_bytes),
    RUN_AS(COLUMN_U64, "seed", plan.seed),
    RUN_AS(COLUMN_UINT, "extras", plan.extras),
    RUN_AS(COLUMN_U64, "warmup_iterations", plan.warmup_iterations),
    RUN_AS(COLUMN_UINT, "left_out", plan.left_out),
    RUN_AS(COLUMN_REAL, "stacks_seconds", plan.stacks_seconds),
    RUN_AS(COLUMN_UINT, "limit_is_firm", plan.limit_is_firm),
    RUN_AS(COLUMN_TEXT, "hostname", environment.hostname),
    RUN_AS(COLUMN_TEXT, "cpu", environment.cpu),
    RUN_AS(COLUMN_TEXT, "kernel", environment.kernel),
    RUN_AS(COLUMN_TEXT, "os", environment.os),
    RUN_AS(COLUMN_TEXT, "compiler", environment.compiler),
    RUN_AS(COLUMN_TEXT, "governor", environment.governor),
    RUN_AS(COLUMN_UINT, "cores", environment.cores),
    RUN_AS(COLUMN_REAL, "memory_bytes", environment.memory_bytes),
    RUN_AS(COLUMN_REAL, "clock_ns", environment.clock_ns),
    RUN_AS(COLUMN_REAL, "load_1min", environment.load_1min),
    RUN_AS(COLUMN_REAL, "steal_ratio", environment.steal_ratio),
    RUN_AS(COLUMN_TEXT, "fingerprint", environment.fingerprint),
    RUN_AS(COLUMN_TEXT, "facts", environment.facts),
};

#define SUMMARY(type, name, field)                                                                 \
    {                                                                                              \
        name, offsetof(struct summary, field), type                                                \
    }
static const struct column SUMMARY_FIELDS[] = {
    SUMMARY(COLUMN_COUNT, "sample_count", sample_count),
    SUMMARY(COLUMN_COUNT, "launch_count", launch_count),
    SUMMARY(COLUMN_REAL, "median", median),
    SUMMARY(COLUMN_REAL, "low", interval.low),
    SUMMARY(COLUMN_REAL, "high", interval.high),
    SUMMARY(COLUMN_REAL, "level", interval.level),
    SUMMARY(COLUMN_REAL, "mean", mean),
    SUMMARY(COLUMN_REAL, "sd", sd),
    SUMMARY(COLUMN_REAL, "mad", mad),
    SUMMARY(COLUMN_REAL, "min", min),
    SUMMARY(COLUMN_REAL, "max", max),
    SUMMARY(COLUMN_COUNT, "outliers_low_severe", outliers.low_severe),
    SUMMARY(COLUMN_COUNT, "outliers_low_mild", outliers.low_mild),
    SUMMARY(COLUMN_COUNT, "outliers_high_mild", outliers.high_mild),
    SUMMARY(COLUMN_COUNT, "outliers_high_severe", outliers.high_severe),
    SUMMARY(COLUMN_REAL, "outliers_variance_share", outliers.variance_share),
    SUMMARY(COLUMN_REAL, "autocorrelation", autocorrelation),
    SUMMARY(COLUMN_REAL, "effective_sample_count", effective_sample_count),
    SUMMARY(COLUMN_REAL, "bootstrap_median_low", bootstrap_median.low),
    SUMMARY(COLUMN_REAL, "bootstrap_median_high", bootstrap_median.high),
    SUMMARY(COLUMN_REAL, "bootstrap_median_level", bootstrap_median.level),
    SUMMARY(COLUMN_REAL, "bootstrap_mean_low", bootstrap_mean.low),
    SUMMARY(COLUMN_REAL, "bootstrap_mean_high", bootstrap_mean.high),
    SUMMARY(COLUMN_REAL, "bootstrap_mean_level", bootstrap_mean.level),
};

#define TARGET(type, name, field)                                                                  \
    {                                                                                              \
        name, offsetof(struct target, field), type                                                 \
    }
static const struct column TARGET_FIELDS[] = {
    TARGET(COLUMN_TEXT, "benchmark", benchmark),  TARGET(COLUMN_TEXT, "metric", metric),
    TARGET(COLUMN_REAL, "bound", limit),          TARGET(COLUMN_MAYBE, "versus", versus),
    TARGET(COLUMN_TEXT, "source", source),        TARGET(COLUMN_REAL, "measured", measured),
    TARGET(COLUMN_REAL, "low", interval.low),     TARGET(COLUMN_REAL, "high", interval.high),
    TARGET(COLUMN_REAL, "level", interval.level), TARGET(COLUMN_UINT, "status", status),
    TARGET(COLUMN_MAYBE, "growth", growth),
};

#define FIELDS(array)                                                                              \
    {                                                                                              \
        (array), (int)(sizeof(array) / sizeof *(array))                                            \
    }
const struct columns RUN_COLUMNS = FIELDS(RUN_FIELDS);
const struct columns SUMMARY_COLUMNS = FIELDS(SUMMARY_FIELDS);
const struct columns TARGET_COLUMNS = FIELDS(TARGET_FIELDS);

int columns_bind(struct sql_statement *statement, int at, struct columns columns,
                 const void *record)
{
    for (int i = 0; i < columns.count; i++, at++) {
        const char *field = (const char *)record + columns.items[i].offset;
        switch (columns.items[i].type) {
        case COLUMN_TEXT:
        case COLUMN_MAYBE:
            sql_bind_text(statement, at, *(const char *const *)(const void *)field);
            break;
        case COLUMN_REAL:
            sql_bind_real(statement, at, *(const double *)(const void *)field);
            break;
        case COLUMN_UINT:
            sql_bind_integer(statement, at, *(const unsigned *)(const void *)field);
            break;
        case COLUMN_COUNT:
            sql_bind_integer(statement, at, (int64_t) * (const size_t *)(const void *)field);
            break;
        case COLUMN_U64:
            sql_bind_integer(statement, at, (int64_t) * (const uint64_t *)(const void *)field);
            break;
        }
    }
    return at;
}

assay_status columns_load(struct sql_statement *statement, int at, struct columns columns,
                          struct arena *arena, void *record)
{
    for (int i = 0; i < columns.count; i++, at++) {
        void *field = (char *)record + columns.items[i].offset;
        switch (columns.items[i].type) {
        case COLUMN_TEXT:
            TRY(sql_text(statement, at, arena, field));
            break;
        case COLUMN_MAYBE:
            *(const char **)field = NULL;
            if (!statement->engine->is_null(statement, at))
                TRY(sql_text(statement, at, arena, field));
            break;
        case COLUMN_REAL:
            *(double *)field = statement->engine->is_null(statement, at)
                                   ? (double)NAN /* which is kept as NULL */
                                   : sql_real(statement, at);
            break;
        case COLUMN_UINT:
            *(unsigned *)field = (unsigned)sql_integer(statement, at);
            break;
        case COLUMN_COUNT:
            *(size_t *)field = (size_t)sql_integer(statement, at);
            break;
        case COLUMN_U64:
            *(uint64_t *)field = (uint64_t)sql_integer(statement, at);
            break;
        }
    }
    return ASSAY_OK;
}

void columns_add_names(struct buf *sql, struct columns columns, bool typed)
{
    static const char *const TYPES[] = {" TEXT",    " TEXT",    " REAL",
                                        " INTEGER", " INTEGER", " INTEGER"};
    for (int i = 0; i < columns.count; i++)
        buf_printf(sql, "%s%s%s", i ? ", " : "", columns.items[i].name,
                   typed ? TYPES[columns.items[i].type] : "");
}

int columns_add_parameters(struct buf *sql, struct columns columns, int first)
{
    for (int i = 0; i < columns.count; i++)
        buf_printf(sql, "%s$%d", i ? ", " : "", first + i);
    return first + columns.count;
}

/* Columns of the SQLite engine: one row a field, from which schema, INSERTs and SELECTs are made,
 * so that a field cannot be written and not read.  A new field is a row here and, once a release is
 * out, a migration in sqlite.c. Invariant: offsets and types match the structs of model.h. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "store/sqlite.h"

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
};

#define FIELDS(array)                                                                              \
    {                                                                                              \
        (array), (int)(sizeof(array) / sizeof *(array))                                            \
    }
const struct columns RUN_COLUMNS = FIELDS(RUN_FIELDS);
const struct columns SUMMARY_COLUMNS = FIELDS(SUMMARY_FIELDS);
const struct columns TARGET_COLUMNS = FIELDS(TARGET_FIELDS);

void sqlite_bind_text_or_null(sqlite3_stmt *statement, int at, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

int columns_bind(sqlite3_stmt *statement, int at, struct columns columns, const void *record)
{
    for (int i = 0; i < columns.count; i++, at++) {
        const char *field = (const char *)record + columns.items[i].offset;
        switch (columns.items[i].type) {
        case COLUMN_TEXT:
        case COLUMN_MAYBE:
            sqlite_bind_text_or_null(statement, at, *(const char *const *)(const void *)field);
            break;
        case COLUMN_REAL:
            sqlite3_bind_double(statement, at, *(const double *)(const void *)field);
            break;
        case COLUMN_UINT:
            sqlite3_bind_int64(statement, at, *(const unsigned *)(const void *)field);
            break;
        case COLUMN_COUNT:
            sqlite3_bind_int64(statement, at,
                               (sqlite3_int64) * (const size_t *)(const void *)field);
            break;
        case COLUMN_U64:
            sqlite3_bind_int64(statement, at,
                               (sqlite3_int64) * (const uint64_t *)(const void *)field);
            break;
        }
    }
    return at;
}

assay_status sqlite_text(sqlite3_stmt *statement, int at, struct arena *arena,
                         const char **ret_text)
{
    bool is_null = sqlite3_column_type(statement, at) == SQLITE_NULL;
    const char *text = is_null ? "" : (const char *)sqlite3_column_text(statement, at);
    const char *copy = text ? arena_copy(arena, text) : NULL;
    if (copy == NULL)
        return ASSAY_ERR_MEMORY;
    *ret_text = copy;
    return ASSAY_OK;
}

assay_status sqlite_texts(sqlite3_stmt *statement, struct arena *arena, const char **const *places,
                          int count)
{
    for (int i = 0; i < count; i++)
        TRY(sqlite_text(statement, i, arena, places[i]));
    return ASSAY_OK;
}

assay_status columns_load(sqlite3_stmt *statement, int at, struct columns columns,
                          struct arena *arena, void *record)
{
    for (int i = 0; i < columns.count; i++, at++) {
        void *field = (char *)record + columns.items[i].offset;
        switch (columns.items[i].type) {
        case COLUMN_TEXT:
            TRY(sqlite_text(statement, at, arena, field));
            break;
        case COLUMN_MAYBE:
            *(const char **)field = NULL;
            if (sqlite3_column_type(statement, at) != SQLITE_NULL)
                TRY(sqlite_text(statement, at, arena, field));
            break;
        case COLUMN_REAL:
            *(double *)field = sqlite3_column_type(statement, at) == SQLITE_NULL
                                   ? (double)NAN /* which SQLite keeps as NULL */
                                   : sqlite3_column_double(statement, at);
            break;
        case COLUMN_UINT:
            *(unsigned *)field = (unsigned)sqlite3_column_int64(statement, at);
            break;
        case COLUMN_COUNT:
            *(size_t *)field = (size_t)sqlite3_column_int64(statement, at);
            break;
        case COLUMN_U64:
            *(uint64_t *)field = (uint64_t)sqlite3_column_int64(statement, at);
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

/* The tables of SQL engines.
 *
 * Layout: run and benchmark are small tables; result (outcome and raw samples) and measurement
 * (summaries) are keyed by run first, so that rows arrive in key order and a run lies together; one
 * covering index serves trends.  Runs that arrive whole, and old ones that were sealed, have a row
 * in closed instead (closed/closed.c), and their trends are in chunks (closed/segment.c).  Fields
 * are described once, in columns.c.
 *
 * Why in SQLite's words: the other engine's types follow from them by a table of its own, and so a
 * column cannot be there in one engine only. */
#include "store/sql/sql.h"

/* Of runs that arrive whole, and of their trends. */
#define CLOSED_TABLES                                                                              \
    "CREATE TABLE closed(run INTEGER PRIMARY KEY, segment INTEGER, ok INTEGER, failed INTEGER,"    \
    " skipped INTEGER, results BLOB);"                                                             \
    "CREATE INDEX tail ON closed(run) WHERE segment IS NULL;"                                      \
    "CREATE INDEX closed_segment ON closed(segment);"                                              \
    "CREATE TABLE detail(run INTEGER PRIMARY KEY, measurements BLOB, samples BLOB);"               \
    "CREATE TABLE segment(key INTEGER PRIMARY KEY, level INTEGER, runs BLOB);"                     \
    "CREATE TABLE chunk(key INTEGER PRIMARY KEY, segment INTEGER, series INTEGER,"                 \
    " points BLOB);"

/* Few benchmarks have them, and a trend never asks for them. */
#define STACKS_TABLE                                                                               \
    "CREATE TABLE stacks(run INTEGER, benchmark INTEGER, samples INTEGER, lost INTEGER,"           \
    " cut INTEGER, cpu_seconds REAL, folded BLOB, PRIMARY KEY(run, benchmark)) WITHOUT ROWID;"

/* The newest runs are asked for with every look at a store. */
#define STARTED_INDEX "CREATE INDEX started ON run(started_at);"

void sql_add_schema(struct buf *sql)
{
    buf_puts(sql, "CREATE TABLE run(key INTEGER PRIMARY KEY, status TEXT, ");
    columns_add_names(sql, RUN_COLUMNS, true);
    buf_puts(sql, ", UNIQUE(id));" STARTED_INDEX
                  "CREATE TABLE benchmark(key INTEGER PRIMARY KEY, id TEXT UNIQUE, suite TEXT,"
                  " name TEXT, params TEXT, description TEXT,"
                  " kind INTEGER NOT NULL DEFAULT 0, tags TEXT,"
                  " samples_wanted INTEGER NOT NULL DEFAULT 0);"
                  "CREATE TABLE result(run INTEGER, benchmark INTEGER, module TEXT,"
                  " compiler TEXT, outcome TEXT, reason TEXT, warning TEXT, number INTEGER, bytes "
                  "REAL, items REAL, samples BLOB,"
                  " PRIMARY KEY(run, benchmark)) WITHOUT ROWID;"
                  "CREATE TABLE missing(run INTEGER, benchmark INTEGER, number INTEGER,"
                  " metric TEXT, reason TEXT, PRIMARY KEY(run, benchmark, number)) WITHOUT ROWID;"
                  "CREATE TABLE series(key INTEGER PRIMARY KEY, benchmark INTEGER, metric TEXT,"
                  " unit TEXT, direction INTEGER NOT NULL DEFAULT 0,"
                  " quality INTEGER NOT NULL DEFAULT 0,"
                  " UNIQUE(benchmark, metric));"
                  "CREATE TABLE measurement(run INTEGER, series INTEGER, ");
    columns_add_names(sql, SUMMARY_COLUMNS, true);
    buf_puts(sql, ", percentiles BLOB, PRIMARY KEY(run, series)) WITHOUT ROWID;"
                  "CREATE INDEX trend ON measurement(series, run, median, low, high);"
                  "CREATE TABLE target(run INTEGER, number INTEGER, ");
    columns_add_names(sql, TARGET_COLUMNS, true);
    buf_puts(sql, ", PRIMARY KEY(run, number)) WITHOUT ROWID;"
                  "CREATE TABLE baseline(name TEXT PRIMARY KEY, run INTEGER, created_at TEXT)"
                  " WITHOUT ROWID;"
                  "CREATE TABLE module(run INTEGER, file TEXT, kept TEXT, PRIMARY KEY(run, file))"
                  " WITHOUT ROWID;");
    buf_puts(sql, CLOSED_TABLES STACKS_TABLE);
}

const char *const SQL_MIGRATIONS[SQL_SCHEMA_VERSION - 1] = {
    "ALTER TABLE series ADD COLUMN direction INTEGER NOT NULL DEFAULT 0;"
    "UPDATE series SET direction = 1 WHERE metric IN ('bytes_per_s', 'items_per_s');"
    "ALTER TABLE measurement ADD COLUMN outliers_low_severe INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_low_mild INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_high_mild INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_high_severe INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_variance_share REAL;"
    "ALTER TABLE measurement ADD COLUMN autocorrelation REAL;"
    "ALTER TABLE measurement ADD COLUMN effective_sample_count REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_low REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_high REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_level REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_low REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_high REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_level REAL;"
    "CREATE TABLE missing(run INTEGER, benchmark INTEGER, number INTEGER, metric TEXT,"
    " reason TEXT, PRIMARY KEY(run, benchmark, number)) WITHOUT ROWID;"
    "ALTER TABLE series ADD COLUMN quality INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN warmup_iterations INTEGER;"
    "ALTER TABLE benchmark ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE benchmark ADD COLUMN tags TEXT;"
    "ALTER TABLE run ADD COLUMN facts TEXT;"
    "ALTER TABLE run ADD COLUMN origin TEXT;"
    "ALTER TABLE run ADD COLUMN extras INTEGER;"
    "ALTER TABLE run ADD COLUMN left_out INTEGER;"
    "ALTER TABLE run ADD COLUMN limit_is_firm INTEGER;"
    "ALTER TABLE benchmark ADD COLUMN samples_wanted INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE target ADD COLUMN growth TEXT;"
    "ALTER TABLE run ADD COLUMN stacks_seconds REAL;" CLOSED_TABLES STACKS_TABLE STARTED_INDEX,
};

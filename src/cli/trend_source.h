/* Where commands take histories from: the store, or a table. */
#ifndef CLI_TREND_SOURCE_H
#define CLI_TREND_SOURCE_H

#include "cli/common.h"
#include "cli/selection.h"
#include "model/history/trend.h"

struct trend_source {
    const char *metric, *from, *unit, *suite;
    unsigned last, days;
    bool higher_is_better;
    bool all_metrics; /* no option: of the store, whatever `metric` says */
};

#define TREND_SOURCE_ROWS(type)                                                                    \
    {"days",       'd',                                                                            \
     "N",          "only what was measured in the last N days",                                    \
     OPTION_COUNT, offsetof(type, source.days)},                                                   \
        {"last",       'n',                                                                        \
         "N",          "the last N points of each series",                                         \
         OPTION_COUNT, offsetof(type, source.last)},                                               \
        {"suite",     0,                                                                           \
         "NAME",      "the benchmarks of a suite",                                                 \
         OPTION_TEXT, offsetof(type, source.suite)},                                               \
        {"metric",    'm',                                                                         \
         "NAME",      "which metric (default: time_ns)",                                           \
         OPTION_TEXT, offsetof(type, source.metric)},                                              \
        {"from",                                                                                   \
         'f',                                                                                      \
         "FILE",                                                                                   \
         "a table instead of the store: CSV with a column a series; '-' reads it "                 \
         "from standard input",                                                                    \
         OPTION_TEXT,                                                                              \
         offsetof(type, source.from)},                                                             \
        {"higher-is-better",                                                                       \
         0,                                                                                        \
         NULL,                                                                                     \
         "of a table: larger values are better",                                                   \
         OPTION_FLAG,                                                                              \
         offsetof(type, source.higher_is_better)},                                                 \
    {                                                                                              \
        "unit", 0, "UNIT", "of a table: unit of its values, e.g. ns or B/s", OPTION_TEXT,          \
            offsetof(type, source.unit)                                                            \
    }

/* Whether any of the rows was given. */
bool trend_source_is_given(const struct trend_source *source);

/* The series that the words choose (session/select/selection.h), all without words; not yet
 * judged.  `workplace` is opened for those of the store and stays zero for a table's: release it,
 * and free the series with trend_release, also after a failure.  ASSAY_ERR_ARGUMENT: options that
 * do not go together. */
ASSAY_USE_RESULT assay_status trend_source_load(struct cli *cli, const struct trend_source *source,
                                                const struct common_options *common,
                                                const struct words *words,
                                                struct workplace *workplace,
                                                struct trend *ret_trend);

#endif

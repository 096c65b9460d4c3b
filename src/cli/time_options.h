/* What `assay time` can be told, and the files that it writes. */
#ifndef CLI_TIME_OPTIONS_H
#define CLI_TIME_OPTIONS_H

#include <stdio.h>

#include "cli/cli.h"
#include "cli/measuring.h"
#include "session/time/time.h"

enum time_export { EXPORT_JSON, EXPORT_CSV, EXPORT_MARKDOWN, EXPORT_COUNT };

struct time_options {
    struct measuring_options measuring;
    bool json, shell, no_shell, ignore_failure, no_floor, full_time;
    struct option_texts names, prepares, scans, steps, lists;
    const char *setup, *cleanup, *reference, *input, *output, *basis;
    unsigned warmup, runs, runs_min, runs_max;
    double budget_seconds, limit_seconds, margin;
    uint64_t seed;
    const char *exports[EXPORT_COUNT]; /* paths, or NULL */
};

extern const struct option_row TIME_ROWS[];

/* What the options ask for; the texts are lent.  ASSAY_ERR_ARGUMENT: they contradict each other. */
ASSAY_USE_RESULT assay_status time_request_of(const struct time_options *options,
                                              struct time_request *ret_request, struct buf *error);

/* Files under a temporary name, made before anything is measured, so that a mistake in their names
 * costs nothing. */
struct time_exports {
    const struct time_options *options;
    FILE *files[EXPORT_COUNT];
};

/* ASSAY_ERR_IO: one cannot be created. */
ASSAY_USE_RESULT assay_status time_exports_open(const struct time_options *options,
                                                struct time_exports *ret_exports,
                                                struct buf *error);

/* Writes them and gives them their names.  ASSAY_ERR_IO, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status time_exports_write(struct time_exports *exports,
                                                 const struct timing *timing, struct buf *error);

/* Removes what was opened and not written. */
void time_exports_close(struct time_exports *exports);

#endif

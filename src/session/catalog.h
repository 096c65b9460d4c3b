/* Which benchmarks are there: finds modules, asks their hosts, selects by patterns. */
#ifndef SESSION_CATALOG_H
#define SESSION_CATALOG_H

#include "measure/benchmark.h"

struct catalog {
    struct arena arena;
    benchmark_vec benchmarks;
    module_failure_vec failures;
};

/* Where to look and what to take. */
struct catalog_request {
    const struct measure_paths *paths;
    const char *const *folders; /* folders of suites, or modules; NULL-terminated */
    char *const *arguments;     /* words of the command line: session/select/selection.h */
    int argument_count;
};

/* Whether the words of a command line, which catalog_open took, mean this benchmark, too; it need
 * not be there. */
bool catalog_selects(char *const *arguments, int count, const struct benchmark *benchmark);

/* The benchmark of that id, or NULL. */
const struct benchmark *catalog_find(const struct catalog *catalog, const char *id);

/* Paths on the command line replace the folders.  A path that does not exist, a pattern that
 * selects nothing: ASSAY_ERR_NOT_FOUND.  ASSAY_ERR_STOPPED: by paths->stop.  Free with
 * catalog_release. */
ASSAY_USE_RESULT assay_status catalog_open(const struct catalog_request *request,
                                           struct catalog *ret_catalog, struct buf *error);
/* Takes those of that tag away for which no word asks by more than the name of their suite, unless
 * nothing would be left; how many these were. */
size_t catalog_leave_out(struct catalog *catalog, char *const *words, int count, const char *tag);
void catalog_release(struct catalog *catalog);

#endif

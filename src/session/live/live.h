/* What a run tells while it goes on: a small file in a folder, which whoever looks on reads: beside
 * the store, or where that is a server in a folder of the user's on this machine.  It is written
 * between launches, when no host runs, a few times a second at most. */
#ifndef SESSION_LIVE_LIVE_H
#define SESSION_LIVE_LIVE_H

#include "model/model.h"

/* Appends the folder of the store at `where`; nothing where there is no place for one. */
void live_folder(const char *where, struct buf *out);

/* Start with live_begin. */
struct live {
    const char *folder; /* lent; NULL: nothing is told, or it could not be */
    struct buf path;
    const struct run *run;
    const struct result *result; /* under way */
    size_t index, count;         /* of the benchmark under way, of all */
    double told_seconds;         /* when last */
};

/* What cannot be written is left out: nobody's run fails for those who look on. */
void live_begin(struct live *live, const char *folder, const struct run *run, size_t count);
/* Benchmark `index` begins. */
void live_benchmark(struct live *live, size_t index, const struct result *result);
/* So many of its launches have been. */
void live_launched(struct live *live, uint32_t launches);
/* Takes away what was told. */
void live_end(struct live *live);

enum { LIVE_BYTES_MAX = 64 * 1024 };

/* Appends what a file of `length` bytes tells, "assay.progress/1", in one line.
 * ASSAY_ERR_PARSE: it tells nothing.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status live_read(const char *bytes, size_t length, struct buf *out);

#endif

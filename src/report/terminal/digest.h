/* What a reader has to know first: what failed, which targets are missed, what moved. */
#ifndef REPORT_TERMINAL_DIGEST_H
#define REPORT_TERMINAL_DIGEST_H

#include "model/comparison.h"
#include "report/terminal/paper.h"

/* A run beside an earlier one, by the stored numbers of both. */
struct moved {
    const char *then; /* id of the earlier run */
    const comparison_vec *rows;
};

/* Adds failures, missed targets and what became slower or faster, the largest change first, then an
 * empty line; nothing when all is well.  `moved` may be NULL. */
void report_digest(const struct run *run, const struct moved *moved, const struct paper *paper,
                   struct buf *out);

/* One target with what was measured of it, on one or two lines. */
void report_target(const struct run *run, const struct target *target, const struct paper *paper,
                   struct buf *out);

/* "WORD ID: TEXT", wrapped where the paper has a width. */
void report_note(enum ink ink, const char *word, const struct result *result, const char *text,
                 const struct paper *paper, struct buf *out);

#endif

/* The frame of served pages, and links between them.  Texts go in escaped or encoded. */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include <stdbool.h>

#include "base/buf.h"

/* What stands in <head> beside the title, and above each page: ours, no text from outside. */
extern const char PAGE_HEAD[], PAGE_NAVIGATION[], PAGE_FOOTER[];

/* Head, navigation, heading; opens <main>.  `title` may come from outside. */
void page_open(struct buf *out, const char *title, bool is_live);
void page_close(struct buf *out);

/* Links; the words are the caller's to write, then </a>. */
void page_run_link(struct buf *out, const char *id);
void page_trend_link(struct buf *out, const char *benchmark, const char *metric);
void page_compare_link(struct buf *out, const char *old_run, const char *new_run);

/* A link to a run with its id as the words. */
void page_run_name(struct buf *out, const char *id);

/* As much of a commit's name as people write. */
void page_commit(struct buf *out, const char *commit);

#endif

/* The frame of served pages, and links between them.  Texts go in escaped or encoded. */
#ifndef SERVE_PAGE_H
#define SERVE_PAGE_H

#include <stdbool.h>

#include "base/buf.h"

/* Whether the program has the front end: it then makes the pages, and what the server writes is for
 * readers without scripts. */
bool page_has_app(void);

/* What stands in <head> beside the title, and above each page: ours, no text from outside. */
const char *page_head(void);
extern const char PAGE_NAVIGATION[], PAGE_FOOTER[];

/* The first and the last of a page's body. */
void page_begin(struct buf *out);
void page_end(struct buf *out);

/* Head, navigation, heading; opens <main>.  `title` may come from outside. */
void page_open(struct buf *out, const char *title, bool is_live);
void page_close(struct buf *out);

/* The same of a page that the front end leaves alone. */
void page_open_plain(struct buf *out, const char *title);
void page_close_plain(struct buf *out);

/* Links; the words are the caller's to write, then </a>. */
void page_run_link(struct buf *out, const char *id);
void page_trend_link(struct buf *out, const char *benchmark, const char *metric);
void page_compare_link(struct buf *out, const char *old_run, const char *new_run);

/* A link to a run with its id as the words. */
void page_run_name(struct buf *out, const char *id);

/* As much of a commit's name as people write. */
void page_commit(struct buf *out, const char *commit);

#endif

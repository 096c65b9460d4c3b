/* The report of a run as one HTML file: no script, no address, no font; opens from file://, reads
 * light and dark, on a phone and on paper.  Well-formed as XML too.  Computes no number of its own
 * beyond ratios of two that it shows. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "model/model.h"

/* Appends the whole page to `out`.  Any run will do: empty, failed, with numbers that are not
 * finite. Returns out->status: ASSAY_ERR_MEMORY, or ASSAY_ERR_LIMIT when the page outgrows `out`.
 */
ASSAY_USE_RESULT assay_status report_html(const struct run *run, struct buf *out);

/* What the page has more when a server shows it.  All is ours: markup, not text from outside. */
struct html_site {
    const char *head;       /* instead of the style sheet inside */
    const char *navigation; /* above everything else */
    const char *footer;     /* instead of "this file is complete" */
    /* Adds what a benchmark's section links to. */
    void (*add_links)(struct buf *out, const char *benchmark);
};
assay_status report_html_served(const struct run *run, const struct html_site *site,
                                struct buf *out);

/* Its parts: all before the body's content, which ends `<body>`; and that content, with sections
 * of benchmarks up to so many bytes. */
void html_head(struct buf *out, const struct run *run, const struct html_site *site);
void html_body(struct buf *out, const struct run *run, const struct html_site *site,
               size_t section_bytes);

/* The style sheet of all our pages. */
void html_style(struct buf *out);

#endif

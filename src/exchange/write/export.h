/* A run, or what a gate found, in other tools' formats.
 *
 * One table (EXPORT_FORMATS, export.c), one file a format; what this project's own
 * reports write (JSON, CSV, Markdown, HTML) is a row of the table, too. */
#ifndef EXCHANGE_WRITE_EXPORT_H
#define EXCHANGE_WRITE_EXPORT_H

#include "exchange/findings.h"

struct export_source {
    const struct run *run; /* NULL: only findings */
    const ci_finding_vec *findings;
};

struct export_format {
    const char *name, *summary;
    bool needs_run; /* it tells numbers and not findings */
    assay_status (*render)(const struct export_source *source, struct buf *out);
};

extern const struct export_format EXPORT_FORMATS[]; /* ends with a row without a name */

/* The row called `name`; NULL for none. */
const struct export_format *export_format_find(const char *name);

/* Adds "NAME, NAME, ..." of all formats. */
void export_format_names(struct buf *out);

#endif

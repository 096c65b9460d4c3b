/* What was imported, as text and JSON. */
#ifndef REPORT_IMPORT_H
#define REPORT_IMPORT_H

#include "model/model.h"

struct import_report {
    const struct run *run;
    const char *format;
    bool dry_run; /* nothing was stored */
};
void report_text_import(const struct import_report *report, struct buf *out);
/* "assay.import/1". */
ASSAY_USE_RESULT assay_status report_json_import(const struct import_report *report,
                                                 struct buf *out);

struct import_format_row {
    const char *name, *summary;
};
void report_text_import_formats(const struct import_format_row *rows, size_t count,
                                struct buf *out);
/* "assay.formats/1". */
ASSAY_USE_RESULT assay_status report_json_import_formats(const struct import_format_row *rows,
                                                         size_t count, struct buf *out);

#endif

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

#endif

/* Every exporter's function; what they get is in export.h. */
#ifndef EXCHANGE_WRITE_EXPORTERS_H
#define EXCHANGE_WRITE_EXPORTERS_H

#include "exchange/write/export.h"

#define EXPORTER(name)                                                                             \
    assay_status export_##name(const struct export_source *source, struct buf *out)

EXPORTER(jsonl);
EXPORTER(google_benchmark);
EXPORTER(github_action);
EXPORTER(benchstat);
EXPORTER(openmetrics);
EXPORTER(junit);
EXPORTER(sarif);
EXPORTER(svg);
EXPORTER(folded);
EXPORTER(github_annotations);
EXPORTER(github_summary);
EXPORTER(code_quality);

/* The median of launch `launch` of the result's times, in ns; false when there is none.  Launches
 * count from 0. */
bool export_launch_median(const struct result *result, uint32_t launch, double *ret_ns);

/* Adds the counts and a table of what did not pass, failures first, as Markdown; at most `rows_max`
 * rows. */
void findings_add_markdown(const ci_finding_vec *findings, size_t rows_max, struct buf *out);

#endif

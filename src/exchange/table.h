/* Series out of a table in text: CSV with ',', ';' or tab, one series a column. */
#ifndef EXCHANGE_TABLE_H
#define EXCHANGE_TABLE_H

#include "model/history/trend.h"

enum { TABLE_COLUMNS_MAX = 4096, TABLE_BYTES_MAX = 256 << 20 };

/* Appends a series a column to `trend`; texts go to its arena.
 *
 * The first line holds names when one of its cells, the first one apart, is no number.  The first
 * of several columns says when (a time, an index, a commit) and is not a series.  Cells may be
 * quoted as in RFC 4180.  Empty cells, and "nan" in any case, are points that were not measured.
 * `metric` is that of all series.
 *
 * ASSAY_ERR_PARSE   not a table of numbers; `error` says "NAME:LINE: what", with the column.
 * ASSAY_ERR_LIMIT   more than TABLE_COLUMNS_MAX columns.   ASSAY_ERR_MEMORY.
 * After a failure `trend` may hold a part and has to be released all the same. */
ASSAY_USE_RESULT assay_status table_parse(const char *text, size_t length, const char *name,
                                          const struct metric *metric, struct trend *trend,
                                          struct buf *error);

/* The same of a file; "-" is standard input.  ASSAY_ERR_IO, ASSAY_ERR_LIMIT: it is longer than
 * TABLE_BYTES_MAX. */
ASSAY_USE_RESULT assay_status table_load(const char *path, const struct metric *metric,
                                         struct trend *trend, struct buf *error);

#endif

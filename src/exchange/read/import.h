/* Results of other tools: which format a text has, and what it says.
 *
 * One table of formats (IMPORT_FORMATS, import.c), one file a format (json/, text/, load/). */
#ifndef EXCHANGE_READ_IMPORT_H
#define EXCHANGE_READ_IMPORT_H

#include "exchange/read/node.h"
#include "exchange/read/sink.h"

enum { IMPORT_BYTES_MAX = 512 << 20 };

/* What an importer reads. */
struct import_text {
    const char *name; /* of the file, or "standard input" */
    const char *text; /* NUL-terminated */
    size_t length;
    const struct node *json; /* the whole text, of formats that are JSON */
    const char *columns;     /* of csv: "name=COLUMN,value=COLUMN,..."; NULL for the usual names */
};

enum import_syntax { SYNTAX_TEXT, SYNTAX_JSON, SYNTAX_EITHER };

struct import_format {
    const char *name, *summary;
    enum import_syntax syntax;
    /* Whether a text is of this format; cheap, and false for what only may be. */
    bool (*sniff)(const struct import_text *text);
    assay_status (*parse)(const struct import_text *text, struct sink *sink);
};

extern const struct import_format IMPORT_FORMATS[]; /* ends with a row without a name */

/* The row called `name`; NULL for none. */
const struct import_format *import_format_find(const char *name);

/* Adds "NAME, NAME, ..." of all formats. */
void import_format_names(struct buf *out);

/* Reads a text into the sink: of `format`, or of the one that it looks like for NULL.
 * ASSAY_ERR_PARSE: it looks like none, or is not what it looks like; the sink's error says where.
 * ASSAY_ERR_LIMIT, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status import_parse(const struct import_text *text,
                                           const struct import_format *format, struct sink *sink,
                                           const struct import_format **ret_format);

#endif

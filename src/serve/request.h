/* What is asked for: the target of an HTTP request, taken apart and checked.  Pure. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H

#include "base/buf.h"

enum { REQUEST_BYTES_MAX = 4096, REQUEST_SEGMENTS_MAX = 6, REQUEST_PARAMETERS_MAX = 8 };

struct parameter {
    const char *name, *value;
};

/* Texts are decoded, valid UTF-8 without control characters, and lie in `text`. */
struct request {
    const char *segments[REQUEST_SEGMENTS_MAX]; /* "/run/latest" has two, "/" none */
    size_t segment_count;
    struct parameter parameters[REQUEST_PARAMETERS_MAX];
    size_t parameter_count;
    char text[REQUEST_BYTES_MAX + 1];
};

/* Reads "/path/to?name=value&name=value".
 * ASSAY_ERR_LIMIT     too long, or too many parts.
 * ASSAY_ERR_ARGUMENT  no path, an empty segment, "." or "..", a '%' without two hexadecimal digits,
 *                     a control character in disguise, bytes that are not UTF-8, a parameter
 * without a name or given twice. The text goes to `error`.  A segment may hold a '/' that was
 * written as "%2F": names of branches do, and no segment ever becomes the name of a file. */
ASSAY_USE_RESULT assay_status request_parse(const char *target, struct request *ret_request,
                                            struct buf *error);

/* The value of a parameter; `otherwise` when it is not given. */
const char *request_parameter(const struct request *request, const char *name,
                              const char *otherwise);

/* A parameter that is a whole number from 1 to `max`; `otherwise` when it is not given.
 * ASSAY_ERR_ARGUMENT. */
ASSAY_USE_RESULT assay_status request_count(const struct request *request, const char *name,
                                            size_t max, size_t otherwise, size_t *ret_count,
                                            struct buf *error);

/* ASSAY_ERR_ARGUMENT when there is a parameter whose name is not among `names`, which ends with
 * NULL: a misspelt one would otherwise be passed over in silence. */
ASSAY_USE_RESULT assay_status request_check_names(const struct request *request,
                                                  const char *const *names, struct buf *error);

/* Appends `text` so that request_parse reads it back as one segment or value, which is also
 * harmless inside an attribute of HTML. */
void request_encode(struct buf *out, const char *text);

#endif

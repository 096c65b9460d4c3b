/* The wire protocol between `assay` and a benchmark host: one line a message, percent-encoded
 * words. docs/protocol.md describes it; both ends use these functions.
 *
 *     line  = verb *( SP field ) LF          field = key "=" value | value
 *
 * Keys and values are percent-encoded: '%', '=', and bytes below 33 or above 126. */
#ifndef MODEL_PROTOCOL_H
#define MODEL_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/model.h"

#define PROTOCOL_VERSION "assay/1"
enum {
    PROTOCOL_LINE_MAX = 64 * 1024,
    PROTOCOL_FIELDS_MAX = 64,
    PROTOCOL_METRIC_NAME_MAX = 64,
    PROTOCOL_METRIC_UNIT_MAX = 16,
    PROTOCOL_METRICS_MAX = 32 /* of one benchmark's own */
};
#define PROTOCOL_METRIC_VALUE_MAX 1e140 /* statistics square it */

struct field {
    const char *key; /* "" for a bare value */
    const char *value;
};

struct message {
    const char *verb;
    struct field fields[PROTOCOL_FIELDS_MAX];
    size_t field_count;
};

/* Splits `line` (without LF) in place and decodes it; `ret_message` points into `line`.
 * ASSAY_ERR_PARSE: empty, too many fields, a bad escape, an encoded NUL. */
ASSAY_USE_RESULT assay_status message_parse(char *line, struct message *ret_message);

/* The value of `key`, or NULL.  message_value: the n-th bare value, or NULL. */
const char *message_field(const struct message *message, const char *key);
const char *message_value(const struct message *message, size_t n);
/* The field as a number; `fallback` when it is absent or no finite number. */
double message_number(const struct message *message, const char *key, double fallback);

/* Whether the line ends an answer: ok, skip or error. */
bool message_is_closing(const struct message *message);

/* Appends " key=value" (or " value" for key "") to a line under construction.  A bare value that is
 * empty is no field at the other end. */
void message_add(struct buf *line, const char *key, const char *value);

/* ---- lines `metric` ---- */

/* Whether a benchmark may define this metric and state this value.  ASSAY_ERR_ARGUMENT: no, and
 * `error` says which rule it breaks. */
ASSAY_USE_RESULT assay_status protocol_check_metric(const struct metric *metric, double value,
                                                    struct buf *error);
/* Whether unit, direction and quality are those of `before`, which has the same name; as above. */
ASSAY_USE_RESULT assay_status protocol_check_same(const struct metric *before,
                                                  const struct metric *metric, struct buf *error);

/* Appends "metric name=..." without an end of line. */
void message_add_metric(struct buf *line, const struct metric *metric, double value);
/* Reads one, with the check; its texts are the message's. */
ASSAY_USE_RESULT assay_status message_read_metric(const struct message *message,
                                                  struct metric *ret_metric, double *ret_value,
                                                  struct buf *error);

#endif

/* YAML text -> a small tree of texts, lists and maps that knows where each part stands.  The only
 * user of libfyaml here.  What a configuration has no use for is refused: aliases and anchors,
 * tags, several documents, keys that are no texts, more than YAML_DEPTH_MAX levels. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

enum { YAML_DEPTH_MAX = 16, YAML_BYTES_MAX = 1024 * 1024 };

/* A text to read; `name` is what messages call it and what relative paths in it refer to. */
struct yaml_source {
    const char *text;
    size_t length;
    const char *name;
};

/* Where something stands; line and column count from 1, the column in characters. */
struct yaml_place {
    const char *name;
    unsigned line, column;
};

enum yaml_kind { YAML_EMPTY, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct yaml_place place;
    const char *text;            /* of a YAML_TEXT, without the line ends behind it */
    const struct yaml_node *key; /* of a value in a map: a YAML_TEXT */
    struct yaml_node *first;     /* item of a list or value of a map; NULL in an empty one */
    struct yaml_node *next;      /* sister in the same list or map */
};

/* Builds the tree of the one document in `source`; a text without any content is YAML_EMPTY.
 * The tree belongs to `arena`, its places point to `source->name`.  Duplicate keys are kept.
 *
 * ASSAY_ERR_PARSE   not UTF-8, not YAML, or refused; `error` says "NAME:LINE:COLUMN: what".
 * ASSAY_ERR_LIMIT   longer than YAML_BYTES_MAX.
 * ASSAY_ERR_MEMORY  memory is out. */
ASSAY_USE_RESULT assay_status yaml_parse(const struct yaml_source *source, struct arena *arena,
                                         const struct yaml_node **ret_root, struct buf *error);

/* Appends the file's bytes to `text`.
 * ASSAY_ERR_IO: it cannot be read; ASSAY_ERR_LIMIT: more than YAML_BYTES_MAX; ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status yaml_read_file(const char *path, struct buf *text, struct buf *error);

/* Puts "NAME:LINE:COLUMN: message" into `error` (NULL: nowhere); returns ASSAY_ERR_PARSE. */
assay_status yaml_error(struct buf *error, struct yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "a list", "keys and values", "nothing", or the quoted text itself, fit for a message. */
enum { YAML_DESCRIBED_MAX = 72 };
const char *yaml_describe(const struct yaml_node *node, char described[YAML_DESCRIBED_MAX]);

#endif

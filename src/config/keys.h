/* The table of keys: one row says a key's name, what it wants, where the value goes, what stands in
 * for it and what it means.  Parser, messages and docs read the rows; a new key is a new row. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"
#include "config/yaml.h"

enum { KEYS_MAX = 32, KEY_TEXT_MAX = 4096 };

typedef VEC(const char *) path_vec;

/* What a key wants, and the type of the member that receives it. */
enum key_kind {
    KEY_TEXT,     /* const char *: a text on one line, possibly empty */
    KEY_NAME,     /* const char *: one without blanks, not empty */
    KEY_CHOICE,   /* const char *: one of `choices` (that very pointer) */
    KEY_PATH,     /* const char *: made relative to what the file's folder is relative to */
    KEY_STORE,    /* const char *: a path, or an address with "://", which stays as it is */
    KEY_PATHS,    /* path_vec: a list of paths, or one path */
    KEY_DURATION, /* double, seconds */
    KEY_BYTES,    /* double, bytes */
    KEY_UNSIGNED, /* unsigned */
    KEY_UINT64,   /* uint64_t */
    KEY_FACTOR,   /* double */
    KEY_SHARE,    /* double: "5%" is 0.05 */
    KEY_METRIC,   /* const struct metric *: a row of METRICS */
    KEY_QUANTITY, /* const struct yaml_node *: looked at later, when the metric is known */
    KEY_ITEMS,    /* a list, each item handed to `read_item` */
    KEY_MAP,      /* a struct, which `read_item` fills from keys and values */
    KEY_KINDS
};

/* What a reading of one file shares. */
struct key_reader {
    struct arena *arena; /* receives the texts */
    const char *folder;  /* relative paths are relative to it; "." leaves them as they are */
    unsigned set;        /* bits of the keys that the file gave */
    struct buf *error;
};

struct section;
struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;          /* of the member in the struct that the section fills */
    const char *low, *high; /* range of a number, both ends included, as a user would write it */
    const char *const *choices; /* of KEY_CHOICE, ends with NULL */
    unsigned bit;               /* joins key_reader.set when the file has the key */
    bool required;
    const char *fallback; /* read in place of a missing key; NULL: the member stays as it is */
    const char *absent;   /* for the docs: what that then means; NULL: nothing */
    const char *doc;
    /* Of KEY_ITEMS: reads one item into the struct that the section fills.  Of KEY_MAP: reads the
     * map into the member. */
    assay_status (*read_item)(struct key_reader *reader, const struct yaml_node *item, void *into);
};

/* The keys of one map. */
struct section {
    const char *title; /* "assay.yaml", "targets.yaml: an item of targets" */
    const char *doc;
    const struct key *keys; /* at most KEYS_MAX */
    size_t count;
};

/* Reads all keys of `map` into the struct at `into`; YAML_EMPTY counts as a map without keys.
 *
 * ASSAY_ERR_PARSE: an unknown, doubled or missing key or a value that does not fit; the text with
 * its place is in reader->error.  ASSAY_ERR_MEMORY.  After a failure `into` is half filled: read
 * into a struct of your own and copy it out at the end. */
ASSAY_USE_RESULT assay_status keys_read(struct key_reader *reader, const struct section *section,
                                        const struct yaml_node *map, void *into);

/* Copies the members whose bit is in `set` from one struct to another of the same type. */
void keys_copy(const struct section *section, unsigned set, const void *from, void *to);

/* Appends the section as Markdown: title, doc, table of keys. */
void keys_describe(const struct section *section, struct buf *out);

/* "'KEY' wants WANTED, not VALUE", at the value's place; returns ASSAY_ERR_PARSE. */
assay_status keys_wrong_value(struct buf *error, const char *key, const char *wanted,
                              const struct yaml_node *value);

#endif

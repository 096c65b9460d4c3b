/* A document of JSON that is read once and thrown away: a tree of nodes, those of one list or
 * object side by side. */
#ifndef EXCHANGE_READ_NODE_H
#define EXCHANGE_READ_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum node_kind { NODE_NULL, NODE_FALSE, NODE_TRUE, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_OBJECT };

struct node {
    enum node_kind kind;
    uint32_t count;  /* of a list or an object */
    const char *key; /* of a member, else NULL */
    union {
        double number;
        const char *text;
        const struct node *items;
    };
};

/* Where a document is wrong; lines and columns count from 1, columns in bytes. */
struct node_error {
    size_t line, column;
    char what[80];
};

enum { NODE_DEPTH_MAX = 2048 };

/* Reads RFC 8259 without the freedoms it leaves: a member that is there twice, a number beyond
 * double, a NUL in a text, bytes that are no UTF-8, and more than NODE_DEPTH_MAX levels are
 * refused.  `ret_rest`: where reading stopped; NULL: nothing but blanks may follow.  All nodes
 * belong to `arena`.  ASSAY_ERR_PARSE with `ret_error`, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status node_read(const char *text, size_t length, struct arena *arena,
                                        const struct node **ret_root, const char **ret_rest,
                                        struct node_error *ret_error);

/* Questions; every `node` may be NULL, which is a node of no kind. */
static inline bool node_is(const struct node *node, enum node_kind kind)
{
    return node != NULL && node->kind == kind;
}
#define node_is_null(node) node_is((node), NODE_NULL)
#define node_is_true(node) node_is((node), NODE_TRUE)
#define node_is_false(node) node_is((node), NODE_FALSE)
#define node_is_number(node) node_is((node), NODE_NUMBER)
#define node_is_text(node) node_is((node), NODE_TEXT)
#define node_is_list(node) node_is((node), NODE_LIST)
#define node_is_object(node) node_is((node), NODE_OBJECT)

/* The member of an object with this key; NULL: there is none, or it is no object. */
const struct node *node_member(const struct node *object, const char *key);

/* Items of a list; 0 of anything else. */
static inline size_t node_count(const struct node *list)
{
    return node_is_list(list) ? list->count : 0;
}
static inline const struct node *node_item(const struct node *list, size_t index)
{
    return index < node_count(list) ? &list->items[index] : NULL;
}
/* NULL of what is no text. */
static inline const char *node_text(const struct node *node)
{
    return node_is_text(node) ? node->text : NULL;
}
/* 0 of what is no number. */
static inline double node_number(const struct node *node)
{
    return node_is_number(node) ? node->number : 0;
}

/* A loop over the members of an object: for (NODE_MEMBERS(member, object)). */
#define NODE_MEMBERS(member, object)                                                               \
    const struct node *member = node_is_object(object) ? (object)->items : NULL,                   \
                      *const member##_end = member != NULL ? member + (object)->count : NULL;      \
    member != member##_end;                                                                        \
    member++

#endif

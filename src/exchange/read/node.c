/* Reading JSON.  An import of a hundred thousand results reads a million members of a dozen names:
 * so names are kept once, the nodes of one object lie side by side, and nothing is freed one by
 * one. A general reader's hash table for each object cost four times as much.
 *
 * Children wait on a stack until their parent closes, since only then their number is known.
 * Source: RFC 8259.  Invariant: nothing is read at or behind `end`. */
#include "exchange/read/node.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"

enum { NAMES_MIN = 64, NUMBER_BYTES_MAX = 1024 };

/* A key, once however often it comes. */
struct name {
    uint64_t hash;
    uint64_t object; /* the last one that was found to have it */
    size_t length;
    char text[];
};

struct reading {
    const char *start, *at, *end;
    struct arena *arena;
    struct node_error *error;
    VEC(struct node) stack;
    VEC(const char *) places; /* of the stack's nodes: where they begin */
    struct name **names;      /* a hash table, at most half full */
    size_t name_count, name_room;
    uint64_t objects;
    unsigned depth;
};

/* ---- what is wrong ---- */

static assay_status wrong(struct reading *reading, const char *at, const char *what)
{
    char shown[TEXT_SHOWN_MAX], near[24] = "";
    size_t line = 1;
    const char *line_start = reading->start;
    for (const char *c = reading->start; c < at; c++)
        if (*c == '\n') {
            line++;
            line_start = c + 1;
        }
    for (size_t i = 0; i < sizeof near - 1 && at + i < reading->end && (unsigned char)at[i] > ' ' &&
                       strchr(",]}", at[i]) == NULL;
         i++)
        near[i] = at[i];
    near[text_utf8_prefix(near, strlen(near))] = '\0';
    reading->error->line = line;
    reading->error->column = (size_t)(at - line_start) + 1;
    snprintf(reading->error->what, sizeof reading->error->what, "%s%s%s%s", what,
             near[0] ? " near '" : "", text_shown(near, shown), near[0] ? "'" : "");
    return ASSAY_ERR_PARSE;
}

static assay_status ends_early(struct reading *reading)
{
    return wrong(reading, reading->end, "it ends too early");
}

/* ---- small parts ---- */

static void skip_blanks(struct reading *reading)
{
    while (reading->at < reading->end && (*reading->at == ' ' || *reading->at == '\n' ||
                                          *reading->at == '\t' || *reading->at == '\r'))
        reading->at++;
}

static bool take(struct reading *reading, char wanted)
{
    skip_blanks(reading);
    if (reading->at == reading->end || *reading->at != wanted)
        return false;
    reading->at++;
    return true;
}

static bool take_word(struct reading *reading, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(reading->end - reading->at) < length || memcmp(reading->at, word, length) != 0)
        return false;
    reading->at += length;
    return true;
}

/* ---- numbers ---- */

static size_t digits_at(const struct reading *reading, const char *at)
{
    const char *end = at;
    while (end < reading->end && *end >= '0' && *end <= '9')
        end++;
    return (size_t)(end - at);
}

/* The end of the number at `at`; NULL: it is none. */
static const char *number_end(const struct reading *reading)
{
    const char *at = reading->at + (*reading->at == '-');
    const size_t whole = digits_at(reading, at);
    if (whole == 0 || (whole > 1 && *at == '0'))
        return NULL;
    at += whole;
    if (at < reading->end && *at == '.') {
        const size_t rest = digits_at(reading, at + 1);
        if (rest == 0)
            return NULL;
        at += 1 + rest;
    }
    if (at < reading->end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < reading->end && (*at == '+' || *at == '-');
        const size_t power = digits_at(reading, at);
        if (power == 0)
            return NULL;
        at += power;
    }
    return at;
}

/* Up to fifteen digits and a power of ten that a double has exactly: one division is correctly
 * rounded (Clinger 1990).  False: strtod has to look. */
static bool read_short(const char *at, const char *end, double *ret_value)
{
    static const double POWERS[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const bool minus = *at == '-';
    uint64_t digits = 0;
    size_t count = 0, behind = 0;
    bool point = false;
    for (at += minus; at < end; at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        if (*at < '0' || *at > '9' || ++count > 15)
            return false;
        digits = 10 * digits + (uint64_t)(*at - '0');
        behind += point;
    }
    const double value = (double)digits / POWERS[behind];
    *ret_value = minus ? -value : value;
    return true;
}

static assay_status read_number(struct reading *reading, struct node *node)
{
    const char *start = reading->at, *end = number_end(reading);
    char copy[NUMBER_BYTES_MAX];
    if (end == NULL || end - start >= NUMBER_BYTES_MAX)
        return wrong(reading, start, end ? "a number that is too long" : "invalid token");
    reading->at = end;
    node->kind = NODE_NUMBER;
    if (read_short(start, end, &node->number))
        return ASSAY_OK;
    memcpy(copy, start, (size_t)(end - start));
    copy[end - start] = '\0';
    node->number = strtod(copy, NULL);
    return isfinite(node->number) ? ASSAY_OK : wrong(reading, start, "a number that is too large");
}

/* ---- texts ---- */

static int hex_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Four hexadecimal digits; -1: they are not there. */
static long unit_at(const struct reading *reading, const char *at)
{
    long unit = 0;
    if (reading->end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        if (hex_of(at[i]) < 0)
            return -1;
        unit = unit << 4 | hex_of(at[i]);
    }
    return unit;
}

static char *put_utf8(char *out, unsigned long code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xC0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *out++ = (char)(0xE0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else {
        *out++ = (char)(0xF0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3F));
        *out++ = (char)(0x80 | (code >> 6 & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/* What stands behind "\u": a character, or two halves of one. */
static assay_status read_unicode(struct reading *reading, const char **at, char **out)
{
    long unit = unit_at(reading, *at);
    if (unit <= 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return wrong(reading, *at - 2, "invalid escape");
    *at += 4;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        const bool follows = reading->end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u';
        const long low = follows ? unit_at(reading, *at + 2) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return wrong(reading, *at - 6, "invalid escape");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        *at += 6;
    }
    *out = put_utf8(*out, (unsigned long)unit);
    return ASSAY_OK;
}

static assay_status unescape(struct reading *reading, const char *from, const char *end, char *out)
{
    static const char NAMES[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
    while (from < end) {
        if (*from != '\\') {
            *out++ = *from++;
            continue;
        }
        const char *name = strchr(NAMES, from[1]);
        if (from[1] == 'u') {
            from += 2;
            TRY(read_unicode(reading, &from, &out));
        } else if (name != NULL && *name != '\0') {
            *out++ = MEANT[name - NAMES];
            from += 2;
        } else {
            return wrong(reading, from, "invalid escape");
        }
    }
    *out = '\0';
    return ASSAY_OK;
}

/* The bytes between the quotes; the reader stands behind them then. */
struct quoted {
    const char *text;
    size_t length;
    bool escapes, plain; /* plain: ASCII */
};

static assay_status find_quoted(struct reading *reading, struct quoted *ret_quoted)
{
    const char *start = ++reading->at, *at = start;
    unsigned char bits = 0;
    bool escapes = false;
    while (at < reading->end && *at != '"') {
        if ((unsigned char)*at < ' ')
            return wrong(reading, at, "a control character in a text");
        bits |= (unsigned char)*at;
        if (*at == '\\') {
            escapes = true;
            at++;
        }
        at++;
    }
    if (at >= reading->end)
        return ends_early(reading);
    *ret_quoted = (struct quoted){start, (size_t)(at - start), escapes, bits < 0x80};
    reading->at = at + 1;
    if (ret_quoted->plain || text_is_utf8(start, ret_quoted->length))
        return ASSAY_OK;
    return wrong(reading, start + text_utf8_prefix(start, ret_quoted->length),
                 "bytes that are no UTF-8");
}

/* Without escapes the bytes themselves, else what they mean, which is never longer. */
static assay_status read_text(struct reading *reading, struct quoted *ret_text, char **ret_copy)
{
    TRY(find_quoted(reading, ret_text));
    char *copy = NULL;
    if (ret_text->escapes) {
        copy = arena_alloc(reading->arena, ret_text->length + 1);
        if (copy == NULL)
            return ASSAY_ERR_MEMORY;
        TRY(unescape(reading, ret_text->text, ret_text->text + ret_text->length, copy));
        ret_text->text = copy;
        ret_text->length = strlen(copy);
    }
    *ret_copy = copy;
    return ASSAY_OK;
}

/* ---- names of members ---- */

static uint64_t hash_of(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325 + length; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3;
    return hash ^ hash >> 29;
}

static struct name **slot_of(const struct reading *reading, const struct quoted *text,
                             uint64_t hash)
{
    for (size_t at = hash;; at++) {
        struct name **slot = &reading->names[at & (reading->name_room - 1)];
        if (*slot == NULL || ((*slot)->hash == hash && (*slot)->length == text->length &&
                              memcmp((*slot)->text, text->text, text->length) == 0))
            return slot;
    }
}

static bool make_room(struct reading *reading)
{
    if (2 * (reading->name_count + 1) <= reading->name_room)
        return true;
    struct name **old = reading->names;
    const size_t room = reading->name_room;
    reading->name_room = room > 0 ? 2 * room : NAMES_MIN;
    reading->names = calloc(reading->name_room, sizeof *reading->names);
    for (size_t i = 0; reading->names != NULL && i < room; i++)
        if (old[i] != NULL) {
            const struct quoted text = {.text = old[i]->text, .length = old[i]->length};
            *slot_of(reading, &text, old[i]->hash) = old[i];
        }
    free(old);
    return reading->names != NULL;
}

static assay_status read_name(struct reading *reading, const char **ret_key)
{
    struct quoted text;
    char *copy;
    skip_blanks(reading);
    if (reading->at == reading->end)
        return ends_early(reading);
    if (*reading->at != '"')
        return wrong(reading, reading->at, "wants a name in quotes");
    TRY(read_text(reading, &text, &copy));
    if (!make_room(reading))
        return ASSAY_ERR_MEMORY;
    const uint64_t hash = hash_of(text.text, text.length);
    struct name **slot = slot_of(reading, &text, hash);
    if (*slot == NULL) {
        struct name *name = arena_alloc(reading->arena, sizeof *name + text.length + 1);
        if (name == NULL)
            return ASSAY_ERR_MEMORY;
        name->hash = hash;
        name->length = text.length;
        memcpy(name->text, text.text, text.length);
        *slot = name;
        reading->name_count++;
    }
    *ret_key = (*slot)->text;
    return ASSAY_OK;
}

/* ---- lists and objects ---- */

static assay_status push(struct reading *reading, const struct node *node, const char *place)
{
    struct node *slot = vec_add(&reading->stack);
    const char **place_slot = vec_add(&reading->places);
    if (slot == NULL || place_slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = *node;
    *place_slot = place;
    return ASSAY_OK;
}

/* Takes what stands on the stack from `first` on as the items of `node`. */
static assay_status close_items(struct reading *reading, size_t first, struct node *node)
{
    const size_t count = reading->stack.count - first;
    struct node *items = arena_alloc(reading->arena, (count + 1) * sizeof *items);
    if (items == NULL)
        return ASSAY_ERR_MEMORY;
    if (count > UINT32_MAX)
        return ASSAY_ERR_LIMIT;
    if (count > 0)
        memcpy(items, reading->stack.items + first, count * sizeof *items);
    node->items = items;
    node->count = (uint32_t)count;
    reading->stack.count = reading->places.count = first;
    return ASSAY_OK;
}

/* A name is one thing however often it comes, so that marking it tells of its second time. */
static assay_status check_names(struct reading *reading, size_t first)
{
    const uint64_t object = ++reading->objects;
    for (size_t i = first; i < reading->stack.count; i++) {
        struct name *name = (struct name *)(void *)(uintptr_t)(reading->stack.items[i].key -
                                                               offsetof(struct name, text));
        if (name->object == object)
            return wrong(reading, reading->places.items[i], "a member that is there twice");
        name->object = object;
    }
    return ASSAY_OK;
}

static assay_status read_value(struct reading *reading, struct node *node);

static assay_status read_item(struct reading *reading, bool named)
{
    struct node node = {.key = NULL};
    const char *key = NULL;
    skip_blanks(reading);
    const char *place = reading->at;
    if (named) {
        TRY(read_name(reading, &key));
        if (!take(reading, ':'))
            return reading->at == reading->end ? ends_early(reading)
                                               : wrong(reading, reading->at, "wants ':'");
    }
    TRY(read_value(reading, &node));
    node.key = key;
    return push(reading, &node, place);
}

static assay_status read_items(struct reading *reading, struct node *node)
{
    const bool named = *reading->at++ == '{';
    const char end = named ? '}' : ']';
    const size_t first = reading->stack.count;
    if (++reading->depth > NODE_DEPTH_MAX)
        return wrong(reading, reading->at - 1, "maximum parsing depth");
    node->kind = named ? NODE_OBJECT : NODE_LIST;
    for (bool closed = take(reading, end); !closed; closed = take(reading, end)) {
        if (reading->stack.count > first && !take(reading, ','))
            return reading->at == reading->end ? ends_early(reading)
                                               : wrong(reading, reading->at, "wants ','");
        TRY(read_item(reading, named));
    }
    reading->depth--;
    if (named)
        TRY(check_names(reading, first));
    return close_items(reading, first, node);
}

static assay_status read_text_node(struct reading *reading, struct node *node)
{
    struct quoted text;
    char *copy;
    TRY(read_text(reading, &text, &copy));
    node->kind = NODE_TEXT;
    node->text = copy ? copy : arena_copy_n(reading->arena, text.text, text.length);
    return node->text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status read_value(struct reading *reading, struct node *node)
{
    skip_blanks(reading);
    if (reading->at == reading->end)
        return ends_early(reading);
    switch (*reading->at) {
    case '{':
    case '[':
        return read_items(reading, node);
    case '"':
        return read_text_node(reading, node);
    case 'n':
        node->kind = NODE_NULL;
        return take_word(reading, "null") ? ASSAY_OK : wrong(reading, reading->at, "invalid token");
    case 't':
        node->kind = NODE_TRUE;
        return take_word(reading, "true") ? ASSAY_OK : wrong(reading, reading->at, "invalid token");
    case 'f':
        node->kind = NODE_FALSE;
        return take_word(reading, "false") ? ASSAY_OK
                                           : wrong(reading, reading->at, "invalid token");
    default:
        return read_number(reading, node);
    }
}

static assay_status read_root(struct reading *reading, struct node *root, bool alone)
{
    TRY(read_value(reading, root));
    if (!alone)
        return ASSAY_OK;
    skip_blanks(reading);
    return reading->at == reading->end ? ASSAY_OK
                                       : wrong(reading, reading->at, "wants the end of the text");
}

assay_status node_read(const char *text, size_t length, struct arena *arena,
                       const struct node **ret_root, const char **ret_rest,
                       struct node_error *ret_error)
{
    struct reading reading = {
        .start = text, .at = text, .end = text + length, .arena = arena, .error = ret_error};
    struct node *root = arena_alloc(arena, sizeof *root);
    assay_status status = root ? read_root(&reading, root, ret_rest == NULL) : ASSAY_ERR_MEMORY;
    vec_release(&reading.stack);
    vec_release(&reading.places);
    free(reading.names);
    if (status == ASSAY_OK)
        *ret_root = root;
    if (ret_rest != NULL)
        *ret_rest = reading.at;
    return status;
}

const struct node *node_member(const struct node *object, const char *key)
{
    for (NODE_MEMBERS(member, object))
        if (strcmp(member->key, key) == 0)
            return member;
    return NULL;
}

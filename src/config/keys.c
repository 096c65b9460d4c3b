/* The reader behind the tables of keys.
 *
 * Why rows and not a function a file: what a key accepts, what the message says when it gets
 * something else, what the documentation promises and what happens when the key is missing can then
 * not drift apart.  Limits stand in the rows as texts ("10 min"), read by the same code that reads
 * the file, so that a message repeats them in the words a user would write; a missing key with a
 * fallback is read as if the file had said so.
 *
 * KINDS has one row for each kind: how it is read, what it wants, how large its member is.
 * Invariant: a read function writes its member only when it returns ASSAY_OK. */
#include "config/keys.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "model/protocol.h"
#include "model/resources/resources.h"

enum { WANTED_MAX = 512, NANOSECONDS_PER_SECOND = 1000000000 };

/* One value on its way into its member. */
struct reading {
    struct key_reader *reader;
    const struct key *key;
    const struct yaml_node *node;
    void *into; /* the section's struct */
};

struct kind {
    assay_status (*read)(const struct reading *reading, void *member);
    const char *wanted; /* what follows "wants"; range and choices are added to it */
    size_t bytes;       /* of the member */
};
static const struct kind KINDS[KEY_KINDS];
static void add_wanted(const struct key *key, struct buf *out);

assay_status keys_wrong_value(struct buf *error, const char *key, const char *wanted,
                              const struct yaml_node *value)
{
    char described[YAML_DESCRIBED_MAX];
    return yaml_error(error, value->place, "'%s' wants %s, not %s", key, wanted,
                      yaml_describe(value, described));
}

static assay_status wrong(const struct reading *reading)
{
    BUF_AUTO wanted;
    buf_init(&wanted, WANTED_MAX);
    add_wanted(reading->key, &wanted);
    return keys_wrong_value(reading->reader->error, reading->key->name, wanted.text, reading->node);
}

static assay_status no_memory(const struct key_reader *reader)
{
    return buf_error(reader->error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
}

/* ---- texts ---- */

static bool is_one_line(const struct yaml_node *node)
{
    if (node->kind != YAML_TEXT || strlen(node->text) > KEY_TEXT_MAX)
        return false;
    for (const char *c = node->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return true;
}

static assay_status copy_text(const struct reading *reading, const char *text, void *member)
{
    const char *copy = arena_copy(reading->reader->arena, text);
    if (copy == NULL)
        return no_memory(reading->reader);
    *(const char **)member = copy;
    return ASSAY_OK;
}

static assay_status read_text(const struct reading *reading, void *member)
{
    if (!is_one_line(reading->node))
        return wrong(reading);
    return copy_text(reading, reading->node->text, member);
}

static assay_status read_name(const struct reading *reading, void *member)
{
    if (!is_one_line(reading->node) || *reading->node->text == '\0' ||
        strchr(reading->node->text, ' ') != NULL)
        return wrong(reading);
    return copy_text(reading, reading->node->text, member);
}

/* Ends a "wants ..." message with the word that was probably meant. */
static assay_status wrong_word(const struct reading *reading, const char *const *words,
                               size_t count)
{
    const char *text = reading->node->kind == YAML_TEXT ? reading->node->text : "";
    const char *near = text_nearest(text, words, count);
    assay_status status = wrong(reading);
    if (near != NULL && reading->reader->error != NULL)
        buf_printf(reading->reader->error, " (did you mean '%s'?)", near);
    return status;
}

static assay_status read_choice(const struct reading *reading, void *member)
{
    const char *const *choices = reading->key->choices;
    size_t count = 0;
    for (; choices[count] != NULL; count++)
        if (reading->node->kind == YAML_TEXT && strcmp(reading->node->text, choices[count]) == 0) {
            *(const char **)member = choices[count];
            return ASSAY_OK;
        }
    return wrong_word(reading, choices, count);
}

/* One that benchmarks define: unit and direction come from who measures it. */
static assay_status read_own_metric(const struct reading *reading, void *member)
{
    struct metric *own = arena_alloc(reading->reader->arena, sizeof *own);
    if (own == NULL)
        return buf_error(reading->reader->error, ASSAY_ERR_MEMORY, "%s",
                         status_text(ASSAY_ERR_MEMORY));
    *own = (struct metric){.name = arena_copy(reading->reader->arena, reading->node->text),
                           .unit = ""};
    if (own->name == NULL)
        return buf_error(reading->reader->error, ASSAY_ERR_MEMORY, "%s",
                         status_text(ASSAY_ERR_MEMORY));
    if (protocol_check_metric(own, 0, NULL) != ASSAY_OK)
        return wrong(reading);
    *(const struct metric **)member = own;
    return ASSAY_OK;
}

static assay_status read_metric(const struct reading *reading, void *member)
{
    enum { COUNT = METRIC_COUNT + RESOURCE_COUNT };
    const char *names[COUNT];
    const struct yaml_node *node = reading->node;
    for (size_t i = 0; i < COUNT; i++) {
        bool is_resource = i >= METRIC_COUNT;
        const struct metric *metric =
            is_resource ? &RESOURCES[i - METRIC_COUNT].metric : &METRICS[i];
        names[i] = metric->name;
        if (node->kind == YAML_TEXT && strcmp(node->text, names[i]) == 0) {
            *(const struct metric **)member = metric;
            return ASSAY_OK;
        }
    }
    /* Of resources there are so many that a name of a benchmark's own may well be near to one. */
    if (node->kind != YAML_TEXT || text_nearest(node->text, names, METRIC_COUNT) != NULL)
        return wrong_word(reading, names, METRIC_COUNT);
    return read_own_metric(reading, member);
}

/* ---- paths ---- */

static const char *resolve(const struct key_reader *reader, const char *path)
{
    if (*path == '/' || strcmp(reader->folder, ".") == 0)
        return arena_copy(reader->arena, path);
    size_t length = strlen(reader->folder);
    bool slash = length > 0 && reader->folder[length - 1] == '/';
    return arena_printf(reader->arena, "%s%s%s", reader->folder, slash ? "" : "/", path);
}

static assay_status read_path(const struct reading *reading, void *member)
{
    if (!is_one_line(reading->node) || *reading->node->text == '\0')
        return wrong(reading);
    const char *path = resolve(reading->reader, reading->node->text);
    if (path == NULL)
        return no_memory(reading->reader);
    *(const char **)member = path;
    return ASSAY_OK;
}

static assay_status read_store(const struct reading *reading, void *member)
{
    if (is_one_line(reading->node) && strstr(reading->node->text, "://") != NULL)
        return copy_text(reading, reading->node->text, member);
    return read_path(reading, member);
}

static assay_status read_paths(const struct reading *reading, void *member)
{
    path_vec *paths = member;
    struct reading one = *reading;
    bool single = reading->node->kind == YAML_TEXT;
    if (!single && reading->node->kind != YAML_LIST && reading->node->kind != YAML_EMPTY)
        return wrong(reading);
    for (one.node = single ? reading->node : reading->node->first; one.node != NULL;
         one.node = single ? NULL : one.node->next) {
        const char *path = NULL;
        TRY(read_path(&one, &path));
        const char **slot = vec_add(paths);
        if (slot == NULL)
            return no_memory(reading->reader);
        *slot = path;
    }
    return ASSAY_OK;
}

/* ---- numbers ---- */

/* A number in `unit` within the row's range. */
static assay_status read_number(const struct reading *reading, const char *unit, double *ret_value)
{
    double value, low, high;
    if (reading->node->kind != YAML_TEXT ||
        quantity_parse(reading->node->text, unit, &value) != ASSAY_OK ||
        quantity_parse(reading->key->low, unit, &low) != ASSAY_OK ||
        quantity_parse(reading->key->high, unit, &high) != ASSAY_OK)
        return wrong(reading);
    if (!(value >= low && value <= high))
        return wrong(reading);
    *ret_value = value;
    return ASSAY_OK;
}

static assay_status read_duration(const struct reading *reading, void *member)
{
    double ns = 0;
    TRY(read_number(reading, "ns", &ns));
    *(double *)member = ns / NANOSECONDS_PER_SECOND;
    return ASSAY_OK;
}

static assay_status read_bytes(const struct reading *reading, void *member)
{
    return read_number(reading, "B", member);
}

static assay_status read_factor(const struct reading *reading, void *member)
{
    return read_number(reading, "", member);
}

/* A number and a per cent sign, which is wanted: whether 0.05 means 5 % is not ours to guess. */
static bool parse_share(const char *text, double *ret_share)
{
    size_t length = strlen(text);
    char number[64];
    double percent = 0;
    if (length < 2 || length >= sizeof number || text[length - 1] != '%')
        return false;
    memcpy(number, text, length - 1);
    number[length - 1] = '\0';
    if (quantity_parse(number, "", &percent) != ASSAY_OK)
        return false;
    *ret_share = percent / 100;
    return true;
}

static assay_status read_share(const struct reading *reading, void *member)
{
    double share, low, high;
    if (reading->node->kind != YAML_TEXT || !parse_share(reading->node->text, &share) ||
        !parse_share(reading->key->low, &low) || !parse_share(reading->key->high, &high))
        return wrong(reading);
    if (!(share >= low && share <= high))
        return wrong(reading);
    *(double *)member = share;
    return ASSAY_OK;
}

/* Decimal digits and nothing else: no sign, no blank, no overflow. */
static bool parse_whole(const char *text, uint64_t *ret_value)
{
    if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    *ret_value = strtoull(text, NULL, 10);
    return errno == 0;
}

static assay_status read_uint64(const struct reading *reading, void *member)
{
    uint64_t value, low, high;
    if (reading->node->kind != YAML_TEXT || !parse_whole(reading->node->text, &value) ||
        !parse_whole(reading->key->low, &low) || !parse_whole(reading->key->high, &high))
        return wrong(reading);
    if (value < low || value > high)
        return wrong(reading);
    *(uint64_t *)member = value;
    return ASSAY_OK;
}

static assay_status read_unsigned(const struct reading *reading, void *member)
{
    uint64_t value = 0;
    TRY(read_uint64(reading, &value));
    if (value > UINT_MAX)
        return wrong(reading);
    *(unsigned *)member = (unsigned)value;
    return ASSAY_OK;
}

static assay_status read_quantity(const struct reading *reading, void *member)
{
    if (reading->node->kind != YAML_TEXT)
        return wrong(reading);
    *(const struct yaml_node **)member = reading->node;
    return ASSAY_OK;
}

static assay_status read_items(const struct reading *reading, void *member)
{
    (void)member;
    if (reading->node->kind != YAML_LIST && reading->node->kind != YAML_EMPTY)
        return wrong(reading);
    for (const struct yaml_node *item = reading->node->first; item != NULL; item = item->next) {
        if (item->kind == YAML_EMPTY) /* YAML does not tell where an item without text stands */
            return yaml_error(reading->reader->error, item->place,
                              "'%s' has an empty item, here or right below", reading->key->name);
        TRY(reading->key->read_item(reading->reader, item, reading->into));
    }
    return ASSAY_OK;
}

static assay_status read_map(const struct reading *reading, void *member)
{
    if (reading->node->kind != YAML_MAP)
        return wrong(reading);
    return reading->key->read_item(reading->reader, reading->node, member);
}

_Static_assert(KEY_TEXT_MAX == 4096, "the row of KEY_TEXT says so");
static const struct kind KINDS[KEY_KINDS] = {
    [KEY_TEXT] = {read_text, "a text on one line, at most 4096 bytes", sizeof(const char *)},
    [KEY_NAME] = {read_name, "a name without blanks", sizeof(const char *)},
    [KEY_CHOICE] = {read_choice, "one of", sizeof(const char *)},
    [KEY_PATH] = {read_path, "a path", sizeof(const char *)},
    [KEY_STORE] = {read_store, "a path or the address of a server", sizeof(const char *)},
    [KEY_PATHS] = {read_paths, "a path or a list of paths", sizeof(path_vec)},
    [KEY_DURATION] = {read_duration, "a duration (number and unit)", sizeof(double)},
    [KEY_BYTES] = {read_bytes, "an amount of memory", sizeof(double)},
    [KEY_UNSIGNED] = {read_unsigned, "a whole number", sizeof(unsigned)},
    [KEY_UINT64] = {read_uint64, "a whole number", sizeof(uint64_t)},
    [KEY_FACTOR] = {read_factor, "a number", sizeof(double)},
    [KEY_SHARE] = {read_share, "a percentage with its sign", sizeof(double)},
    [KEY_METRIC] = {read_metric, "one of", sizeof(const struct metric *)},
    [KEY_QUANTITY] = {read_quantity, "a value in the metric's unit", sizeof(struct yaml_node *)},
    [KEY_ITEMS] = {read_items, "a list", 0},
    [KEY_MAP] = {read_map, "keys and values", 0},
};

/* Appends what the key wants: "a whole number from 1 to 1000". */
static void add_wanted(const struct key *key, struct buf *out)
{
    buf_puts(out, KINDS[key->kind].wanted);
    if (key->low != NULL)
        buf_printf(out, " from %s to %s", key->low, key->high);
    for (size_t i = 0; key->choices != NULL && key->choices[i] != NULL; i++)
        buf_printf(out, "%s%s", i == 0 ? " " : ", ", key->choices[i]);
    for (size_t i = 0; key->kind == KEY_METRIC && i < METRIC_COUNT; i++)
        buf_printf(out, "%s%s", i == 0 ? " " : ", ", METRICS[i].name);
    buf_puts(out, key->kind == KEY_METRIC
                      ? ", a resource (docs/resources.md), or a metric of the benchmark's own"
                      : "");
}

/* ---- one map ---- */

static assay_status unknown_key(const struct key_reader *reader, const struct section *section,
                                const struct yaml_node *key)
{
    char shown[TEXT_SHOWN_MAX];
    const char *names[KEYS_MAX];
    for (size_t i = 0; i < section->count; i++)
        names[i] = section->keys[i].name;
    const char *near = text_nearest(key->text, names, section->count);
    assay_status status =
        yaml_error(reader->error, key->place, "unknown key '%s'", text_shown(key->text, shown));
    if (reader->error == NULL)
        return status;
    if (near != NULL)
        buf_printf(reader->error, " (did you mean '%s'?)", near);
    for (size_t i = 0; near == NULL && i < section->count; i++)
        buf_printf(reader->error, "%s%s", i == 0 ? " (known: " : ", ", names[i]);
    buf_puts(reader->error, near == NULL ? ")" : "");
    return status;
}

static assay_status read_value(struct key_reader *reader, const struct key *key,
                               const struct yaml_node *node, void *into)
{
    struct reading reading = {reader, key, node, into};
    return KINDS[key->kind].read(&reading, (char *)into + key->offset);
}

static const struct key *find_key(const struct section *section, const char *name)
{
    for (size_t i = 0; i < section->count; i++)
        if (strcmp(section->keys[i].name, name) == 0)
            return &section->keys[i];
    return NULL;
}

/* Puts in what stands for the keys that the map did not have. */
static assay_status read_missing(struct key_reader *reader, const struct section *section,
                                 const struct yaml_node *map,
                                 const struct yaml_node *const seen[KEYS_MAX], void *into)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        if (seen[i] != NULL)
            continue;
        if (key->required)
            return yaml_error(reader->error, map->place, "the key '%s' is missing", key->name);
        if (key->fallback == NULL)
            continue;
        struct yaml_node node = {.kind = YAML_TEXT, .place = map->place, .text = key->fallback};
        TRY(read_value(reader, key, &node, into));
    }
    return ASSAY_OK;
}

assay_status keys_read(struct key_reader *reader, const struct section *section,
                       const struct yaml_node *map, void *into)
{
    const struct yaml_node *seen[KEYS_MAX] = {NULL};
    if (map->kind != YAML_MAP && map->kind != YAML_EMPTY) {
        char described[YAML_DESCRIBED_MAX];
        return yaml_error(reader->error, map->place, "keys with values are wanted here, not %s",
                          yaml_describe(map, described));
    }
    for (const struct yaml_node *node = map->first; node != NULL; node = node->next) {
        const struct key *key = find_key(section, node->key->text);
        if (key == NULL)
            return unknown_key(reader, section, node->key);
        const struct yaml_node **first = &seen[key - section->keys];
        if (*first != NULL)
            return yaml_error(reader->error, node->key->place,
                              "the key '%s' stands here again, first on line %u", key->name,
                              (*first)->key->place.line);
        *first = node;
        TRY(read_value(reader, key, node, into));
        reader->set |= key->bit;
    }
    return read_missing(reader, section, map, seen, into);
}

void keys_copy(const struct section *section, unsigned set, const void *from, void *to)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        if ((key->bit & set) != 0)
            memcpy((char *)to + key->offset, (const char *)from + key->offset,
                   KINDS[key->kind].bytes);
    }
}

void keys_describe(const struct section *section, struct buf *out)
{
    buf_printf(out, "### %s\n\n%s\n\n", section->title, section->doc);
    buf_puts(out, "| key | value | when missing | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        buf_printf(out, "| `%s` | ", key->name);
        add_wanted(key, out);
        if (key->fallback != NULL && *key->fallback != '\0')
            buf_printf(out, " | `%s`", key->fallback);
        else
            buf_printf(out, " | %s", key->required ? "an error" : key->absent ? key->absent : "-");
        buf_printf(out, " | %s |\n", key->doc);
    }
    buf_putc(out, '\n');
}

/* Origins as JSON: {"words": [..], "modules": {"PATH": "SHA-256"}, "benchmarks": "SHA-256"}.
 * Why a hash of each module and not its time: a module that was built again without a change is the
 * same, and one that was changed back, too.
 * Invariant: a text that is no origin is refused or differs; it never counts as the same. */
#include "session/resume/origin.h"

#include <jansson.h>
#include <string.h>

#include "base/sha256.h"

/* "" for a module that cannot be read: it is a failed row, now as then. */
static int add_module(json_t *modules, const char *path)
{
    char digits[SHA256_DIGITS + 1];
    if (json_object_get(modules, path) != NULL)
        return 0;
    if (sha256_file(path, digits, NULL) != ASSAY_OK)
        digits[0] = '\0';
    return json_object_set_new(modules, path, json_string(digits));
}

static json_t *modules_of(const struct catalog *catalog)
{
    json_t *modules = json_object();
    bool good = modules != NULL;
    for (size_t i = 0; good && i < catalog->benchmarks.count; i++)
        good = add_module(modules, catalog->benchmarks.items[i].module) == 0;
    for (size_t i = 0; good && i < catalog->failures.count; i++)
        good = add_module(modules, catalog->failures.items[i].module) == 0;
    if (!good) {
        json_decref(modules);
        return NULL;
    }
    return modules;
}

static json_t *hash_of(const struct catalog *catalog)
{
    char digits[SHA256_DIGITS + 1];
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const char *id = catalog->benchmarks.items[i].id;
        sha256_add(&hash, id, strlen(id) + 1);
    }
    sha256_end(&hash, digits);
    return json_string(digits);
}

const char *origin_describe(char *const *words, int count, const struct catalog *catalog,
                            struct arena *arena)
{
    json_t *document = json_object(), *list = json_array();
    bool good = document != NULL && list != NULL;
    for (int i = 0; good && i < count; i++)
        good = json_array_append_new(list, json_stringn_nocheck(words[i], strlen(words[i]))) == 0;
    good = good && json_object_set(document, "words", list) == 0 &&
           json_object_set_new(document, "modules", modules_of(catalog)) == 0 &&
           json_object_set_new(document, "benchmarks", hash_of(catalog)) == 0;
    char *dumped = good ? json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    const char *text = arena_copy(arena, dumped ? dumped : "");
    free(dumped);
    json_decref(list);
    json_decref(document);
    return text;
}

static assay_status copy_words(const json_t *list, struct arena *arena,
                               struct origin_words *ret_words)
{
    struct origin_words words = {.count = json_array_size(list)};
    words.items = arena_alloc(arena, (words.count + 1) * sizeof *words.items);
    if (words.items == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < words.count; i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word == NULL)
            return ASSAY_ERR_PARSE;
        if ((words.items[i] = arena_copy(arena, word)) == NULL)
            return ASSAY_ERR_MEMORY;
    }
    words.items[words.count] = NULL;
    *ret_words = words;
    return ASSAY_OK;
}

assay_status origin_words(const char *origin, struct arena *arena, struct origin_words *ret_words)
{
    json_t *document = json_loads(origin, 0, NULL);
    const json_t *list = json_object_get(document, "words");
    assay_status status =
        json_is_array(list) ? copy_words(list, arena, ret_words) : ASSAY_ERR_PARSE;
    json_decref(document);
    return status;
}

static void add_changes(json_t *then, json_t *now, struct buf *text)
{
    for (void *at = json_object_iter(then); at != NULL; at = json_object_iter_next(then, at)) {
        const char *path = json_object_iter_key(at);
        const json_t *hash = json_object_get(now, path);
        if (hash == NULL)
            buf_printf(text, "; '%s' is not among the modules any more", path);
        else if (!json_equal(hash, json_object_iter_value(at)))
            buf_printf(text, "; the module '%s' has changed", path);
    }
    for (void *at = json_object_iter(now); at != NULL; at = json_object_iter_next(now, at))
        if (json_object_get(then, json_object_iter_key(at)) == NULL)
            buf_printf(text, "; the module '%s' is new", json_object_iter_key(at));
}

void origin_difference(const char *then, const char *now, struct buf *text)
{
    BUF_AUTO changes;
    buf_init(&changes, 8192);
    json_t *a = json_loads(then, 0, NULL), *b = json_loads(now, 0, NULL);
    add_changes(json_object_get(a, "modules"), json_object_get(b, "modules"), &changes);
    if (changes.length == 0 && !(a != NULL && json_equal(a, b)))
        buf_puts(&changes, "; the benchmarks of its modules have changed");
    if (changes.length > 0)
        buf_puts(text, changes.text + strlen("; "));
    json_decref(a);
    json_decref(b);
}

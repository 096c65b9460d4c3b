/* targets.yaml: the rows of its keys, and which of them go together.
 *
 * Why an entry of plain members stands between the rows and struct target: a bound can only be read
 * when the metric is known, since 1 ms is a good bound of a time and none of a rate, and keys come
 * in any order.  So the rows fill a struct entry, and read_target and read_claim judge the whole.
 *
 * Why at_most and at_least and not one word: a bound in the wrong direction would be met by every
 * bad result, and nobody would notice.
 *
 * Invariant: on a failure the vecs are cut back to what they held; arena memory is not. */
#include "config/targets.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "config/keys.h"
#include "model/resources/resources.h"

/* One item of `targets` or `claims`, as it stands in the file. */
struct entry {
    const char *benchmark;
    const struct metric *metric;
    const struct yaml_node *at_most, *at_least, *value;
    double faster_by; /* 0 when not given */
    const char *versus;
    const char *growth;
    const char *source;
};

/* The laws of model/scaling that a bound may name. */
static const char *const GROWTHS[] = {"O(1)",   "O(log n)", "O(n)", "O(n log n)",
                                      "O(n^2)", "O(n^3)",   NULL};

static const struct key TARGET_KEYS[] = {
    {.name = "benchmark",
     .kind = KEY_NAME,
     .offset = offsetof(struct entry, benchmark),
     .required = true,
     .doc = "id of a benchmark; `*` stands for any characters, `?` for one; then the part from `:` "
            "on may be left out"},
    {.name = "metric",
     .kind = KEY_METRIC,
     .offset = offsetof(struct entry, metric),
     .fallback = "time_ns",
     .doc = "what the bound is about"},
    {.name = "at_most",
     .kind = KEY_QUANTITY,
     .offset = offsetof(struct entry, at_most),
     .doc = "upper bound, for a metric of which less is better"},
    {.name = "at_least",
     .kind = KEY_QUANTITY,
     .offset = offsetof(struct entry, at_least),
     .doc = "lower bound, for a metric of which more is better"},
    {.name = "faster_by",
     .kind = KEY_FACTOR,
     .offset = offsetof(struct entry, faster_by),
     .low = "0.001",
     .high = "1000000",
     .doc = "factor by which the benchmark must beat the one that `versus` names"},
    {.name = "versus",
     .kind = KEY_NAME,
     .offset = offsetof(struct entry, versus),
     .doc = "id of the benchmark to beat, together with `faster_by`"},
    {.name = "growth",
     .kind = KEY_CHOICE,
     .offset = offsetof(struct entry, growth),
     .choices = GROWTHS,
     .doc = "the fastest growth of a sweep, whose id is that of its benchmarks without the "
            "parameter (docs/statistics.md)"},
    {.name = "source",
     .kind = KEY_TEXT,
     .offset = offsetof(struct entry, source),
     .fallback = "",
     .doc = "where the bound comes from"},
};

static const struct key CLAIM_KEYS[] = {
    {.name = "benchmark",
     .kind = KEY_NAME,
     .offset = offsetof(struct entry, benchmark),
     .required = true,
     .doc = "id of a benchmark; `*` stands for any characters, `?` for one; then the part from `:` "
            "on may be left out"},
    {.name = "metric",
     .kind = KEY_METRIC,
     .offset = offsetof(struct entry, metric),
     .fallback = "time_ns",
     .doc = "what the figure is about"},
    {.name = "value",
     .kind = KEY_QUANTITY,
     .offset = offsetof(struct entry, value),
     .required = true,
     .doc = "the figure"},
    {.name = "source",
     .kind = KEY_TEXT,
     .offset = offsetof(struct entry, source),
     .required = true,
     .doc = "who says so, and where"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const struct section TARGET_SECTION = {
    .title = "targets.yaml: an item of `targets`",
    .doc = "A bound that every result of the benchmark must keep: exactly one of `at_most`, "
           "`at_least`, `faster_by` and `growth`.",
    .keys = TARGET_KEYS,
    .count = COUNT(TARGET_KEYS),
};
static const struct section CLAIM_SECTION = {
    .title = "targets.yaml: an item of `claims`",
    .doc = "A figure that somebody states: shown beside the measured one, never taken for it.",
    .keys = CLAIM_KEYS,
    .count = COUNT(CLAIM_KEYS),
};

/* Reads a bound or figure in the metric's unit; 0 and less would be kept by nothing or anything.
 * Of a resource 0 is a good bound: no calls for memory, no growth. */
static assay_status read_amount(const struct key_reader *reader, const char *key,
                                const struct yaml_node *node, const struct metric *metric,
                                double *ret_amount)
{
    double amount = 0;
    if (quantity_parse(node->text, metric->unit, &amount) != ASSAY_OK)
        return keys_wrong_value(reader->error, key, quantity_wanted(metric->unit), node);
    if (!(amount > 0) && !(amount == 0 && resource_find(metric->name) != NULL))
        return keys_wrong_value(reader->error, key, "a value above 0", node);
    *ret_amount = amount;
    return ASSAY_OK;
}

/* Of a metric that benchmarks define: in the unit that they state, which is not known here. */
static assay_status read_own_amount(const struct key_reader *reader, const char *key,
                                    const struct yaml_node *node, double *ret_amount)
{
    if (quantity_parse(node->text, "", ret_amount) != ASSAY_OK)
        return keys_wrong_value(reader->error, key,
                                "a plain number, in the unit that the benchmark states", node);
    return ASSAY_OK;
}

/* The absolute bound of an entry that has exactly one. */
static assay_status read_limit(const struct key_reader *reader, const struct yaml_node *item,
                               const struct entry *entry, double *ret_limit)
{
    bool lower = entry->metric->direction == LOWER_IS_BETTER;
    const char *key = entry->at_most ? "at_most" : "at_least";
    const struct yaml_node *node = entry->at_most ? entry->at_most : entry->at_least;
    assert(node != NULL);
    if (entry->versus != NULL)
        return yaml_error(reader->error, item->place, "'versus' needs 'faster_by', not '%s'", key);
    if (resource_or_metric(entry->metric->name) == NULL)
        return read_own_amount(reader, key, node, ret_limit);
    if ((entry->at_most != NULL) != lower)
        return yaml_error(reader->error, node->key->place,
                          "'%s' does not fit '%s', of which %s is better: use '%s'", key,
                          entry->metric->name, lower ? "less" : "more",
                          lower ? "at_most" : "at_least");
    return read_amount(reader, key, node, entry->metric, ret_limit);
}

static assay_status check_versus(const struct key_reader *reader, const struct yaml_node *item,
                                 const struct entry *entry)
{
    if (entry->versus == NULL)
        return yaml_error(reader->error, item->place, "'faster_by' needs 'versus'");
    if (strpbrk(entry->versus, "*?") != NULL)
        return yaml_error(reader->error, item->place, "'versus' wants one id, not a pattern");
    if (strcmp(entry->versus, entry->benchmark) == 0)
        return yaml_error(reader->error, item->place, "'versus' names the benchmark itself");
    return ASSAY_OK;
}

/* The bound of a sweep is an exponent, which depends on its sizes. */
static assay_status check_growth(const struct key_reader *reader, const struct yaml_node *item,
                                 const struct entry *entry, double *ret_limit)
{
    *ret_limit = nan("");
    if (entry->versus != NULL)
        return yaml_error(reader->error, item->place, "'versus' needs 'faster_by', not 'growth'");
    return ASSAY_OK;
}

static assay_status out_of_memory(const struct key_reader *reader)
{
    return buf_error(reader->error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
}

static assay_status read_target(struct key_reader *reader, const struct yaml_node *item, void *into)
{
    const struct targets *all = into;
    struct entry entry = {0};
    TRY(keys_read(reader, &TARGET_SECTION, item, &entry));
    int bounds = (entry.at_most != NULL) + (entry.at_least != NULL) + (entry.faster_by > 0) +
                 (entry.growth != NULL);
    if (bounds != 1)
        return yaml_error(
            reader->error, item->place,
            "a target wants exactly one of 'at_most', 'at_least', 'faster_by' and 'growth'");
    double limit = entry.faster_by;
    if (limit > 0)
        TRY(check_versus(reader, item, &entry));
    else if (entry.growth != NULL)
        TRY(check_growth(reader, item, &entry, &limit));
    else
        TRY(read_limit(reader, item, &entry, &limit));
    struct target *target = vec_add(all->targets);
    if (target == NULL)
        return out_of_memory(reader);
    *target = (struct target){.benchmark = entry.benchmark,
                              .metric = entry.metric->name,
                              .limit = limit,
                              .direction = entry.at_least ? HIGHER_IS_BETTER : LOWER_IS_BETTER,
                              .versus = entry.versus,
                              .growth = entry.growth,
                              .source = entry.source};
    return ASSAY_OK;
}

static assay_status read_claim(struct key_reader *reader, const struct yaml_node *item, void *into)
{
    const struct targets *all = into;
    struct entry entry = {0};
    double value = 0;
    TRY(keys_read(reader, &CLAIM_SECTION, item, &entry));
    if (resource_or_metric(entry.metric->name) == NULL)
        TRY(read_own_amount(reader, "value", entry.value, &value));
    else
        TRY(read_amount(reader, "value", entry.value, entry.metric, &value));
    struct claim *claim = vec_add(all->claims);
    if (claim == NULL)
        return out_of_memory(reader);
    *claim = (struct claim){entry.benchmark, entry.metric->name, value, entry.source};
    return ASSAY_OK;
}

static const struct key FILE_KEYS[] = {
    {.name = "targets", .kind = KEY_ITEMS, .read_item = read_target, .doc = "bounds, see below"},
    {.name = "claims",
     .kind = KEY_ITEMS,
     .read_item = read_claim,
     .doc = "figures from elsewhere, see below"},
};
static const struct section FILE_SECTION = {
    .title = "targets.yaml",
    .doc = "Any number of such files; the key `targets` of `assay.yaml` names them.",
    .keys = FILE_KEYS,
    .count = COUNT(FILE_KEYS),
};

assay_status targets_parse(const struct yaml_source *source, const struct targets *into,
                           struct buf *error)
{
    struct targets all = *into;
    struct arena tree = {0};
    struct key_reader reader = {.arena = all.arena, .folder = ".", .error = error};
    size_t target_count = all.targets->count, claim_count = all.claims->count;
    const struct yaml_node *root;
    assay_status status = yaml_parse(source, &tree, &root, error);
    if (status == ASSAY_OK)
        status = keys_read(&reader, &FILE_SECTION, root, &all);
    if (status != ASSAY_OK) {
        all.targets->count = target_count;
        all.claims->count = claim_count;
    }
    arena_release(&tree);
    return status;
}

assay_status targets_load(const char *path, struct arena *arena, target_vec *targets,
                          claim_vec *claims, struct buf *error)
{
    BUF_AUTO text;
    buf_init(&text, YAML_BYTES_MAX + 65536);
    TRY(yaml_read_file(path, &text, error));
    const struct targets into = {arena, targets, claims};
    return targets_parse(&(struct yaml_source){text.text, text.length, path}, &into, error);
}

void targets_describe(struct buf *out)
{
    keys_describe(&FILE_SECTION, out);
    keys_describe(&TARGET_SECTION, out);
    keys_describe(&CLAIM_SECTION, out);
}

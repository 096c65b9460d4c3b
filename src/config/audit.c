/* Audit files: the rows of their keys, and which of them go together.
 *
 * Why percentages carry their sign: whether 80 means 80 % or a factor of 80 is not ours to guess.
 * Why a claim needs a source: one that nobody made cannot be refuted.
 *
 * Invariant: on a failure the vec is cut back to what it held; arena memory is not. */
#include "config/audit.h"

#include <string.h>

#include "config/keys.h"

/* One item of `claims` as it stands in the file; bounds that are not given are 0. */
struct entry {
    struct audit_claim claim;
    const char *metric;
    double bounds[AUDIT_BOUNDS];
};

/* What the rows of a file fill. */
struct reading {
    audit_claim_vec *claims;
    const char *name;
};

static const struct key SIDE_KEYS[] = {
    {.name = "benchmark",
     .kind = KEY_NAME,
     .offset = offsetof(struct audit_side, benchmark),
     .doc = "id of a benchmark, or a pattern with `*` and `?` that matches one id"},
    {.name = "module",
     .kind = KEY_PATH,
     .offset = offsetof(struct audit_side, module),
     .doc = "module that has it, from the file's folder; without it all suites are looked through"},
    {.name = "command",
     .kind = KEY_TEXT,
     .offset = offsetof(struct audit_side, command),
     .doc = "a command line instead, split into words without a shell"},
};
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const struct section SIDE_SECTION = {
    .title = "audit file: `before` and `after` of a claim",
    .doc = "Either `benchmark` or `command`; both sides of a claim are of one kind.",
    .keys = SIDE_KEYS,
    .count = COUNT(SIDE_KEYS),
};

static assay_status read_side(struct key_reader *reader, const struct yaml_node *node, void *into)
{
    struct audit_side *side = into;
    TRY(keys_read(reader, &SIDE_SECTION, node, side));
    if ((side->benchmark != NULL) == (side->command != NULL))
        return yaml_error(reader->error, node->place,
                          "'%s' wants exactly one of 'benchmark' and 'command'", node->key->text);
    if (side->command != NULL && side->module != NULL)
        return yaml_error(reader->error, node->place, "'module' goes with 'benchmark'");
    if (side->command != NULL && side->command[strspn(side->command, " ")] == '\0')
        return yaml_error(reader->error, node->place, "'command' is empty");
    return ASSAY_OK;
}

static const char *const METRIC_WORDS[] = {"time_ns",     "cpu_ns",      "rss_bytes_peak",
                                           "bytes_per_s", "items_per_s", NULL};
#define BOUND(bound) (offsetof(struct entry, bounds) + (bound) * sizeof(double))
static const struct key CLAIM_KEYS[] = {
    {.name = "claim",
     .kind = KEY_TEXT,
     .offset = offsetof(struct entry, claim.text),
     .required = true,
     .doc = "the claim in words"},
    {.name = "source",
     .kind = KEY_TEXT,
     .offset = offsetof(struct entry, claim.source),
     .required = true,
     .doc = "who says so, and where"},
    {.name = "before",
     .kind = KEY_MAP,
     .offset = offsetof(struct entry, claim.before),
     .required = true,
     .read_item = read_side,
     .doc = "what it was, see below"},
    {.name = "after",
     .kind = KEY_MAP,
     .offset = offsetof(struct entry, claim.after),
     .required = true,
     .read_item = read_side,
     .doc = "what it became, see below"},
    {.name = "metric",
     .kind = KEY_CHOICE,
     .offset = offsetof(struct entry, metric),
     .choices = METRIC_WORDS,
     .fallback = "time_ns",
     .doc = "what the claim is about; cpu_ns is measured of commands, the rates of benchmarks"},
    {.name = "at_least",
     .kind = KEY_SHARE,
     .offset = BOUND(AUDIT_AT_LEAST),
     .low = "0.01 %",
     .high = "1000000 %",
     .doc = "better by at least so much: 80 % less time, 80 % more items per second"},
    {.name = "factor",
     .kind = KEY_FACTOR,
     .offset = BOUND(AUDIT_FACTOR),
     .low = "1.0001",
     .high = "1000000",
     .doc = "better by at least this factor: a fifth of the time is 5"},
    {.name = "at_most",
     .kind = KEY_SHARE,
     .offset = BOUND(AUDIT_AT_MOST),
     .low = "0.01 %",
     .high = "1000000 %",
     .doc = "worse by at most so much: what something costs"},
    {.name = "same",
     .kind = KEY_SHARE,
     .offset = BOUND(AUDIT_SAME),
     .low = "0.01 %",
     .high = "100 %",
     .doc = "neither better nor worse by more than this"},
};
static const struct section CLAIM_SECTION = {
    .title = "audit file: an item of `claims`",
    .doc = "A claim that `after` differs from `before` by a stated amount: exactly one of "
           "`at_least`, `factor`, `at_most` and `same`.",
    .keys = CLAIM_KEYS,
    .count = COUNT(CLAIM_KEYS),
};

/* The one bound that the entry has. */
static assay_status choose_bound(const struct key_reader *reader, const struct yaml_node *item,
                                 struct entry *entry)
{
    int count = 0;
    for (int i = 0; i < AUDIT_BOUNDS; i++)
        if (entry->bounds[i] > 0) {
            entry->claim.bound = (enum audit_bound)i;
            entry->claim.value = entry->bounds[i];
            count++;
        }
    if (count != 1)
        return yaml_error(
            reader->error, item->place,
            "a claim wants exactly one of 'at_least', 'factor', 'at_most' and 'same'");
    bool lower = entry->claim.metric->direction == LOWER_IS_BETTER;
    enum audit_bound bound = entry->claim.bound;
    if ((lower ? bound == AUDIT_AT_LEAST : bound == AUDIT_AT_MOST) && entry->claim.value >= 1)
        return yaml_error(reader->error, item->place,
                          "'%s' of '%s' wants less than 100 %%: nothing is cut by more than all "
                          "of it%s",
                          audit_bound_name(bound), entry->claim.metric->name,
                          lower ? "; 'factor: 5' is five times as good" : "");
    return ASSAY_OK;
}

static assay_status check_sides(const struct key_reader *reader, const struct yaml_node *item,
                                const struct audit_claim *claim)
{
    const struct audit_side *before = &claim->before, *after = &claim->after;
    bool commands = before->command != NULL;
    if (commands != (after->command != NULL))
        return yaml_error(reader->error, item->place,
                          "'before' and 'after' want both a benchmark or both a command");
    if ((claim->metric->subjects & (commands ? AUDIT_OF_COMMANDS : AUDIT_OF_BENCHMARKS)) == 0)
        return yaml_error(reader->error, item->place, "'%s' is not measured of %s",
                          claim->metric->name, commands ? "commands" : "benchmarks");
    bool same = commands ? strcmp(before->command, after->command) == 0
                         : strcmp(before->benchmark, after->benchmark) == 0 &&
                               before->module == NULL && after->module == NULL;
    if (same && claim->bound != AUDIT_SAME)
        return yaml_error(reader->error, item->place, "'before' and 'after' are the same");
    return ASSAY_OK;
}

static assay_status read_claim(struct key_reader *reader, const struct yaml_node *item, void *into)
{
    const struct reading *reading = into;
    struct entry entry = {0};
    TRY(keys_read(reader, &CLAIM_SECTION, item, &entry));
    entry.claim.metric = audit_metric_find(entry.metric);
    TRY(choose_bound(reader, item, &entry));
    TRY(check_sides(reader, item, &entry.claim));
    if (*entry.claim.text == '\0' || *entry.claim.source == '\0')
        return yaml_error(reader->error, item->place, "'%s' is empty",
                          *entry.claim.text == '\0' ? "claim" : "source");
    struct audit_claim *claim = vec_add(reading->claims);
    if (claim == NULL)
        return buf_error(reader->error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
    *claim = entry.claim;
    return ASSAY_OK;
}

static const struct key FILE_KEYS[] = {
    {.name = "audit",
     .kind = KEY_NAME,
     .offset = offsetof(struct reading, name),
     .required = true,
     .doc = "what the audit is called"},
    {.name = "claims",
     .kind = KEY_ITEMS,
     .required = true,
     .read_item = read_claim,
     .doc = "what is claimed, see below"},
};
static const struct section FILE_SECTION = {
    .title = "audit file",
    .doc = "What `assay audit` measures: `audit.yaml` beside a suite, the files of a folder "
           "`audits`, or those that the key `audits` of `assay.yaml` names.",
    .keys = FILE_KEYS,
    .count = COUNT(FILE_KEYS),
};

/* What stands before the last '/' of the path. */
static const char *folder_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_copy_n(arena, path, (size_t)(slash - path));
}

static assay_status read_file(const struct yaml_source *source, struct arena *tree,
                              struct key_reader *reader, struct reading *reading)
{
    const struct yaml_node *root;
    size_t before = reading->claims->count;
    if (reader->folder == NULL)
        return buf_error(reader->error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
    TRY(yaml_parse(source, tree, &root, reader->error));
    TRY(keys_read(reader, &FILE_SECTION, root, reading));
    if (reading->claims->count == before)
        return yaml_error(reader->error, root->place, "'claims' has no claim");
    return ASSAY_OK;
}

assay_status audit_parse(const struct yaml_source *source, struct arena *arena,
                         audit_claim_vec *claims, const char **ret_name, struct buf *error)
{
    struct arena tree = {0};
    struct key_reader reader = {
        .arena = arena, .folder = folder_of(source->name, arena), .error = error};
    struct reading reading = {.claims = claims};
    size_t before = claims->count;
    assay_status status = read_file(source, &tree, &reader, &reading);
    if (status == ASSAY_OK)
        *ret_name = reading.name;
    else
        claims->count = before;
    arena_release(&tree);
    return status;
}

void audit_describe(struct buf *out)
{
    keys_describe(&FILE_SECTION, out);
    keys_describe(&CLAIM_SECTION, out);
    keys_describe(&SIDE_SECTION, out);
}

/* Suite `vector`, what a memory does beside searching: put and get by id, patterns by themselves
 * and by a part, groups of near duplicates, tiers.
 *
 * Each row is checked before it is timed: what is got must be what was put, bit by bit; a cue must
 * find the pattern that it was made of; groups must hold every pattern once; tiers must answer as
 * often from each tier as their counters say. */
#define ASSAY_SUITE "vector"
#include <assay.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "../random/random.h"
#include "data.h"
#include "patterns.h"
#include "store.h"
#include "tiers.h"
#include "vector.h"

#define DIM 128u
#define KNOWN_PART 4u /* every fourth number of a cue is not known */

static void expect_ok(struct assay_bench *b, enum vector_status status)
{
    assay_expect(b, status == VECTOR_OK, "%s", vector_status_text(status));
}

/* ---- put and get ---- */

struct shelf {
    struct data data;
    size_t dim, next;
    bool is_put;
    sqlite3 *db;
    struct vector_store *store;
    float *rows; /* of the place in memory */
    float *got;
};

static enum vector_status put(struct shelf *shelf, size_t row)
{
    const float *from = shelf->data.rows.rows + row * shelf->dim;
    if (shelf->store != NULL)
        return vector_store_put(shelf->store, row, from, shelf->dim);
    memcpy(shelf->rows + row * shelf->dim, from, shelf->dim * sizeof *from);
    return VECTOR_OK;
}

static enum vector_status get(struct shelf *shelf, size_t row)
{
    if (shelf->store != NULL)
        return vector_store_get(shelf->store, row, shelf->got, shelf->dim);
    memcpy(shelf->got, shelf->rows + row * shelf->dim, shelf->dim * sizeof *shelf->got);
    return VECTOR_OK;
}

/* One transaction, as a program has it that stores many. */
static void fill_shelf(struct assay_bench *b, struct shelf *shelf)
{
    if (shelf->db != NULL)
        sqlite3_exec(shelf->db, "begin", NULL, NULL, NULL);
    enum vector_status status = VECTOR_OK;
    for (size_t row = 0; row < shelf->data.rows.count && status == VECTOR_OK; row++)
        status = put(shelf, row);
    expect_ok(b, status);
}

static void prepare_shelf(struct assay_bench *b)
{
    struct shelf *shelf = assay_alloc(b, sizeof *shelf);
    const size_t count = (size_t)assay_param(b, "n");
    b->state = shelf;
    shelf->dim = (size_t)assay_param(b, "d");
    shelf->data = data_of(b, "clustered", count, shelf->dim);
    if (shelf->data.truth == NULL)
        return;
    shelf->is_put = strcmp(assay_param_text(b, "op"), "put") == 0;
    shelf->got = assay_alloc(b, shelf->dim * sizeof *shelf->got);
    if (strcmp(assay_param_text(b, "in"), "sqlite") == 0) {
        assay_expect(b, sqlite3_open(":memory:", &shelf->db) == SQLITE_OK, "no database");
        expect_ok(b, vector_store_open(shelf->db, &shelf->store));
    } else {
        shelf->rows = assay_alloc(b, count * shelf->dim * sizeof *shelf->rows);
    }
    fill_shelf(b, shelf);
    b->bytes = (double)(shelf->dim * sizeof(float));
}

static void check_shelf(struct assay_bench *b)
{
    struct shelf *shelf = b->state;
    for (size_t row = 0; row < shelf->data.rows.count; row++) {
        expect_ok(b, get(shelf, row));
        assay_expect(b,
                     memcmp(shelf->got, shelf->data.rows.rows + row * shelf->dim,
                            shelf->dim * sizeof *shelf->got) == 0,
                     "vector %zu came back changed", row);
    }
}

static void drop_shelf(struct assay_bench *b)
{
    struct shelf *shelf = b->state;
    if (shelf != NULL) {
        vector_store_close(shelf->store);
        sqlite3_close(shelf->db);
    }
}

/* Rows in an order that no cache foresees: a step that has no factor in common with any count. */
static enum vector_status touch(struct shelf *shelf)
{
    shelf->next = (shelf->next + 7919) % shelf->data.rows.count;
    return shelf->is_put ? put(shelf, shelf->next) : get(shelf, shelf->next);
}

#define SHELF_BENCH(id, ...)                                                                       \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_shelf, .check = check_shelf,                     \
                .teardown = drop_shelf)                                                            \
    {                                                                                              \
        struct shelf *shelf = b->state;                                                            \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(touch(shelf));                                                              \
        }                                                                                          \
    }

SHELF_BENCH(store, .description = "one vector put or got by its id, of n",
            .sweep = "op=put,get in=memory,sqlite n=100,1000,10000 d=64,128,256,512,1536")
SHELF_BENCH(store_large, .description = "the same of 100 000",
            .sweep = "op=put,get in=memory,sqlite n=100000 d=64,128,256,512,1536", .tags = "slow")

/* ---- patterns ---- */

struct shapes {
    struct data data;
    struct patterns *patterns;
    float *cues; /* QUERIES of them, with noise; every KNOWN_PART-th number is wrong */
    uint8_t known[DIM];
    size_t next;
    bool is_exact;
};

static void prepare_shapes(struct assay_bench *b)
{
    struct shapes *shapes = assay_alloc(b, sizeof *shapes);
    b->state = shapes;
    shapes->data = data_of(b, "clustered", (size_t)assay_param(b, "n"), DIM);
    if (shapes->data.truth == NULL)
        return;
    enum vector_status status = patterns_new(DIM, &shapes->patterns);
    for (size_t r = 0; r < shapes->data.rows.count && status == VECTOR_OK; r++)
        status = patterns_add(shapes->patterns, r, shapes->data.rows.rows + r * DIM);
    expect_ok(b, status);
    shapes->cues = assay_alloc(b, QUERIES * DIM * sizeof *shapes->cues);
    for (size_t i = 0; i < QUERIES * DIM; i++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): what has a truth has rows */
        const size_t row = i / DIM * 7919 % shapes->data.rows.count;
        const float noise = (float)assay_random_unit(b) * 0.02f - 0.01f;
        shapes->known[i % DIM] = i % KNOWN_PART != 0;
        shapes->cues[i] =
            shapes->known[i % DIM] ? shapes->data.rows.rows[row * DIM + i % DIM] + noise : 9;
    }
}

static void prepare_pattern(struct assay_bench *b)
{
    prepare_shapes(b);
    ((struct shapes *)b->state)->is_exact = strcmp(assay_param_text(b, "by"), "itself") == 0;
}

static uint64_t look_up(struct shapes *shapes, size_t q)
{
    const size_t row = q * 7919 % shapes->data.rows.count;
    uint64_t id = UINT64_MAX;
    if (shapes->is_exact) {
        patterns_exact(shapes->patterns, shapes->data.rows.rows + row * DIM, &id);
        return id;
    }
    struct pattern_hit hit = {UINT64_MAX, 0};
    size_t found;
    const struct pattern_cue cue = {shapes->cues + q * DIM, shapes->known};
    patterns_match(shapes->patterns, &cue, 1, &hit, &found);
    return hit.id;
}

static void check_pattern(struct assay_bench *b)
{
    struct shapes *shapes = b->state;
    size_t hits = 0;
    for (size_t q = 0; q < QUERIES; q++)
        hits += look_up(shapes, q) == q * 7919 % shapes->data.rows.count;
    assay_expect(b, hits == QUERIES, "%zu of %u patterns were found again", hits, QUERIES);
}

static void drop_shapes(struct assay_bench *b)
{
    struct shapes *shapes = b->state;
    if (shapes != NULL)
        patterns_free(shapes->patterns);
}

ASSAY_BENCH(pattern, .description = "a pattern found by itself, or by three quarters, with noise",
            .sweep = "n=100,1000,10000 by=itself,part", .setup = prepare_pattern,
            .check = check_pattern, .teardown = drop_shapes)
{
    struct shapes *shapes = b->state;
    ASSAY_LOOP(b)
    {
        shapes->next = (shapes->next + 1) % QUERIES;
        assay_keep(look_up(shapes, shapes->next));
    }
}

static void check_groups(struct assay_bench *b)
{
    const struct shapes *shapes = b->state;
    expect_ok(b, patterns_consolidate(shapes->patterns, 0.8f));
    size_t members = 0, found = 0;
    for (size_t group = 0; group < patterns_groups(shapes->patterns); group++) {
        expect_ok(b, patterns_members(shapes->patterns, group, NULL, 0, &found));
        members += found;
    }
    assay_expect(b, members == shapes->data.rows.count, "%zu patterns are in groups", members);
    assay_metric(b, "groups", "", ASSAY_LOWER_IS_BETTER, (double)patterns_groups(shapes->patterns));
}

ASSAY_BENCH(consolidate, .description = "patterns put into groups whose cosines are 0.8 and more",
            .sweep = "n=100,1000,10000", .setup = prepare_shapes, .check = check_groups,
            .teardown = drop_shapes)
{
    const struct shapes *shapes = b->state;
    b->items = (double)shapes->data.rows.count;
    ASSAY_LOOP(b)
    {
        assay_keep(patterns_consolidate(shapes->patterns, 0.8f));
    }
}

/* ---- tiers ---- */

struct stack {
    struct data data;
    sqlite3 *db;
    struct vector_store *store;
    struct tiers *tiers;
    uint64_t random;
    float got[DIM];
};

/* Squares of uniform numbers: the first tenth of the ids gets a third of the gets. */
static enum vector_status get_some(struct stack *stack, enum tier *ret_tier)
{
    const double unit = (double)(random_bits(&stack->random) >> 11) * 0x1p-53;
    const uint64_t id = (uint64_t)(unit * unit * (double)stack->data.rows.count);
    return tiers_get(stack->tiers, id, stack->got, ret_tier);
}

static void prepare_stack(struct assay_bench *b)
{
    struct stack *stack = assay_alloc(b, sizeof *stack);
    const size_t count = (size_t)assay_param(b, "n"), hot = (size_t)assay_param(b, "hot");
    b->state = stack;
    stack->data = data_of(b, "clustered", count, DIM);
    if (stack->data.truth == NULL)
        return;
    assay_expect(b, sqlite3_open(":memory:", &stack->db) == SQLITE_OK, "no database");
    enum vector_status status = vector_store_open(stack->db, &stack->store);
    const struct tiers_options options = {DIM, count * hot / 100, 2 * count * hot / 100,
                                          vector_store_cold(stack->store)};
    if (status == VECTOR_OK)
        status = tiers_new(&options, &stack->tiers);
    sqlite3_exec(stack->db, "begin", NULL, NULL, NULL);
    for (size_t r = 0; r < count && status == VECTOR_OK; r++)
        status = tiers_put(stack->tiers, r, stack->data.rows.rows + r * DIM);
    expect_ok(b, status);
    b->bytes = DIM * sizeof(float);
}

static void check_stack(struct assay_bench *b)
{
    struct stack *stack = b->state;
    size_t seen[TIER_COUNT] = {0}, hits[TIER_COUNT], held[TIER_COLD];
    const size_t gets = 4 * stack->data.rows.count;
    for (size_t i = 0; i < gets && stack->tiers != NULL; i++) {
        enum tier tier = TIER_COLD;
        expect_ok(b, get_some(stack, &tier));
        seen[tier]++;
    }
    tiers_counts(stack->tiers, hits, held);
    assay_expect(b, memcmp(seen, hits, sizeof hits) == 0, "counters differ from what was seen");
    assay_metric(b, "hot_gets", "", ASSAY_HIGHER_IS_BETTER, (double)hits[TIER_HOT] / (double)gets);
    assay_metric(b, "cold_gets", "", ASSAY_LOWER_IS_BETTER, (double)hits[TIER_COLD] / (double)gets);
}

static void drop_stack(struct assay_bench *b)
{
    struct stack *stack = b->state;
    if (stack != NULL) {
        tiers_free(stack->tiers);
        vector_store_close(stack->store);
        sqlite3_close(stack->db);
    }
}

ASSAY_BENCH(tiers, .description = "a vector got from tiers; hot: per cent of all that fit there",
            .sweep = "n=1000,10000 hot=1,10,30", .setup = prepare_stack, .check = check_stack,
            .teardown = drop_stack)
{
    struct stack *stack = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(get_some(stack, NULL));
    }
}

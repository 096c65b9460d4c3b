/* components/vector/memory: patterns against definitions in doubles, groups against a plain loop,
 * tiers against a simulation that only counts, a store whose database was tampered with, files by
 * hand. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "files.h"
#include "id_map.h"
#include "patterns.h"
#include "store.h"
#include "tiers.h"

#define DIM 19u
#define COUNT 400u

static float rows[COUNT * DIM];

/* splitmix64, Vigna's public-domain reference. */
static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static float random_number(uint64_t *state)
{
    return (float)((double)(random_bits(state) >> 11) * 0x1p-52 - 1);
}

/* Every fifth row begins a family; the others are near to the one before, or to an older one. */
static void make_rows(void)
{
    uint64_t seed = 4;
    for (size_t r = 0; r < COUNT; r++) {
        const float *near = rows + (r < 5 || r % 5 == 0 ? 0 : random_bits(&seed) % r) * DIM;
        for (size_t k = 0; k < DIM; k++) {
            const float noise = random_number(&seed);
            rows[r * DIM + k] = r % 5 == 0 || r < 5 ? noise : near[k] + 0.1f * noise;
        }
    }
}

static double cosine(const float *a, const float *b, const uint8_t *known)
{
    double product = 0, own = 0, other = 0;
    for (size_t k = 0; k < DIM; k++) {
        if (known == NULL || known[k] != 0) {
            product += (double)a[k] * (double)b[k];
            own += (double)a[k] * (double)a[k];
            other += (double)b[k] * (double)b[k];
        }
    }
    return product / sqrt(own * other);
}

static struct patterns *patterns_of(size_t count)
{
    struct patterns *patterns = NULL;
    make_rows();
    CHECK(patterns_new(DIM, &patterns) == VECTOR_OK);
    for (size_t r = 0; r < count; r++) {
        CHECK(patterns_add(patterns, 7 * r + 1, rows + r * DIM) == VECTOR_OK);
    }
    return patterns;
}

/* ---- the map ---- */

TEST(a_map_is_a_table_of_its_last_puts)
{
    static uint32_t want[512];
    struct id_map map = {0};
    uint64_t seed = 1;
    size_t count = 0;
    memset(want, 0xFF, sizeof want);
    CHECK(id_map_get(&map, 3) == ID_MAP_NONE);
    for (uint32_t turn = 0; turn < 20000; turn++) {
        const uint64_t key = random_bits(&seed) % 512;
        if (random_bits(&seed) % 3 == 0) {
            id_map_remove(&map, key);
            want[key] = ID_MAP_NONE;
        } else {
            CHECK(id_map_reserve(&map));
            id_map_put(&map, key, turn);
            want[key] = turn;
        }
    }
    for (uint64_t key = 0; key < 512; key++) {
        CHECK_EQ(id_map_get(&map, key), want[key]);
        count += want[key] != ID_MAP_NONE;
    }
    CHECK_EQ(map.count, count);
    id_map_release(&map);
}

/* ---- patterns ---- */

TEST(a_pattern_is_found_by_itself)
{
    struct patterns *patterns = patterns_of(COUNT);
    float other[DIM];
    uint64_t id = 0;
    for (size_t r = 0; r < COUNT; r++) {
        CHECK(patterns_exact(patterns, rows + r * DIM, &id) == VECTOR_OK);
        CHECK_EQ(id, 7 * r + 1);
    }
    memcpy(other, rows, sizeof other);
    CHECK(patterns_add(patterns, 9000000, other) == VECTOR_OK);
    CHECK(patterns_exact(patterns, other, &id) == VECTOR_OK);
    CHECK_EQ(id, 1);
    other[3] = nextafterf(other[3], 9);
    CHECK(patterns_exact(patterns, other, &id) == VECTOR_ERR_ABSENT);
    CHECK(memcmp(patterns_get(patterns, 8), rows + DIM, DIM * sizeof *rows) == 0);
    CHECK(patterns_get(patterns, 2) == NULL);
    patterns_free(patterns);
}

TEST(zero_and_minus_zero_are_the_same)
{
    const float plus[DIM] = {0, 1}, minus[DIM] = {-0.0F, 1};
    struct patterns *patterns = NULL;
    uint64_t id = 0;
    CHECK(patterns_new(DIM, &patterns) == VECTOR_OK);
    CHECK(patterns_add(patterns, 5, plus) == VECTOR_OK);
    CHECK(patterns_exact(patterns, minus, &id) == VECTOR_OK);
    CHECK_EQ(id, 5);
    patterns_free(patterns);
}

static void check_match(struct patterns *patterns, const struct pattern_cue *cue)
{
    struct pattern_hit hits[8];
    size_t found = 0;
    CHECK(patterns_match(patterns, cue, 8, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 8);
    for (size_t i = 0; i < found; i++) {
        const float *row = patterns_get(patterns, hits[i].id);
        const double own = cosine(cue->numbers, row, cue->known);
        size_t better = 0;
        CHECK(fabs(own - (double)hits[i].score) < 1e-6);
        for (size_t r = 0; r < COUNT; r++) {
            better += cosine(cue->numbers, rows + r * DIM, cue->known) > own + 1e-6;
        }
        CHECK(better <= i);
    }
}

TEST(a_cue_finds_what_is_most_like_its_known_part)
{
    struct patterns *patterns = patterns_of(COUNT);
    for (size_t r = 0; r < COUNT; r += 9) {
        uint8_t known[DIM] = {0};
        float cue[DIM];
        uint64_t seed = r;
        for (size_t k = 0; k < DIM; k++) {
            known[k] = k == r % DIM || random_bits(&seed) % 2 == 0;
            cue[k] = known[k] ? rows[r * DIM + k] : NAN; /* not looked at */
        }
        check_match(patterns, &(struct pattern_cue){cue, known});
        check_match(patterns, &(struct pattern_cue){rows + r * DIM, NULL});
    }
    patterns_free(patterns);
}

TEST(patterns_without_a_meaning_are_refused)
{
    struct patterns *patterns = NULL;
    struct pattern_hit hits[2];
    uint64_t id;
    size_t found = 3;
    float numbers[DIM] = {0};
    const uint8_t nothing[DIM] = {0};
    CHECK(patterns_new(0, &patterns) == VECTOR_ERR_ARGUMENT);
    CHECK(patterns_new(VECTOR_DIM_MAX + 1, &patterns) == VECTOR_ERR_LIMIT);
    patterns = patterns_of(0);
    const struct pattern_cue cue = {rows, NULL}, unknown = {rows, nothing};
    CHECK(patterns_match(patterns, &cue, 2, hits, &found) == VECTOR_EMPTY);
    CHECK_EQ(found, 0);
    CHECK(patterns_add(patterns, 1, numbers) == VECTOR_ERR_ZERO);
    numbers[0] = INFINITY;
    CHECK(patterns_add(patterns, 1, numbers) == VECTOR_ERR_NOT_FINITE);
    CHECK(patterns_exact(patterns, rows, &id) == VECTOR_ERR_ABSENT);
    CHECK(patterns_add(patterns, 1, rows) == VECTOR_OK);
    CHECK(patterns_add(patterns, 1, rows + DIM) == VECTOR_ERR_EXISTS);
    CHECK(patterns_add(patterns, 2, NULL) == VECTOR_ERR_ARGUMENT);
    CHECK(patterns_match(patterns, &unknown, 2, hits, &found) == VECTOR_ERR_ZERO);
    CHECK(patterns_match(patterns, &cue, 0, hits, &found) == VECTOR_ERR_ARGUMENT);
    CHECK(patterns_match(patterns, &cue, 2, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 1);
    CHECK(patterns_consolidate(patterns, 0) == VECTOR_ERR_ARGUMENT);
    CHECK(patterns_consolidate(patterns, NAN) == VECTOR_ERR_ARGUMENT);
    CHECK(patterns_recall(patterns, rows, 2, hits, &found) == VECTOR_EMPTY);
    CHECK_EQ(patterns_count(patterns), 1);
    patterns_free(patterns);
    patterns_free(NULL);
}

/* ---- consolidation ---- */

/* The definition, read aloud: the group of each row. */
static size_t group_all(double least, size_t groups[COUNT])
{
    size_t leaders[COUNT], count = 0;
    for (size_t r = 0; r < COUNT; r++) {
        double best = -2;
        for (size_t g = 0; g < count; g++) {
            const double own = cosine(rows + r * DIM, rows + leaders[g] * DIM, NULL);
            if (own > best) {
                best = own;
                groups[r] = g;
            }
        }
        if (best < least) {
            groups[r] = count;
            leaders[count++] = r;
        }
    }
    return count;
}

TEST(consolidation_groups_as_a_plain_loop_does_and_loses_nothing)
{
    struct patterns *patterns = patterns_of(COUNT);
    for (int step = 5; step <= 9; step += 2) {
        const double least = step / 10.0 + 0.0123;
        size_t want[COUNT], group = 0, members = 0;
        const size_t count = group_all(least, want);
        CHECK(patterns_consolidate(patterns, (float)least) == VECTOR_OK);
        CHECK_EQ(patterns_groups(patterns), count);
        CHECK(count > 10 && count < COUNT - 10);
        for (size_t r = 0; r < COUNT; r++) {
            CHECK(patterns_group(patterns, 7 * r + 1, &group) == VECTOR_OK);
            CHECK_EQ(group, want[r]);
        }
        for (size_t g = 0; g < count; g++) {
            uint64_t ids[COUNT];
            size_t found = 0;
            CHECK(patterns_members(patterns, g, ids, COUNT, &found) == VECTOR_OK);
            for (size_t i = 0; i < found; i++) {
                const size_t row = ids[i] / 7;
                CHECK_EQ(want[row], g);
                CHECK(patterns_get(patterns, ids[i]) != NULL);
            }
            members += found;
        }
        CHECK_EQ(members, COUNT);
    }
    patterns_free(patterns);
}

TEST(a_prototype_is_the_mean_of_its_members)
{
    const float numbers[] = {3, 0, 0, 10, 1, 0, 0, 0, 5};
    struct patterns *patterns = NULL;
    struct pattern_hit hits[3];
    size_t found, group;
    const float query[3] = {1, 0, 0};
    CHECK(patterns_new(3, &patterns) == VECTOR_OK);
    for (uint64_t id = 0; id < 3; id++) {
        CHECK(patterns_add(patterns, id, numbers + 3 * id) == VECTOR_OK);
    }
    CHECK(patterns_consolidate(patterns, 0.9f) == VECTOR_OK);
    CHECK_EQ(patterns_groups(patterns), 2);
    CHECK(patterns_recall(patterns, query, 3, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 2);
    CHECK_EQ(hits[0].id, 0);
    /* The mean of directions at 0 and atan(1/10): half of that angle off. */
    CHECK_NEAR((double)hits[0].score, cos(atan(0.1) / 2), 1e-6);
    CHECK(patterns_add(patterns, 3, query) == VECTOR_OK);
    CHECK(patterns_group(patterns, 3, &group) == VECTOR_ERR_ABSENT);
    CHECK(patterns_members(patterns, 2, NULL, 0, &found) == VECTOR_ERR_ABSENT);
    patterns_free(patterns);
}

/* ---- tiers ---- */

#define IDS 60u

/* A cold tier in memory. */
struct shelf {
    float numbers[IDS][DIM];
    bool held[IDS], is_broken;
};

static enum vector_status shelf_put(void *context, uint64_t id, const float *vector, size_t dim)
{
    struct shelf *shelf = context;
    if (shelf->is_broken) {
        return VECTOR_ERR_STORE;
    }
    memcpy(shelf->numbers[id], vector, dim * sizeof *vector);
    shelf->held[id] = true;
    return VECTOR_OK;
}

static enum vector_status shelf_get(void *context, uint64_t id, float *ret_vector, size_t dim)
{
    const struct shelf *shelf = context;
    if (shelf->is_broken || id >= IDS || !shelf->held[id]) {
        return shelf->is_broken ? VECTOR_ERR_STORE : VECTOR_ERR_ABSENT;
    }
    memcpy(ret_vector, shelf->numbers[id], dim * sizeof *ret_vector);
    return VECTOR_OK;
}

/* The rules of tiers.h over ages alone: of each id its tier, when it was last used, and whether it
 * was got while warm. */
struct simulation {
    enum tier tier[IDS];
    size_t age[IDS], clock, room[TIER_COLD];
    bool was_got[IDS];
};

static void simulate_move(struct simulation *s, size_t id, enum tier tier)
{
    size_t held = 0, oldest = IDS;
    s->tier[id] = TIER_COLD; /* out of where it is, so that it is not what leaves */
    for (size_t i = 0; i < IDS; i++) {
        if (s->tier[i] == tier) {
            held++;
            oldest = oldest == IDS || s->age[i] < s->age[oldest] ? i : oldest;
        }
    }
    if (held == s->room[tier]) {
        s->tier[oldest] = TIER_COLD;
        if (tier == TIER_HOT) {
            simulate_move(s, oldest, TIER_WARM);
        }
    }
    s->tier[id] = tier;
    s->age[id] = ++s->clock;
    s->was_got[id] = false;
}

static enum tier simulate_get(struct simulation *s, size_t id)
{
    const enum tier tier = s->tier[id];
    if (tier == TIER_COLD) {
        simulate_move(s, id, TIER_WARM);
    } else if (tier == TIER_WARM && s->was_got[id]) {
        simulate_move(s, id, TIER_HOT);
    } else {
        s->age[id] = ++s->clock;
        s->was_got[id] = tier == TIER_WARM;
    }
    return tier;
}

static void check_vector(enum tier tier, bool is_exact, const float *got, const float *want)
{
    float largest = 0;
    for (size_t k = 0; k < DIM; k++) {
        largest = fmaxf(largest, fabsf(want[k]));
    }
    for (size_t k = 0; k < DIM; k++) {
        CHECK(fabsf(got[k] - want[k]) <= (tier == TIER_WARM && !is_exact ? largest / 253 : 0));
    }
}

TEST(tiers_move_as_a_simulation_says)
{
    static struct shelf shelf;
    static struct simulation s;
    const struct tiers_options options = {DIM, 5, 9, {&shelf, shelf_put, shelf_get}};
    struct tiers *tiers = NULL;
    uint64_t seed = 3;
    size_t hits[TIER_COUNT] = {0}, got_hits[TIER_COUNT], held[TIER_COLD];
    make_rows();
    CHECK(tiers_new(&options, &tiers) == VECTOR_OK);
    s = (struct simulation){.room = {5, 9}};
    for (size_t id = 0; id < IDS; id++) {
        s.tier[id] = TIER_COLD;
    }
    for (size_t turn = 0; turn < 6000; turn++) {
        /* Small numbers are much more frequent than great ones. */
        const size_t id = random_bits(&seed) % (1 + random_bits(&seed) % IDS);
        if (turn < IDS || random_bits(&seed) % 16 == 0) {
            const size_t put = turn < IDS ? turn : id;
            CHECK(tiers_put(tiers, put, rows + (put * 5 + turn % 5) * DIM) == VECTOR_OK);
            simulate_move(&s, put, TIER_HOT);
            continue;
        }
        float got[DIM];
        enum tier tier = TIER_COUNT;
        const bool is_exact = s.tier[id] == TIER_WARM && s.was_got[id];
        const enum tier want = simulate_get(&s, id);
        CHECK(tiers_get(tiers, id, got, &tier) == VECTOR_OK);
        CHECK_EQ(tier, want);
        check_vector(tier, is_exact, got, shelf.numbers[id]);
        hits[tier]++;
    }
    tiers_counts(tiers, got_hits, held);
    CHECK(memcmp(hits, got_hits, sizeof hits) == 0);
    CHECK(hits[TIER_HOT] > 500 && hits[TIER_WARM] > 500 && hits[TIER_COLD] > 500);
    CHECK_EQ(held[TIER_HOT], 5);
    CHECK_EQ(held[TIER_WARM], 9);
    tiers_free(tiers);
}

TEST(tiers_pass_on_what_the_cold_one_says)
{
    static struct shelf shelf;
    const struct tiers_cold cold = {&shelf, shelf_put, shelf_get};
    struct tiers_options options = {DIM, 1, 1, cold};
    struct tiers *tiers = NULL;
    float row[DIM] = {1};
    CHECK(tiers_new(&(struct tiers_options){DIM, 0, 1, cold}, &tiers) == VECTOR_ERR_ARGUMENT);
    options.cold.get = NULL;
    CHECK(tiers_new(&options, &tiers) == VECTOR_ERR_ARGUMENT);
    options.cold = cold;
    CHECK(tiers_new(&options, &tiers) == VECTOR_OK);
    CHECK(tiers_get(tiers, 3, row, NULL) == VECTOR_ERR_ABSENT);
    CHECK(tiers_put(tiers, 3, row) == VECTOR_OK);
    shelf.is_broken = true;
    CHECK(tiers_put(tiers, 4, row) == VECTOR_ERR_STORE);
    CHECK(tiers_get(tiers, 3, row, NULL) == VECTOR_OK);
    CHECK(tiers_get(tiers, 4, row, NULL) == VECTOR_ERR_STORE);
    row[1] = NAN;
    CHECK(tiers_put(tiers, 3, row) == VECTOR_ERR_NOT_FINITE);
    tiers_free(tiers);
    tiers_free(NULL);
}

/* ---- the store ---- */

static sqlite3 *open_database(void)
{
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(":memory:", &db) == SQLITE_OK);
    return db;
}

static void execute(sqlite3 *db, const char *sql)
{
    CHECK(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

TEST(a_store_gives_back_the_same_bits)
{
    struct vector_store *store = NULL;
    sqlite3 *db = open_database();
    float got[DIM];
    make_rows();
    CHECK(vector_store_open(NULL, &store) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_store_open(db, &store) == VECTOR_OK);
    for (uint64_t id = 0; id < COUNT; id++) {
        CHECK(vector_store_put(store, id * UINT64_C(0x8000000000000001), rows + id * DIM, DIM) ==
              VECTOR_OK);
    }
    for (uint64_t id = 0; id < COUNT; id++) {
        CHECK(vector_store_get(store, id * UINT64_C(0x8000000000000001), got, DIM) == VECTOR_OK);
        CHECK(memcmp(got, rows + id * DIM, sizeof got) == 0);
    }
    CHECK(vector_store_put(store, 0, rows + DIM, DIM) == VECTOR_OK);
    CHECK(vector_store_get(store, 0, got, DIM) == VECTOR_OK);
    CHECK(memcmp(got, rows + DIM, sizeof got) == 0);
    CHECK(vector_store_get(store, 77777, got, DIM) == VECTOR_ERR_ABSENT);
    CHECK(vector_store_get(store, 0, got, DIM - 1) == VECTOR_ERR_CORRUPT);
    execute(db, "update vectors set numbers = x'0000c07f' || substr(numbers, 5) where id = 0");
    CHECK(vector_store_get(store, 0, got, DIM) == VECTOR_ERR_CORRUPT);
    execute(db, "update vectors set numbers = null where id = 0");
    CHECK(vector_store_get(store, 0, got, DIM) == VECTOR_ERR_CORRUPT);
    got[0] = NAN;
    CHECK(vector_store_put(store, 1, got, DIM) == VECTOR_ERR_NOT_FINITE);
    vector_store_close(store);
    vector_store_close(NULL);
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

static struct graph *small_graph(size_t count)
{
    struct graph *graph = NULL;
    make_rows();
    CHECK(graph_new(&(struct graph_options){.dim = DIM, .metric = VECTOR_L2}, &graph) == VECTOR_OK);
    for (size_t i = 0; i < count; i++) {
        CHECK(graph_insert(graph, i, rows + i * DIM) == VECTOR_OK);
    }
    return graph;
}

TEST(a_graph_comes_back_from_a_database_or_is_called_corrupt)
{
    static const char *const DAMAGES[] = {
        "update graphs set bytes = substr(bytes, 1, 100) || x'5A' || substr(bytes, 102)",
        "update graphs set bytes = substr(bytes, 1, length(bytes) - 8)",
        "update graphs set part = 1",
        "update graphs set bytes = 'text'",
        "insert into graphs values('one', 1, x'00')",
    };
    sqlite3 *db = open_database();
    struct vector_store *store = NULL;
    struct graph *graph = small_graph(200), *loaded = NULL;
    float got[DIM];
    CHECK(vector_store_open(db, &store) == VECTOR_OK);
    CHECK(vector_store_load(store, "one", &loaded) == VECTOR_ERR_ABSENT);
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        CHECK(vector_store_save(store, "one", graph) == VECTOR_OK);
        CHECK(vector_store_load(store, "one", &loaded) == VECTOR_OK);
        CHECK_EQ(graph_count(loaded), 200);
        CHECK(graph_get(loaded, 150, got) == VECTOR_OK);
        CHECK(memcmp(got, rows + 150 * DIM, sizeof got) == 0);
        graph_free(loaded);
        loaded = NULL;
        execute(db, DAMAGES[i]);
        CHECK(vector_store_load(store, "one", &loaded) == VECTOR_ERR_CORRUPT);
        CHECK(loaded == NULL);
    }
    vector_store_close(store);
    graph_free(graph);
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* A trigger stands in for a full disk. */
TEST(a_graph_that_cannot_be_written_leaves_the_one_before)
{
    sqlite3 *db = open_database();
    struct vector_store *store = NULL;
    struct graph *first = small_graph(20), *second = small_graph(40), *loaded = NULL;
    CHECK(vector_store_open(db, &store) == VECTOR_OK);
    CHECK(vector_store_save(store, "one", first) == VECTOR_OK);
    execute(db, "create trigger full before insert on graphs begin select raise(abort, 'no'); end");
    CHECK(vector_store_save(store, "one", second) == VECTOR_ERR_STORE);
    CHECK(vector_store_load(store, "one", &loaded) == VECTOR_OK);
    CHECK_EQ(graph_count(loaded), 20);
    CHECK(sqlite3_get_autocommit(db) != 0);
    graph_free(loaded);
    graph_free(first);
    graph_free(second);
    vector_store_close(store);
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

TEST(a_store_is_a_cold_tier)
{
    sqlite3 *db = open_database();
    struct vector_store *store = NULL;
    struct tiers *tiers = NULL;
    float got[DIM];
    enum tier tier;
    make_rows();
    CHECK(vector_store_open(db, &store) == VECTOR_OK);
    const struct tiers_options options = {DIM, 2, 2, vector_store_cold(store)};
    CHECK(tiers_new(&options, &tiers) == VECTOR_OK);
    for (uint64_t id = 0; id < 10; id++) {
        CHECK(tiers_put(tiers, id, rows + id * DIM) == VECTOR_OK);
    }
    CHECK(tiers_get(tiers, 1, got, &tier) == VECTOR_OK);
    CHECK_EQ(tier, TIER_COLD);
    CHECK(memcmp(got, rows + DIM, sizeof got) == 0);
    CHECK(tiers_get(tiers, 9, got, &tier) == VECTOR_OK);
    CHECK_EQ(tier, TIER_HOT);
    tiers_free(tiers);
    vector_store_close(store);
    CHECK(sqlite3_close(db) == SQLITE_OK);
}

/* ---- files ---- */

static enum vector_status read_words(const char *text, size_t most, struct vector_file *ret_file)
{
    return vector_file_read(text, strlen(text), VECTOR_WORDS, most, ret_file);
}

TEST(lines_of_words_are_rows)
{
    struct vector_file file = {0};
    CHECK(read_words("the 0.5 -1e-2\t3\r\n\n, .25 7. +1\n\"x\" 1 2 3", 0, &file) == VECTOR_OK);
    CHECK_EQ(file.count, 3);
    CHECK_EQ(file.dim, 3);
    const float want[] = {0.5f, -0.01f, 3, 0.25f, 7, 1, 1, 2, 3};
    CHECK(memcmp(file.rows, want, sizeof want) == 0);
    free(file.rows);
    CHECK(read_words("400000 2\na 1 2\nb 3 4\nc 5 6\n", 2, &file) == VECTOR_OK);
    CHECK_EQ(file.count, 2);
    CHECK_EQ(file.dim, 2);
    CHECK_EQ((double)file.rows[3], 4);
    free(file.rows);
}

TEST(lines_that_are_no_rows_are_refused)
{
    struct vector_file file = {0};
    char long_token[200];
    memset(long_token, '1', sizeof long_token);
    memcpy(long_token, "a 1 ", 4);
    long_token[sizeof long_token - 1] = '\0';
    CHECK(read_words("", 0, &file) == VECTOR_EMPTY);
    CHECK(read_words("\n \n", 0, &file) == VECTOR_EMPTY);
    CHECK(read_words("3 2\n", 0, &file) == VECTOR_EMPTY);
    CHECK(read_words("a 1 2\nb 3\n", 0, &file) == VECTOR_ERR_CORRUPT);
    CHECK(read_words("a 1 2\nb\n", 0, &file) == VECTOR_ERR_CORRUPT);
    CHECK(read_words("a 1 two\n", 0, &file) == VECTOR_ERR_CORRUPT);
    CHECK(read_words(long_token, 0, &file) == VECTOR_ERR_CORRUPT);
    CHECK(read_words("a 1 nan\n", 0, &file) == VECTOR_ERR_NOT_FINITE);
    CHECK(read_words("a 1 1e99\n", 0, &file) == VECTOR_ERR_NOT_FINITE);
    CHECK(vector_file_read(NULL, 3, VECTOR_WORDS, 0, &file) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_file_read("", 0, (enum vector_format)7, 0, &file) == VECTOR_ERR_ARGUMENT);
    CHECK(file.rows == NULL);
}

struct fvec {
    int32_t dim;
    float numbers[2];
};

TEST(fvecs_are_rows_of_one_dim)
{
    struct fvec rows_of_two[3] = {{2, {1, 2}}, {2, {3, 4}}, {2, {5, 6}}};
    struct vector_file file = {0};
    CHECK(vector_file_read(rows_of_two, sizeof rows_of_two, VECTOR_FVECS, 0, &file) == VECTOR_OK);
    CHECK_EQ(file.count, 3);
    CHECK_EQ(file.dim, 2);
    CHECK_EQ((double)file.rows[5], 6);
    free(file.rows);
    file.rows = NULL;
    for (size_t cut = 1; cut < sizeof *rows_of_two; cut++) {
        CHECK(vector_file_read(rows_of_two, sizeof rows_of_two - cut, VECTOR_FVECS, 0, &file) ==
              VECTOR_ERR_CORRUPT);
    }
    rows_of_two[1].dim = 1;
    CHECK(vector_file_read(rows_of_two, sizeof rows_of_two, VECTOR_FVECS, 0, &file) ==
          VECTOR_ERR_CORRUPT);
    rows_of_two[1].dim = -2;
    CHECK(vector_file_read(rows_of_two, sizeof rows_of_two, VECTOR_FVECS, 0, &file) ==
          VECTOR_ERR_CORRUPT);
    rows_of_two[1].dim = 2;
    rows_of_two[2].numbers[1] = INFINITY;
    CHECK(vector_file_read(rows_of_two, sizeof rows_of_two, VECTOR_FVECS, 0, &file) ==
          VECTOR_ERR_NOT_FINITE);
    CHECK(file.rows == NULL);
}

TEST_MAIN

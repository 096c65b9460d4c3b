/* lib/bench.c and lib/fixture.c in this process: random numbers, memory, parameters, slots,
 * fixtures.
 *
 * The first outputs of splitmix64 for seed 1234567 are those of the reference implementation
 * (Vigna, prng.di.unimi.it/splitmix64.c) as published with Rosetta Code's task "Pseudo-random
 * numbers/ Splitmix64"; xoshiro256++ is worked from its four lines of definition below. */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "harness.h"

static const uint64_t SPLITMIX64_OF_1234567[] = {6457827717110365317u, 3203168211198807973u,
                                                 9817491932198370423u, 4593380528125082431u};

static struct open_bench bench;
static struct team team;
static uint64_t drawn[3][8];
static unsigned slot_number, setups, checks, teardowns, builds;

static void open_definition(const struct assay_definition *definition, const char *params,
                            uint64_t seed, const char *folder)
{
    const struct bench_request request = {definition, params, seed, folder, &team, false, false};
    CHECK_EQ(bench_open(&bench, &request), ASSAY_OK);
}

static void draw_in_slot(struct assay_bench *b)
{
    for (size_t i = 0; i < 8; i++)
        drawn[slot_number][i] = assay_random(b);
    slot_number++;
    ASSAY_LOOP(b) assay_keep(b);
}

static const struct assay_definition DRAWS = {.name = "draws", .body = draw_in_slot, .file = "f"};

static bool run_slot(uint64_t iterations)
{
    struct slot_time time;
    return bench_slot(&bench, iterations, &time);
}

static uint64_t rotated(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* From the state s: rotl(s0 + s3, 23) + s0 (Blackman & Vigna, ACM TOMS 47(4), 2021, figure 4). */
TEST(random_numbers_are_those_of_xoshiro256_with_a_state_from_splitmix64)
{
    const uint64_t *s = SPLITMIX64_OF_1234567;
    open_definition(&DRAWS, "", 1234567, "");
    CHECK(run_slot(1));
    CHECK(drawn[0][0] == rotated(s[0] + s[3], 23) + s[0]);
    uint64_t s3 = s[3] ^ s[1], s0 = s[0] ^ s3;
    CHECK(drawn[0][1] == rotated(s0 + rotated(s3, 45), 23) + s0);
    bench_close(&bench);
}

/* The first outputs from the state {1, 2, 3, 4}, made with the authors' xoshiro256plusplus.c;
 * published as the reference test of rand_xoshiro (github.com/rust-random/rngs). */
TEST(the_published_vector_of_xoshiro256_comes_out)
{
    static const uint64_t want[] = {41943041u,
                                    58720359u,
                                    3588806011781223u,
                                    3591011842654386u,
                                    9228616714210784205u,
                                    9973669472204895162u,
                                    14011001112246962877u,
                                    12406186145184390807u};
    open_definition(&DRAWS, "", 1, "");
    for (size_t i = 0; i < 4; i++)
        bench.random[i] = i + 1;
    for (size_t i = 0; i < 8; i++)
        CHECK(assay_random(&bench.bench) == want[i]);
    bench_close(&bench);
}

TEST(each_slot_draws_the_same_numbers_and_another_seed_others)
{
    open_definition(&DRAWS, "", 7, "");
    CHECK(run_slot(1) && run_slot(5));
    bench_close(&bench);
    open_definition(&DRAWS, "", 8, "");
    CHECK(run_slot(1));
    bench_close(&bench);
    CHECK(memcmp(drawn[0], drawn[1], sizeof drawn[0]) == 0);
    for (size_t i = 0; i < 8; i++)
        CHECK(drawn[0][i] != drawn[2][i]);
}

TEST(random_helpers_stay_in_their_ranges)
{
    size_t hits[10] = {0};
    double sum = 0;
    open_definition(&DRAWS, "", 1, "");
    for (int i = 0; i < 10000; i++) {
        uint64_t below = assay_random_below(&bench.bench, 10);
        double unit = assay_random_unit(&bench.bench);
        CHECK(below < 10 && unit >= 0 && unit < 1);
        hits[below]++;
        sum += unit;
    }
    for (int i = 0; i < 10; i++) /* 1000 with a standard deviation of 30 */
        CHECK(hits[i] > 850 && hits[i] < 1150);
    CHECK_NEAR(sum / 10000, 0.5, 0.03); /* standard deviation of the mean: 0.0029 */
    CHECK_EQ(assay_random_below(&bench.bench, 1), 0);
    bench_close(&bench);
}

static unsigned char *allocated[3][4];

static void allocate(struct assay_bench *b)
{
    static const size_t bytes[] = {1, 64, 100000, 0};
    for (size_t i = 0; i < 4; i++) {
        unsigned char *memory = assay_alloc(b, bytes[i]);
        CHECK(memory != NULL && (uintptr_t)memory % 64 == 0);
        for (size_t k = 0; k < bytes[i]; k++)
            CHECK(memory[k] == 0);
        memset(memory, 0xff, bytes[i]);
        allocated[slot_number][i] = memory;
    }
    slot_number++;
    ASSAY_LOOP(b) assay_keep(b);
}

TEST(memory_is_aligned_zeroed_and_the_same_in_each_slot)
{
    static const struct assay_definition definition = {.name = "a", .body = allocate, .file = "f"};
    open_definition(&definition, "", 1, "");
    CHECK(run_slot(1) && run_slot(1) && run_slot(1));
    CHECK(memcmp(allocated[0], allocated[1], sizeof allocated[0]) == 0);
    CHECK(memcmp(allocated[0], allocated[2], sizeof allocated[0]) == 0);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(allocated[0][i] != allocated[0][k]);
    bench_close(&bench);
}

static void allocate_in_setup(struct assay_bench *b)
{
    char *text = assay_alloc(b, 1000);
    memcpy(text, "of setup", 9);
    b->state = text;
}

static void read_state(struct assay_bench *b)
{
    CHECK(assay_alloc(b, 1000) != b->state);
    CHECK_STR((const char *)b->state, "of setup");
    ASSAY_LOOP(b) assay_keep(b);
}

static void read_state_last(struct assay_bench *b)
{
    CHECK_STR((const char *)b->state, "of setup");
    CHECK(assay_alloc(b, 1000) != b->state);
    teardowns++;
}

TEST(memory_of_setup_lives_until_teardown)
{
    static const struct assay_definition definition = {.name = "a",
                                                       .body = read_state,
                                                       .file = "f",
                                                       .setup = allocate_in_setup,
                                                       .teardown = read_state_last};
    open_definition(&definition, "", 1, "");
    CHECK(run_slot(1) && run_slot(1));
    bench_close(&bench);
    CHECK_EQ(teardowns, 1);
}

TEST(random_bytes_come_from_the_sequence)
{
    unsigned char copy[100];
    open_definition(&DRAWS, "", 3, "");
    memcpy(copy, assay_random_bytes(&bench.bench, 100), 100);
    CHECK(run_slot(1)); /* which starts the sequence anew */
    for (size_t i = 0; i < 8; i++)
        CHECK_EQ(copy[i], drawn[0][i] >> 56);
    bench_close(&bench);
}

TEST(parameters_are_found_by_their_whole_name)
{
    open_definition(&DRAWS, "kind=dp,n=100,nn=-7,x=", 1, "");
    CHECK_STR(assay_param_text(&bench.bench, "kind"), "dp");
    CHECK_EQ(assay_param(&bench.bench, "n"), 100);
    CHECK_EQ(assay_param(&bench.bench, "nn"), -7);
    CHECK_STR(assay_param_text(&bench.bench, "x"), "");
    CHECK_EQ(bench.outcome, OUTCOME_OK);
    CHECK_STR(assay_param_text(&bench.bench, "kin"), "");
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    CHECK_STR(bench.reason.text, "no parameter 'kin' in the sweep of 'draws'");
    CHECK(!run_slot(1));
    bench_close(&bench);
}

TEST(without_parameters_none_is_found)
{
    open_definition(&DRAWS, "", 1, "");
    CHECK_EQ(assay_param(&bench.bench, "n"), 0);
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    bench_close(&bench);
}

static void count_setup(struct assay_bench *b)
{
    setups++;
    b->items = 5;
}

static void fail_setup(struct assay_bench *b)
{
    setups++;
    assay_fail(b, "no luck");
    assay_skip(b, "nor here");
}

static void count_check(struct assay_bench *b)
{
    (void)b;
    CHECK_EQ(slot_number, 0);
    checks++;
}

static void count_teardown(struct assay_bench *b)
{
    (void)b;
    teardowns++;
}

static void count_slot(struct assay_bench *b)
{
    slot_number++;
    ASSAY_LOOP(b) drawn[0][0]++;
}

TEST(setup_and_check_run_once_and_teardown_last)
{
    static const struct assay_definition definition = {.name = "a",
                                                       .body = count_slot,
                                                       .file = "f",
                                                       .setup = count_setup,
                                                       .check = count_check,
                                                       .teardown = count_teardown,
                                                       .bytes = 3,
                                                       .items = 4};
    open_definition(&definition, "", 1, "");
    CHECK(setups == 1 && checks == 1 && teardowns == 0);
    CHECK(bench.bench.bytes == 3 && bench.bench.items == 5);
    CHECK(run_slot(10) && run_slot(0) && run_slot(1000));
    CHECK_EQ(drawn[0][0], 1010); /* the loop ran as often as asked */
    CHECK(setups == 1 && checks == 1 && teardowns == 0);
    bench_teardown(&bench);
    CHECK_EQ(teardowns, 1);
    bench_close(&bench);
    CHECK_EQ(teardowns, 1);
}

TEST(a_check_that_passed_in_another_process_is_left_out)
{
    static const struct assay_definition definition = {
        .name = "a", .body = count_slot, .file = "f", .setup = count_setup, .check = count_check};
    const struct bench_request request = {&definition, "", 1, "", &team, false, true};
    CHECK_EQ(bench_open(&bench, &request), ASSAY_OK);
    CHECK(setups == 1 && checks == 0);
    CHECK(run_slot(1));
    bench_close(&bench);
}

TEST(after_a_failed_setup_only_teardown_runs)
{
    static const struct assay_definition definition = {.name = "a",
                                                       .body = count_slot,
                                                       .file = "f",
                                                       .setup = fail_setup,
                                                       .check = count_check,
                                                       .teardown = count_teardown};
    open_definition(&definition, "", 1, "");
    CHECK(setups == 1 && checks == 0);
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    CHECK_STR(bench.reason.text, "no luck");
    CHECK(!run_slot(1));
    CHECK_EQ(slot_number, 0);
    bench_close(&bench);
    CHECK_EQ(teardowns, 1);
}

TEST(a_slot_tells_the_time_of_the_loop_and_of_the_body)
{
    static const struct assay_definition definition = {
        .name = "a", .body = count_slot, .file = "f"};
    struct slot_time time = {.loop_ns = -1, .body_ns = -1};
    open_definition(&definition, "", 1, "");
    CHECK(bench_slot(&bench, 1000000, &time));
    CHECK(time.loop_ns > 0 && time.body_ns >= time.loop_ns);
    bench_close(&bench);
}

static void build(struct assay_bench *b)
{
    builds++;
    uint64_t first = assay_random(b);
    assay_fixture_put(b, &first, sizeof first);
    assay_fixture_put(b, "the end", 8);
}

struct built {
    uint64_t first;
    char text[8];
};

/* Opens the fixture in a bench of its own; true when it was there or could be built. */
static bool read_fixture(const char *folder, const char *suite, uint64_t seed, struct built *ret)
{
    const struct assay_definition definition = {
        .name = "a", .body = count_slot, .suite = suite, .file = "dir/file.c"};
    size_t bytes = 0;
    open_definition(&definition, "", seed, folder);
    for (unsigned i = 0; i <= builds; i++)
        assay_random(&bench.bench); /* what was drawn before must not matter */
    const void *data = assay_fixture(&bench.bench, "key", build, &bytes);
    CHECK(data != NULL && (uintptr_t)data % 64 == 0);
    bool good = bench.outcome == OUTCOME_OK;
    if (good) {
        CHECK_EQ(bytes, 16);
        memcpy(ret, data, sizeof *ret);
        CHECK_STR(ret->text, "the end");
    } else {
        CHECK_EQ(bytes, 0);
        CHECK(memcmp(data, "\0\0\0\0\0\0\0", 8) == 0);
    }
    bench_close(&bench);
    return good;
}

/* The path of the only file in the folder. */
static const char *only_file(const char *folder)
{
    static char path[512];
    size_t count = 0;
    DIR *entries = opendir(folder);
    CHECK(entries != NULL);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            count++;
        }
    closedir(entries);
    CHECK_EQ(count, 1);
    return path;
}

TEST(a_fixture_is_built_once_for_all_launches)
{
    char folder[128];
    struct built one, two;
    snprintf(folder, sizeof folder, "%s/of/any/depth", test_folder());
    CHECK(read_fixture(folder, "s", 1, &one));
    CHECK(read_fixture(folder, "s", 1, &two));
    CHECK_EQ(builds, 1);
    CHECK(one.first == two.first);
    only_file(folder); /* and no part of one is left */
}

/* Both sides of a pair: at another address data would lie otherwise in the caches. */
TEST(two_open_benchmarks_read_the_same_pages_of_a_fixture_until_the_last_closes)
{
    static struct open_bench twin;
    const struct assay_definition definition = {.name = "a", .body = count_slot, .file = "f"};
    const struct bench_request request = {&definition, "", 1, test_folder(), &team, false, false};
    open_definition(&definition, "", 1, test_folder());
    CHECK_EQ(bench_open(&twin, &request), ASSAY_OK);
    const struct built *one = assay_fixture(&bench.bench, "key", build, NULL);
    struct built before = *one;
    CHECK(assay_fixture(&twin.bench, "key", build, NULL) == one);
    CHECK(assay_fixture(&twin.bench, "other", build, NULL) != one);
    bench_close(&bench);
    CHECK_EQ(memcmp(one, &before, sizeof before), 0); /* still mapped */
    bench_close(&twin);
}

static void *first_block;
static void take_block(struct assay_bench *b)
{
    first_block = assay_alloc(b, 4096);
    ASSAY_LOOP(b) assay_keep(b);
}

TEST(two_open_benchmarks_get_the_same_memory_in_their_slots)
{
    static struct open_bench twin;
    struct slot_time time;
    const struct assay_definition definition = {.name = "a", .body = take_block, .file = "f"};
    const struct bench_request request = {&definition, "", 1, "", &team, false, false};
    open_definition(&definition, "", 1, "");
    CHECK_EQ(bench_open(&twin, &request), ASSAY_OK);
    CHECK(run_slot(1));
    const void *one = first_block;
    CHECK(bench_slot(&twin, 1, &time));
    CHECK(first_block == one);
    bench_close(&bench);
    bench_close(&twin);
}

TEST(another_seed_or_suite_is_another_fixture)
{
    struct built one, other;
    CHECK(read_fixture(test_folder(), "s", 1, &one));
    CHECK(read_fixture(test_folder(), "s", 2, &other));
    CHECK_EQ(builds, 2);
    CHECK(one.first != other.first);
    CHECK(read_fixture(test_folder(), "t", 1, &other));
    CHECK_EQ(builds, 3);
    CHECK(read_fixture(test_folder(), NULL, 1, &other));
    CHECK_EQ(builds, 4);
    CHECK(read_fixture(test_folder(), NULL, 1, &other));
    CHECK_EQ(builds, 4);
}

static size_t fixture_with(const char *suite, const char *key)
{
    const struct assay_definition definition = {
        .name = "a", .body = count_slot, .suite = suite, .file = "f"};
    size_t bytes = 0, before = builds;
    open_definition(&definition, "", 1, test_folder());
    assay_fixture(&bench.bench, key, build, &bytes);
    CHECK_EQ(bench.outcome, OUTCOME_OK);
    bench_close(&bench);
    return builds - before;
}

TEST(suite_and_key_are_not_run_together)
{
    CHECK_EQ(fixture_with("a", "bc"), 1);
    CHECK_EQ(fixture_with("ab", "c"), 1);
    CHECK_EQ(fixture_with("abc", ""), 1);
    CHECK_EQ(fixture_with("", "abc"), 1);
    CHECK_EQ(fixture_with("ab", "c"), 0);
}

TEST(a_damaged_fixture_is_built_again)
{
    struct built one, two;
    CHECK(read_fixture(test_folder(), "s", 1, &one));
    static const long offsets[] = {0, 8, 16, 64, 79}; /* magic, length, checksum, data, last byte */
    for (size_t i = 0; i < 5; i++) {
        FILE *file = fopen(only_file(test_folder()), "r+b");
        CHECK(file != NULL && fseek(file, offsets[i], SEEK_SET) == 0);
        int byte = fgetc(file);
        CHECK(fseek(file, offsets[i], SEEK_SET) == 0 && fputc(byte ^ 0x10, file) != EOF);
        CHECK(fclose(file) == 0);
        CHECK(read_fixture(test_folder(), "s", 1, &two));
        CHECK_EQ(builds, 2 + i);
        CHECK(one.first == two.first);
    }
}

TEST(a_fixture_that_was_cut_off_is_built_again)
{
    struct built one, two;
    CHECK(read_fixture(test_folder(), "s", 1, &one));
    static const off_t lengths[] = {0, 1, 63, 64, 72, 79};
    for (size_t i = 0; i < 6; i++) {
        CHECK_EQ(truncate(only_file(test_folder()), lengths[i]), 0);
        CHECK(read_fixture(test_folder(), "s", 1, &two));
        CHECK_EQ(builds, 2 + i);
        CHECK(one.first == two.first);
    }
    CHECK_EQ(truncate(only_file(test_folder()), 96), 0); /* longer is damaged, too */
    CHECK(read_fixture(test_folder(), "s", 1, &two));
    CHECK_EQ(builds, 8);
}

TEST(a_folder_that_cannot_be_written_is_a_failure_with_its_reason)
{
    struct built one;
    char folder[128];
    snprintf(folder, sizeof folder, "%s/locked", test_folder());
    CHECK_EQ(mkdir(folder, 0555), 0);
    CHECK_EQ(chmod(test_folder(), 0755), 0);
    bool is_root = geteuid() == 0;
    CHECK(!is_root || seteuid(65534) == 0); /* nothing is locked for root */
    const struct assay_definition definition = {.name = "a", .body = count_slot, .file = "f"};
    open_definition(&definition, "", 1, folder);
    assay_fixture(&bench.bench, "key", build, NULL);
    CHECK(!is_root || seteuid(0) == 0);
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(bench.reason.text, "fixture: cannot create '");
    CHECK_CONTAINS(bench.reason.text, "Permission denied");
    bench_close(&bench);
    CHECK(!read_fixture("/proc/no/such/folder", "s", 1, &one));
    CHECK_EQ(builds, 0);
}

static void build_and_fail(struct assay_bench *b)
{
    build(b);
    assay_fail(b, "the source is missing");
}

TEST(a_builder_that_fails_leaves_no_file_and_its_own_reason)
{
    open_definition(&DRAWS, "", 1, test_folder());
    assay_fixture(&bench.bench, "key", build_and_fail, NULL);
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    CHECK_STR(bench.reason.text, "the source is missing");
    bench_close(&bench);
    CHECK_EQ(rmdir(test_folder()), 0); /* empty */
}

static void build_nested(struct assay_bench *b)
{
    assay_fixture(b, "inner", build, NULL);
    build(b);
}

TEST(a_fixture_inside_of_a_builder_is_refused)
{
    open_definition(&DRAWS, "", 1, test_folder());
    assay_fixture(&bench.bench, "outer", build_nested, NULL);
    CHECK_STR(bench.reason.text, "assay_fixture inside of a fixture's builder");
    bench_close(&bench);
}

TEST(fixture_data_outside_of_a_builder_is_refused)
{
    open_definition(&DRAWS, "", 1, test_folder());
    assay_fixture_put(&bench.bench, "x", 1);
    CHECK_STR(bench.reason.text, "assay_fixture_put outside of a fixture's builder");
    bench_close(&bench);
}

static void build_nothing(struct assay_bench *b)
{
    (void)b;
    builds++;
}

TEST(a_fixture_may_be_empty)
{
    size_t bytes = 7;
    for (int i = 0; i < 2; i++) {
        open_definition(&DRAWS, "", 1, test_folder());
        CHECK(assay_fixture(&bench.bench, "key", build_nothing, &bytes) != NULL);
        CHECK_EQ(bench.outcome, OUTCOME_OK);
        CHECK_EQ(bytes, 0);
        bench_close(&bench);
    }
    CHECK_EQ(builds, 1);
}

static void read_in_slot(struct assay_bench *b)
{
    const struct built *built = assay_fixture(b, "key", build, NULL);
    CHECK_STR(built->text, "the end");
    if (slot_number++ == 0)
        drawn[0][0] = assay_random(b);
    else
        CHECK(drawn[0][0] == assay_random(b)); /* building it did not move the sequence */
    ASSAY_LOOP(b) assay_keep(built);
}

TEST(a_fixture_read_in_each_slot_is_mapped_once)
{
    static const struct assay_definition definition = {
        .name = "a", .body = read_in_slot, .file = "f"};
    open_definition(&definition, "", 1, test_folder());
    for (int i = 0; i < 100; i++)
        CHECK(run_slot(1));
    CHECK_EQ(bench.fixtures.count, 1);
    CHECK_EQ(builds, 1);
    bench_close(&bench);
}

static void build_large(struct assay_bench *b)
{
    unsigned char chunk[4096];
    for (int i = 0; i < 1000; i++) {
        memset(chunk, i, sizeof chunk);
        assay_fixture_put(b, chunk, sizeof chunk - 1);
    }
}

TEST(a_large_fixture_of_odd_length_comes_back_whole)
{
    size_t bytes = 0;
    open_definition(&DRAWS, "", 1, test_folder());
    const unsigned char *data = assay_fixture(&bench.bench, "large", build_large, &bytes);
    CHECK_EQ(bench.outcome, OUTCOME_OK);
    CHECK_EQ(bytes, 4095000);
    for (size_t i = 0; i < bytes; i++)
        CHECK(data[i] == (i / 4095) % 256);
    bench_close(&bench);
}

TEST_MAIN

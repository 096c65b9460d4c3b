/* assay.yaml and targets.yaml: what they mean, and what is said about each mistake, with its place.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"
#include "config/targets.h"
#include "harness.h"

/* ---- helpers ---- */

static struct yaml_source source_of(const char *text)
{
    return (struct yaml_source){text, strlen(text), "assay.yaml"};
}

static struct config config_of(const char *text)
{
    struct config config;
    struct buf error;
    buf_init(&error, 1000);
    const struct yaml_source source = source_of(text);
    if (config_parse(&source, &config, &error) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "refused: %s", error.text);
    CHECK_STR(error.text, "");
    buf_release(&error);
    return config;
}

/* The text must be refused with exactly this message, and nothing may be written. */
static void refused(const char *text, size_t length, const char *message)
{
    struct config config;
    unsigned char before[sizeof config], after[sizeof config];
    memset(before, 0x5a, sizeof before);
    memcpy(&config, before, sizeof config);
    BUF_AUTO error;
    buf_init(&error, 1000);
    const struct yaml_source source = {text, length, "assay.yaml"};
    CHECK_EQ(config_parse(&source, &config, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, message);
    memcpy(after, &config, sizeof config);
    CHECK(memcmp(before, after, sizeof config) == 0);
    CHECK_EQ(config_parse(&source, &config, NULL), ASSAY_ERR_PARSE);
}
#define REFUSED(text, message) refused(text, strlen(text), message)

struct bounds {
    struct arena arena;
    target_vec targets;
    claim_vec claims;
};

static void release_bounds(struct bounds *bounds)
{
    vec_release(&bounds->targets);
    vec_release(&bounds->claims);
    arena_release(&bounds->arena);
}

static void read_bounds(const char *text, struct bounds *bounds)
{
    BUF_AUTO error;
    buf_init(&error, 1000);
    const struct targets into = {&bounds->arena, &bounds->targets, &bounds->claims};
    const struct yaml_source source = {text, strlen(text), "targets.yaml"};
    if (targets_parse(&source, &into, &error) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "refused: %s", error.text);
}

/* Refused after a good target and claim: what was there before must still be, and nothing else. */
static void bounds_refused(const char *item, const char *message)
{
    struct bounds bounds = {.arena = {0}};
    BUF_AUTO error, text;
    buf_init(&error, 1000);
    buf_init(&text, 10000);
    read_bounds("targets: [{benchmark: a/b, at_most: 1 ms}]\n"
                "claims: [{benchmark: a/b, value: 1 ms, source: s}]\n",
                &bounds);
    buf_printf(&text,
               "claims: [{benchmark: a/b, value: 1 s, source: s}]\n"
               "targets:\n"
               "  - {benchmark: c/d, at_most: 1 ms}\n"
               "%s",
               item);
    const struct targets into = {&bounds.arena, &bounds.targets, &bounds.claims};
    const struct yaml_source source = {text.text, text.length, "t.yaml"};
    CHECK_EQ(targets_parse(&source, &into, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, message);
    CHECK_EQ(bounds.targets.count, 1);
    CHECK_EQ(bounds.claims.count, 1);
    CHECK_EQ(targets_parse(&source, &into, NULL), ASSAY_ERR_PARSE);
    release_bounds(&bounds);
}

static const char *in_folder(const char *name)
{
    static char paths[4][200];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    return path;
}

static const char *write_file(const char *name, const char *text, size_t length)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(fwrite(text, 1, length, file) == length);
    CHECK(fclose(file) == 0);
    return path;
}

/* ---- assay.yaml: what it means ---- */

TEST(an_empty_file_means_all_defaults)
{
    static const char *const texts[] = {
        "",     "\n\n", "# nothing\n",  "---\n",
        "{}\n", "~\n",  "\xef\xbb\xbf", "\xef\xbb\xbf# with a byte order mark\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct config config = config_of(texts[i]);
        CHECK_STR(config.path, "assay.yaml");
        CHECK_STR(config.store, ".assay/history.db");
        CHECK_STR(config.results, "benchmark-results");
        CHECK_EQ(config.suites.count, 0);
        CHECK_EQ(config.targets.count, 0);
        CHECK_EQ(config.set, 0);
        config_release(&config);
    }
}

TEST(every_key_reaches_its_member_in_base_units)
{
    struct config config = config_of("suites: [build/suites, /opt/suites, \"with blank\"]\n"
                                     "targets:\n"
                                     "  - a/targets.yaml\n"
                                     "  - b/targets.yaml\n"
                                     "store: history.db\n"
                                     "results: out\n"
                                     "profile: standard\n"
                                     "launches: 12\n"
                                     "warmup: 50 ms\n"
                                     "measure: 1.5 s\n"
                                     "samples: 200\n"
                                     "time_limit: 2 min\n"
                                     "memory_limit: 2 GiB\n"
                                     "seed: 9223372036854775807\n");
    CHECK_EQ(config.suites.count, 3);
    CHECK_STR(config.suites.items[0], "build/suites");
    CHECK_STR(config.suites.items[1], "/opt/suites");
    CHECK_STR(config.suites.items[2], "with blank");
    CHECK_EQ(config.targets.count, 2);
    CHECK_STR(config.targets.items[1], "b/targets.yaml");
    CHECK_STR(config.store, "history.db");
    CHECK_STR(config.results, "out");
    CHECK_STR(config.plan.profile, "standard");
    CHECK_EQ(config.plan.launches, 12);
    CHECK_EQ(config.plan.warmup_seconds, 0.05);
    CHECK_EQ(config.plan.measure_seconds, 1.5);
    CHECK_EQ(config.plan.sample_count, 200);
    CHECK_EQ(config.plan.limit_seconds, 120);
    CHECK_EQ(config.plan.limit_rss_bytes, 2147483648.0);
    CHECK(config.plan.seed == INT64_MAX);
    CHECK_EQ(config.set, 0xff);
    config_release(&config);
}

TEST(one_path_may_stand_without_a_list_and_a_list_may_be_empty)
{
    struct config config = config_of("suites: build\ntargets:\n");
    CHECK_EQ(config.suites.count, 1);
    CHECK_STR(config.suites.items[0], "build");
    CHECK_EQ(config.targets.count, 0);
    config_release(&config);
}

TEST(quotes_line_ends_and_json_are_understood)
{
    struct config config = config_of("{\"launches\": 7,\r\n \"store\": 'x y.db', seed: \"3\"}\r\n");
    CHECK_EQ(config.plan.launches, 7);
    CHECK_STR(config.store, "x y.db");
    CHECK_EQ(config.plan.seed, 3);
    config_release(&config);
    config = config_of("results: >\n  folded\nstore: |\n  block\n");
    CHECK_STR(config.results, "folded");
    CHECK_STR(config.store, "block");
    config_release(&config);
}

TEST(relative_paths_start_at_the_folder_of_the_file)
{
    const char *text = "suites: [a, /b]\nstore: postgres://team@db/assay\n";
    struct config config;
    struct yaml_source source = {text, strlen(text), "sub/folder/assay.yaml"};
    CHECK(config_parse(&source, &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, "sub/folder/assay.yaml");
    CHECK_STR(config.suites.items[0], "sub/folder/a");
    CHECK_STR(config.suites.items[1], "/b");
    CHECK_STR(config.store, "postgres://team@db/assay");
    CHECK_STR(config.results, "sub/folder/benchmark-results");
    config_release(&config);
    source.name = "/assay.yaml";
    CHECK(config_parse(&source, &config, NULL) == ASSAY_OK);
    CHECK_STR(config.suites.items[0], "/a");
    config_release(&config);
}

TEST(apply_overwrites_only_what_the_file_set)
{
    struct config config = config_of("launches: 3\nwarmup: 0\n");
    struct plan plan = {.profile = "quick", .launches = 9, .warmup_seconds = 1, .seed = 42};
    config_apply(&config, &plan);
    CHECK_EQ(config.set, CONFIG_LAUNCHES | CONFIG_WARMUP);
    CHECK_STR(plan.profile, "quick");
    CHECK_EQ(plan.launches, 3);
    CHECK_EQ(plan.warmup_seconds, 0);
    CHECK_EQ(plan.seed, 42);
    config_release(&config);
}

TEST(a_profile_outlives_its_config)
{
    struct config config = config_of("profile: stress\n");
    struct plan plan = {0};
    config_apply(&config, &plan);
    config_release(&config);
    CHECK_STR(plan.profile, "stress");
}

TEST(releasing_twice_is_harmless)
{
    struct config config = config_of("suites: [a]\n");
    config_release(&config);
    config_release(&config);
    CHECK_STR(config.store, "");
}

/* ---- assay.yaml: mistakes ---- */

TEST(an_unknown_key_is_named_with_the_one_that_was_meant)
{
    REFUSED("launches: 3\nlanches: 4\n",
            "assay.yaml:2:1: unknown key 'lanches' (did you mean 'launches'?)");
    REFUSED("xyzzy: 4\n",
            "assay.yaml:1:1: unknown key 'xyzzy' (known: suites, targets, audits, store, results, "
            "thresholds, profile, launches, warmup, measure, samples, time_limit, memory_limit, "
            "seed, build)");
    REFUSED("\"\": 4\n",
            "assay.yaml:1:1: unknown key '' (known: suites, targets, audits, store, results, "
            "thresholds, profile, launches, warmup, measure, samples, time_limit, memory_limit, "
            "seed, build)");
    REFUSED("\"lanch\\e[2Jes\": 1\n",
            "assay.yaml:1:1: unknown key 'lanch?[2Jes' (known: suites, "
            "targets, audits, store, results, thresholds, profile, "
            "launches, warmup, measure, samples, time_limit, memory_limit, seed, build)");
}

TEST(a_doubled_key_is_an_error_that_names_the_first_line)
{
    REFUSED("launches: 3\nseed: 1\nlaunches: 3\n",
            "assay.yaml:3:1: the key 'launches' stands here again, first on line 1");
}

TEST(whole_numbers_are_whole_and_in_range)
{
    REFUSED("\n\nlaunches: ten\n",
            "assay.yaml:3:11: 'launches' wants a whole number from 1 to 1000, not 'ten'");
    static const char *const bad[] = {"0",
                                      "1001",
                                      "-3",
                                      "+3",
                                      "1.5",
                                      "1e2",
                                      "0x10",
                                      ".nan",
                                      ".inf",
                                      "4294967297",
                                      "18446744073709551617",
                                      "1_0",
                                      "99999999999999999999999999",
                                      "3 3"};
    char text[80], message[160];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "launches: %s\n", bad[i]);
        snprintf(message, sizeof message,
                 "assay.yaml:1:11: 'launches' wants a whole number from 1 to 1000, not '%s'",
                 bad[i]);
        REFUSED(text, message);
    }
    REFUSED("seed: 18446744073709551616\n",
            "assay.yaml:1:7: 'seed' wants a whole number from 1 to 9223372036854775807, not "
            "'18446744073709551616'");
}

TEST(durations_and_memory_want_unit_and_range)
{
    REFUSED("warmup: 50\n",
            "assay.yaml:1:9: 'warmup' wants a duration (number and unit) from 0 s to 10 min, not "
            "'50'");
    REFUSED("warmup: -1 ms\n",
            "assay.yaml:1:9: 'warmup' wants a duration (number and unit) from 0 s to 10 min, not "
            "'-1 ms'");
    REFUSED("measure: 61 min\n",
            "assay.yaml:1:10: 'measure' wants a duration (number and unit) from 1 ms to 1 h, not "
            "'61 min'");
    REFUSED("measure: .nan\n",
            "assay.yaml:1:10: 'measure' wants a duration (number and unit) from 1 ms to 1 h, not "
            "'.nan'");
    REFUSED("time_limit: 1e999 s\n",
            "assay.yaml:1:13: 'time_limit' wants a duration (number and unit) from 10 ms to 24 h, "
            "not '1e999 s'");
    REFUSED("memory_limit: 2 GB/s\n",
            "assay.yaml:1:15: 'memory_limit' wants an amount of memory from 1 MiB to 64 TiB, not "
            "'2 GB/s'");
    REFUSED("memory_limit: 1\n",
            "assay.yaml:1:15: 'memory_limit' wants an amount of memory from 1 MiB to 64 TiB, not "
            "'1'");
}

TEST(the_ends_of_a_range_belong_to_it)
{
    struct config config = config_of("launches: 1000\nwarmup: 10 min\ntime_limit: 10 ms\n"
                                     "measure: 1 ms\nmemory_limit: 64 TiB\n");
    CHECK_EQ(config.plan.launches, 1000);
    CHECK_EQ(config.plan.warmup_seconds, 600);
    CHECK_EQ(config.plan.limit_seconds, 0.01);
    config_release(&config);
}

TEST(a_choice_lists_and_suggests)
{
    REFUSED("profile: quik\n", "assay.yaml:1:10: 'profile' wants one of quick, standard, stress, "
                               "not 'quik' (did you mean 'quick'?)");
    REFUSED("profile: [quick]\n",
            "assay.yaml:1:10: 'profile' wants one of quick, standard, stress, not a list");
}

TEST(the_wrong_kind_of_value_is_named)
{
    REFUSED("launches: [1]\n",
            "assay.yaml:1:11: 'launches' wants a whole number from 1 to 1000, not a list");
    REFUSED("launches: {a: 1}\n",
            "assay.yaml:1:11: 'launches' wants a whole number from 1 to 1000, not keys and values");
    REFUSED("seed: 1\nlaunches:\n",
            "assay.yaml:2:1: 'launches' wants a whole number from 1 to 1000, not nothing");
    REFUSED("suites: {a: b}\n",
            "assay.yaml:1:9: 'suites' wants a path or a list of paths, not keys and values");
    REFUSED("suites: [a, [b]]\n",
            "assay.yaml:1:13: 'suites' wants a path or a list of paths, not a list");
    REFUSED("suites: ['']\n", "assay.yaml:1:10: 'suites' wants a path or a list of paths, not ''");
    REFUSED("results: \"a\\nb\"\n", "assay.yaml:1:10: 'results' wants a path, not 'a?b'");
    REFUSED("- suites\n", "assay.yaml:1:1: keys with values are wanted here, not a list");
    REFUSED("hello\n", "assay.yaml:1:1: keys with values are wanted here, not 'hello'");
}

TEST(broken_yaml_is_reported_at_its_place)
{
    REFUSED("suites: [a\n", "assay.yaml:2:1: flow sequence without a closing bracket");
    REFUSED("store: \"x\n", "assay.yaml:1:9: double-quoted scalar without closing quote");
    REFUSED("suites:\n\t- a\n", "assay.yaml:2:1: tab character may not be used as indentation");
    REFUSED("store: a: b\n", "assay.yaml:1:9: invalid nested block mapping on the same line");
    REFUSED("}\n", "assay.yaml:1:1: flow mapping with invalid extra closing brace");
    REFUSED("%YAML 3.0\n---\nseed: 1\n", "assay.yaml:1:1: this is not valid YAML");
}

/* libfyaml reads the four quotes as three; YAML 1.2, 7.3.2 wants two. */
TEST(quotes_that_libfyaml_miscounts_are_refused)
{
    struct config config = config_of("store: 'it''s'\nresults: \"a''b\"\n");
    CHECK_STR(config.store, "it's");
    CHECK_STR(config.results, "a''b");
    config_release(&config);
    REFUSED("store: 'a''''b'\n", "assay.yaml:1:8: two quotes in a row inside single quotes: use "
                                 "double quotes around them");
}

TEST(libfyaml_prints_nothing_itself)
{
    const char *path = in_folder("stderr");
    CHECK(freopen(path, "w", stderr) != NULL);
    REFUSED("suites: [a\n", "assay.yaml:2:1: flow sequence without a closing bracket");
    REFUSED("@\n", "assay.yaml:1:1: plain scalar cannot start with '@'");
    fflush(stderr);
    struct stat info;
    CHECK(stat(path, &info) == 0);
    CHECK_EQ(info.st_size, 0);
}

TEST(what_a_configuration_has_no_use_for_is_refused)
{
    REFUSED("store: &a x\nresults: *a\n", "assay.yaml:1:8: anchors (&) are not supported");
    REFUSED("results: *a\n", "assay.yaml:1:10: aliases (*) are not supported");
    REFUSED("seed: !!int 3\n", "assay.yaml:1:7: tags (!) are not supported");
    REFUSED("seed: 1\n---\nseed: 2\n", "assay.yaml:2:1: a second document in one file");
    REFUSED("? [a]\n: 3\n", "assay.yaml:1:3: a key must be a text");
    REFUSED(": 3\n", "assay.yaml:1:1: a key must be a text");
    REFUSED("<<: {seed: 1}\n",
            "assay.yaml:1:1: unknown key '<<' (known: suites, targets, audits, store, results, "
            "thresholds, profile, launches, warmup, measure, samples, time_limit, memory_limit, "
            "seed, build)");
    REFUSED("[[[[[[[[[[[[[[[[[", "assay.yaml:1:17: more than 16 levels");
}

TEST(bytes_that_are_no_text_are_refused_at_their_place)
{
    REFUSED("seed: 1\n\xc3\xa4 \xff: 2\n", "assay.yaml:2:3: this is not UTF-8 text");
    REFUSED("seed: 1\nstore: \x01\n", "assay.yaml:2:8: control character 0x01");
    refused("seed: 1\0", 8, "assay.yaml:1:8: control character 0x00");
    REFUSED("store: \"a\\0b\"\n", "assay.yaml:1:8: a text with a NUL character in it");
    refused("\xff\xfes\0", 4, "assay.yaml:1:1: this is not UTF-8 text");
}

/* libfyaml needs minutes for a megabyte of blank lines inside a scalar. */
TEST(blank_lines_without_end_are_refused)
{
    static char text[1000000];
    memset(text, '\n', sizeof text);
    snprintf(text, sizeof text, "store: |\n");
    text[9] = '\n';
    refused(text, sizeof text, "assay.yaml:258:1: more than 256 blank lines in a row");
}

TEST(a_file_at_the_limit_is_read_and_one_byte_more_is_not)
{
    static char text[YAML_BYTES_MAX + 1];
    struct config config;
    BUF_AUTO error;
    buf_init(&error, 1000);
    memset(text, '#', sizeof text);
    struct yaml_source source = {text, YAML_BYTES_MAX, "big.yaml"};
    CHECK(config_parse(&source, &config, &error) == ASSAY_OK);
    config_release(&config);
    source.length++;
    CHECK_EQ(config_parse(&source, &config, &error), ASSAY_ERR_LIMIT);
    CHECK_STR(error.text, "'big.yaml' is larger than 1 MiB");
    CHECK_EQ(config_load(write_file("big.yaml", text, sizeof text), &config, &error),
             ASSAY_ERR_LIMIT);
    CHECK_CONTAINS(error.text, "big.yaml' is larger than 1 MiB");
    CHECK(config_load(write_file("big.yaml", text, YAML_BYTES_MAX), &config, &error) == ASSAY_OK);
    config_release(&config);
}

/* ---- assay.yaml: files ---- */

TEST(a_file_is_loaded_with_its_path)
{
    struct config config;
    const char *path = write_file("assay.yaml", "seed: 7\nsuites: [s]\n", 20);
    CHECK(config_load(path, &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, path);
    CHECK_EQ(config.plan.seed, 7);
    CHECK_STR(config.suites.items[0], in_folder("s"));
    CHECK_STR(config.store, in_folder(".assay/history.db"));
    config_release(&config);
}

TEST(a_file_that_cannot_be_read_says_why)
{
    struct config config;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK_EQ(config_load("/nonexistent/assay.yaml", &config, &error), ASSAY_ERR_IO);
    CHECK_STR(error.text, "cannot read '/nonexistent/assay.yaml': No such file or directory");
    CHECK_EQ(config_load("/", &config, &error), ASSAY_ERR_IO);
    CHECK_STR(error.text, "cannot read '/': Is a directory");
    CHECK_EQ(config_find("/nonexistent", &config, &error), ASSAY_ERR_IO);
    CHECK_STR(error.text, "cannot open folder '/nonexistent': No such file or directory");
    CHECK_EQ(config_find("/nonexistent", &config, NULL), ASSAY_ERR_IO);
}

TEST(find_climbs_to_the_folder_with_git_and_no_higher)
{
    struct config config;
    CHECK(mkdir(in_folder("top"), 0755) == 0 && mkdir(in_folder("top/repo"), 0755) == 0);
    CHECK(mkdir(in_folder("top/repo/.git"), 0755) == 0);
    CHECK(mkdir(in_folder("top/repo/sub"), 0755) == 0);
    write_file("top/assay.yaml", "seed: 1\n", 8);
    CHECK(config_find(in_folder("top/repo/sub"), &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, "");
    CHECK_EQ(config.set, 0);
    CHECK_STR(config.store, in_folder("top/repo/sub/.assay/history.db"));
    config_release(&config);
    write_file("top/repo/assay.yaml", "seed: 2\n", 8);
    CHECK(config_find(in_folder("top/repo/sub"), &config, NULL) == ASSAY_OK);
    CHECK_EQ(config.plan.seed, 2);
    CHECK_STR(config.store, in_folder("top/repo/.assay/history.db"));
    config_release(&config);
    write_file("top/repo/sub/assay.yaml", "seed: 3\n", 8);
    CHECK(config_find(in_folder("top/repo/sub"), &config, NULL) == ASSAY_OK);
    CHECK_EQ(config.plan.seed, 3);
    config_release(&config);
}

TEST(find_in_the_working_folder_gives_short_paths)
{
    struct config config;
    write_file("assay.yaml", "suites: s\n", 10);
    CHECK(mkdir(in_folder("sub"), 0755) == 0);
    CHECK(chdir(in_folder("")) == 0);
    CHECK(config_find(".", &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, "assay.yaml");
    CHECK_STR(config.suites.items[0], "s");
    config_release(&config);
    CHECK(chdir("sub") == 0);
    CHECK(config_find(".", &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, in_folder("assay.yaml"));
    config_release(&config);
    CHECK(chdir("/") == 0);
    if (access("/assay.yaml", F_OK) != 0) {
        CHECK(config_find("/", &config, NULL) == ASSAY_OK);
        CHECK_STR(config.store, "/.assay/history.db");
        config_release(&config);
    }
}

TEST(a_file_that_is_found_but_broken_is_an_error_not_a_default)
{
    struct config config;
    BUF_AUTO error;
    buf_init(&error, 1000);
    write_file("assay.yaml", "seed: x\n", 8);
    CHECK(mkdir(in_folder("sub"), 0755) == 0);
    CHECK_EQ(config_find(in_folder("sub"), &config, &error), ASSAY_ERR_PARSE);
    CHECK_CONTAINS(error.text, "/assay.yaml:1:7: 'seed' wants a whole number");
}

TEST(a_file_of_another_user_in_a_folder_open_to_all_is_passed_over)
{
    struct config config;
    const char *path = write_file("assay.yaml", "seed: 7\n", 8);
    if (geteuid() != 0)
        SKIP("only root can give a file away");
    CHECK(mkdir(in_folder(".git"), 0755) == 0 && mkdir(in_folder("sub"), 0755) == 0);
    CHECK(chown(path, 12345, 12345) == 0 && chmod(in_folder(""), 0777) == 0);
    CHECK(config_find(in_folder("sub"), &config, NULL) == ASSAY_OK);
    CHECK_STR(config.path, "");
    config_release(&config);
    CHECK(chmod(in_folder(""), 0755) == 0);
    CHECK(config_find(in_folder("sub"), &config, NULL) == ASSAY_OK);
    CHECK_EQ(config.plan.seed, 7);
    config_release(&config);
}

/* ---- targets.yaml ---- */

TEST(targets_and_claims_are_read_in_base_units)
{
    struct bounds bounds = {.arena = {0}};
    read_bounds("targets:\n"
                "  - benchmark: text/levenshtein_all:unit=char,variant=best\n"
                "    metric: time_ns\n"
                "    at_most: 1 ms\n"
                "    source: \"H-44\"\n"
                "  - benchmark: text/*\n"
                "    versus: text/levenshtein_all:unit=char,variant=edlib\n"
                "    faster_by: 6\n"
                "  - {benchmark: wire/send, metric: bytes_per_s, at_least: 1.5 GB/s}\n"
                "  - {benchmark: wire/send, at_most: 2 MiB, metric: rss_bytes_peak}\n"
                "  - {benchmark: wire/send, growth: O(n log n)}\n"
                "claims:\n"
                "  - benchmark: text/cosine_raw\n"
                "    metric: time_ns\n"
                "    value: 15.2 us\n"
                "    source: \"R-11: 20 experts x 100 words\"\n",
                &bounds);
    const struct target *target = bounds.targets.items;
    CHECK_EQ(bounds.targets.count, 5);
    CHECK_STR(target[0].benchmark, "text/levenshtein_all:unit=char,variant=best");
    CHECK_STR(target[0].metric, "time_ns");
    CHECK_EQ(target[0].limit, 1e6);
    CHECK(target[0].versus == NULL && target[0].status == TARGET_NONE);
    CHECK_STR(target[0].source, "H-44");
    CHECK_STR(target[1].benchmark, "text/*");
    CHECK_STR(target[1].versus, "text/levenshtein_all:unit=char,variant=edlib");
    CHECK_EQ(target[1].limit, 6);
    CHECK_STR(target[1].source, "");
    CHECK_STR(target[2].metric, "bytes_per_s");
    CHECK_EQ(target[2].limit, 1.5e9);
    CHECK_EQ(target[3].limit, 2097152);
    CHECK(isnan(target[4].limit) && strcmp(target[4].growth, "O(n log n)") == 0);
    CHECK_EQ(bounds.claims.count, 1);
    CHECK_EQ(bounds.claims.items[0].value, 15200);
    CHECK_STR(bounds.claims.items[0].source, "R-11: 20 experts x 100 words");
    release_bounds(&bounds);
}

TEST(several_files_append_to_each_other)
{
    struct bounds bounds = {.arena = {0}};
    read_bounds("targets: [{benchmark: a/b, at_most: 1 ms}]\n", &bounds);
    read_bounds("", &bounds);
    read_bounds("targets:\nclaims: []\n", &bounds);
    read_bounds("targets: [{benchmark: c/d, at_most: 1 ms}]\n", &bounds);
    CHECK_EQ(bounds.targets.count, 2);
    CHECK_STR(bounds.targets.items[0].benchmark, "a/b");
    CHECK_STR(bounds.targets.items[1].benchmark, "c/d");
    release_bounds(&bounds);
}

TEST(a_bound_against_the_metrics_direction_is_refused)
{
    bounds_refused("  - {benchmark: a/b, at_least: 1 ms}\n",
                   "t.yaml:4:22: 'at_least' does not fit 'time_ns', of which less is better: use "
                   "'at_most'");
    bounds_refused("  - {at_most: 1 GB/s, metric: bytes_per_s, benchmark: a/b}\n",
                   "t.yaml:4:6: 'at_most' does not fit 'bytes_per_s', of which more is better: use "
                   "'at_least'");
}

TEST(a_target_wants_exactly_one_bound)
{
    const char *message =
        "t.yaml:4:5: a target wants exactly one of 'at_most', 'at_least', 'faster_by' and 'growth'";
    bounds_refused("  - {benchmark: a/b}\n", message);
    bounds_refused("  - {benchmark: a/b, at_most: 1 ms, at_least: 1 ms}\n", message);
    bounds_refused("  - {benchmark: a/b, at_most: 1 ms, faster_by: 2, versus: c/d}\n", message);
    bounds_refused("  - {benchmark: a/b, at_most: 1 ms, growth: O(n)}\n", message);
}

TEST(versus_and_faster_by_belong_together)
{
    bounds_refused("  - {benchmark: a/b, faster_by: 2}\n",
                   "t.yaml:4:5: 'faster_by' needs 'versus'");
    bounds_refused("  - {benchmark: a/b, at_most: 1 ms, versus: c/d}\n",
                   "t.yaml:4:5: 'versus' needs 'faster_by', not 'at_most'");
    bounds_refused("  - {benchmark: a/b, growth: O(n), versus: c/d}\n",
                   "t.yaml:4:5: 'versus' needs 'faster_by', not 'growth'");
    bounds_refused("  - {benchmark: a/b, faster_by: 2, versus: c/*}\n",
                   "t.yaml:4:5: 'versus' wants one id, not a pattern");
    bounds_refused("  - {benchmark: a/b, faster_by: 2, versus: a/b}\n",
                   "t.yaml:4:5: 'versus' names the benchmark itself");
    bounds_refused("  - {benchmark: a/b, faster_by: 0, versus: c/d}\n",
                   "t.yaml:4:33: 'faster_by' wants a number from 0.001 to 1000000, not '0'");
    bounds_refused("  - {benchmark: a/b, faster_by: .nan, versus: c/d}\n",
                   "t.yaml:4:33: 'faster_by' wants a number from 0.001 to 1000000, not '.nan'");
}

TEST(a_bound_is_in_the_metrics_unit_and_above_0)
{
    bounds_refused("  - {benchmark: a/b, at_most: 1 MiB}\n",
                   "t.yaml:4:31: 'at_most' wants a duration such as 50 ms, not '1 MiB'");
    bounds_refused("  - {benchmark: a/b, at_most: 15}\n",
                   "t.yaml:4:31: 'at_most' wants a duration such as 50 ms, not '15'");
    bounds_refused("  - {benchmark: a/b, at_most: 0 ms}\n",
                   "t.yaml:4:31: 'at_most' wants a value above 0, not '0 ms'");
    bounds_refused("  - {benchmark: a/b, at_most: -1 ms}\n",
                   "t.yaml:4:31: 'at_most' wants a value above 0, not '-1 ms'");
    bounds_refused("  - {benchmark: a/b, at_most: [1 ms]}\n",
                   "t.yaml:4:31: 'at_most' wants a value in the metric's unit, not a list");
}

#define METRIC_WANTED                                                                              \
    "t.yaml:4:30: 'metric' wants one of time_ns, bytes_per_s, items_per_s, rss_bytes_peak, "       \
    "instructions, roofline_percent, a resource (docs/resources.md), or a metric of the "          \
    "benchmark's own, not "

TEST(a_metric_must_be_known)
{
    bounds_refused("  - {benchmark: a/b, metric: 'ti me', at_most: 1 ms}\n",
                   METRIC_WANTED "'ti me'");
    bounds_refused("  - {benchmark: a/b, metric: recall, at_least: 1 ms}\n",
                   "t.yaml:4:48: 'at_least' wants a plain number, in the unit that the benchmark "
                   "states, not '1 ms'");
    bounds_refused("  - {benchmark: a/b, metric: time_us, at_most: 1 ms}\n",
                   METRIC_WANTED "'time_us' (did you mean 'time_ns'?)");
}

TEST(missing_and_unknown_keys_of_an_item_are_named)
{
    bounds_refused("  - {at_most: 1 ms}\n", "t.yaml:4:5: the key 'benchmark' is missing");
    bounds_refused("  -\n", "t.yaml:3:35: 'targets' has an empty item, here or right below");
    bounds_refused("  - {benchmark: '', at_most: 1 ms}\n",
                   "t.yaml:4:17: 'benchmark' wants a name without blanks, not ''");
    bounds_refused("  - {benchmark: a b, at_most: 1 ms}\n",
                   "t.yaml:4:17: 'benchmark' wants a name without blanks, not 'a b'");
    bounds_refused("  - {benchmark: a/b, atmost: 1 ms}\n",
                   "t.yaml:4:22: unknown key 'atmost' (did you mean 'at_most'?)");
    bounds_refused("  - a/b\n", "t.yaml:4:5: keys with values are wanted here, not 'a/b'");
    bounds_refused("target: []\n", "t.yaml:4:1: unknown key 'target' (did you mean 'targets'?)");
}

TEST(a_claim_wants_value_and_source)
{
    struct bounds bounds = {.arena = {0}};
    BUF_AUTO error;
    buf_init(&error, 1000);
    const struct targets into = {&bounds.arena, &bounds.targets, &bounds.claims};
    struct yaml_source source = source_of("claims: [{benchmark: a/b, value: 1 s}]\n");
    CHECK_EQ(targets_parse(&source, &into, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, "assay.yaml:1:10: the key 'source' is missing");
    source = source_of("claims: [{benchmark: a/b, source: s}]\n");
    CHECK_EQ(targets_parse(&source, &into, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, "assay.yaml:1:10: the key 'value' is missing");
    source = source_of("claims: {benchmark: a/b}\n");
    CHECK_EQ(targets_parse(&source, &into, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, "assay.yaml:1:9: 'claims' wants a list, not keys and values");
    release_bounds(&bounds);
}

TEST(a_source_is_one_line_of_bounded_length)
{
    static char item[6000] = "  - {benchmark: a/b, at_most: 1 ms, source: ";
    bounds_refused("  - {benchmark: a/b, at_most: 1 ms, source: \"a\\tb\"}\n",
                   "t.yaml:4:45: 'source' wants a text on one line, at most 4096 bytes, not 'a?b'");
    size_t start = strlen(item);
    memset(item + start, 'x', KEY_TEXT_MAX + 1);
    memcpy(item + start + KEY_TEXT_MAX + 1, "}\n", 3);
    bounds_refused(item, "t.yaml:4:45: 'source' wants a text on one line, at most 4096 bytes, not "
                         "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
}

TEST(targets_are_loaded_from_files)
{
    struct bounds bounds = {.arena = {0}};
    BUF_AUTO error;
    buf_init(&error, 1000);
    const char *path = write_file("t.yaml", "targets: [{benchmark: a, at_most: 1 s}]", 39);
    CHECK(targets_load(path, &bounds.arena, &bounds.targets, &bounds.claims, &error) == ASSAY_OK);
    CHECK_EQ(bounds.targets.items[0].limit, 1e9);
    CHECK_EQ(targets_load("/nonexistent", &bounds.arena, &bounds.targets, &bounds.claims, &error),
             ASSAY_ERR_IO);
    CHECK_STR(error.text, "cannot read '/nonexistent': No such file or directory");
    CHECK_EQ(bounds.targets.count, 1);
    release_bounds(&bounds);
}

/* ---- thresholds ---- */

TEST(thresholds_are_read_in_order_with_the_keys_that_they_give)
{
    struct config config = config_of("thresholds:\n"
                                     "  - {benchmark: \"text/*\", warn: 3%, fail: 8 %}\n"
                                     "  - {benchmark: text/b, metric: rss_bytes_peak, fail: 250%}\n"
                                     "  - {benchmark: text/b, placement: fail}\n");
    CHECK_EQ(config.thresholds.count, 3);
    const struct threshold *items = config.thresholds.items;
    CHECK_STR(items[0].benchmark, "text/*");
    CHECK_STR(items[0].metric->name, "time_ns");
    CHECK_NEAR(items[0].warn, 0.03, 1e-12);
    CHECK_NEAR(items[0].fail, 0.08, 1e-12);
    CHECK(items[0].placement == NULL);
    CHECK_STR(items[1].metric->name, "rss_bytes_peak");
    CHECK_EQ(items[1].warn, 0);
    CHECK_NEAR(items[1].fail, 2.5, 1e-12);
    CHECK_STR(items[2].placement, "fail");
    config_release(&config);
}

TEST(a_threshold_that_cannot_be_meant_is_refused_with_its_line)
{
    REFUSED("thresholds:\n  - {benchmark: a, warn: 9%, fail: 8%}\n",
            "assay.yaml:2:5: 'warn' (9%) is above 'fail' (8%): nothing could only warn");
    REFUSED("thresholds:\n  - {benchmark: a}\n",
            "assay.yaml:2:5: a threshold wants 'warn', 'fail' or 'placement'");
    REFUSED("thresholds:\n  - {warn: 9%}\n", "assay.yaml:2:5: the key 'benchmark' is missing");
    REFUSED("thresholds:\n  - {benchmark: a, fail: 0.1}\n",
            "assay.yaml:2:26: 'fail' wants a percentage with its sign from 0.01% to 10000%, not "
            "'0.1'");
    REFUSED("thresholds:\n  - {benchmark: a, fail: -1%}\n",
            "assay.yaml:2:26: 'fail' wants a percentage with its sign from 0.01% to 10000%, not "
            "'-1%'");
    REFUSED("thresholds:\n  - {benchmark: a, fail: '%'}\n",
            "assay.yaml:2:26: 'fail' wants a percentage with its sign from 0.01% to 10000%, not "
            "'%'");
    REFUSED("thresholds:\n  - {benchmark: a, placement: maybe}\n",
            "assay.yaml:2:31: 'placement' wants one of pass, fail, not 'maybe'");
    REFUSED("thresholds:\n  - {benchmark: a, wrn: 1%}\n",
            "assay.yaml:2:20: unknown key 'wrn' (did you mean 'warn'?)");
}

/* ---- documentation ---- */

TEST(the_reference_names_every_key_with_range_and_default)
{
    BUF_AUTO out;
    buf_init(&out, 100000);
    config_describe(&out);
    CHECK_CONTAINS(out.text, "### assay.yaml\n");
    CHECK_CONTAINS(
        out.text,
        "| `launches` | a whole number from 1 to 1000 | as the profile says | fresh processes");
    CHECK_CONTAINS(out.text, "| `store` | a path or the address of a server | "
                             "`.assay/history.db` | where runs are kept: a file, or a server as "
                             "postgresql://USER@HOST/DATABASE |\n");
    CHECK_CONTAINS(out.text, "| `profile` | one of quick, standard, stress |");
    CHECK_CONTAINS(out.text, "### assay.yaml: an item of `thresholds`\n");
    CHECK_CONTAINS(out.text, "| `fail` | a percentage with its sign from 0.01% to 10000% | ");
    CHECK_CONTAINS(out.text, "### assay.yaml: the keys of `build`\n");
    CHECK_CONTAINS(out.text, "### targets.yaml: an item of `claims`\n");
    CHECK_CONTAINS(out.text, "| `benchmark` | a name without blanks | an error |");
    CHECK_CONTAINS(out.text, "| `metric` | one of time_ns, bytes_per_s, items_per_s, "
                             "rss_bytes_peak, instructions, roofline_percent, a resource "
                             "(docs/resources.md), or a metric of the benchmark's own | "
                             "`time_ns` |");
}

TEST_MAIN

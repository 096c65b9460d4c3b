/* Call stacks: symbols of a file whose functions are known, folding of samples made by hand, real
 * hosts that are sampled, and what is read of folded texts.  Nothing here depends on how fast the
 * machine is: sampling goes on until there are samples. */
#include <string.h>

#include "driven.h"
#include "elf/symbols.h"
#include "measure/stacks/stacks.h"
#include "model/stacks/frames.h"
#include "model/stacks/stacks.h"
#include "report/html/svg_flame.h"
#include "stacks/fold.h"

static struct arena arena;
static struct result result;

static void release(void)
{
    result_release(&result);
    result = (struct result){.reason = ""};
    arena_release(&arena);
    arena = (struct arena){0};
}

/* ---- symbols ---- */

static const struct symbol *symbol_named(const struct symbols *symbols, const char *name)
{
    for (size_t i = 0; i < symbols->functions.count; i++)
        if (strcmp(symbols->functions.items[i].name, name) == 0)
            return &symbols->functions.items[i];
    return NULL;
}

TEST(symbols_of_static_functions)
{
    struct symbols symbols;
    size_t length;
    char *file = read_whole(fixture_path("stacks"), &length);
    CHECK_EQ(symbols_read(file, length, &symbols), ASSAY_OK);
    const struct symbol *inner = symbol_named(&symbols, "innermost");
    const struct symbol *outer = symbol_named(&symbols, "outer");
    CHECK(inner != NULL && outer != NULL && inner->bytes > 0);
    CHECK_STR(symbols_find(&symbols, inner->address)->name, "innermost");
    CHECK_STR(symbols_find(&symbols, inner->address + inner->bytes - 1)->name, "innermost");
    const struct symbol *behind = symbols_find(&symbols, inner->address + inner->bytes);
    CHECK(behind == NULL || strcmp(behind->name, "innermost") != 0);
    CHECK(symbols_find(&symbols, 0) == NULL);
    symbols_release(&symbols);
    free(file);
}

TEST(symbols_of_stripped_files)
{
    struct symbols symbols;
    size_t length;
    char *file = read_whole(fixture_path("stacks_stripped"), &length);
    CHECK_EQ(symbols_read(file, length, &symbols), ASSAY_OK);
    CHECK(symbol_named(&symbols, "innermost") == NULL);
    symbols_release(&symbols);
    free(file);
}

TEST(symbols_of_broken_files)
{
    struct symbols symbols;
    size_t length;
    char *file = read_whole(fixture_path("stacks"), &length);
    for (size_t cut = 0; cut < length; cut += length / 61) {
        char *part = malloc(cut + 1);
        CHECK(part != NULL);
        memcpy(part, file, cut);
        if (symbols_read(part, cut, &symbols) == ASSAY_OK)
            symbols_release(&symbols);
        free(part);
    }
    CHECK_EQ(symbols_read("#!/bin/sh\n", 10, &symbols), ASSAY_ERR_PARSE);
    CHECK_EQ(symbols_read("", 0, &symbols), ASSAY_ERR_PARSE);
    free(file);
}

/* ---- folding ---- */

enum { NOWHERE = 64 }; /* an address that nothing is mapped at */

TEST(folds_samples)
{
    const uint64_t ours = (uint64_t)(uintptr_t)&release + 1;
    uint64_t words[] = {1,
                        NOWHERE, /* innermost alone */
                        2,
                        NOWHERE,
                        ours, /* the same, called by the host */
                        1,
                        ours, /* the host alone */
                        2,
                        NOWHERE + 1,
                        NOWHERE, /* two frames of one name */
                        ((uint64_t)1 << 32) | 2,
                        ours,
                        ours /* too deep to see who called */};
    const struct sampler sampler = {.words = words, .used = sizeof words / sizeof *words};
    struct names names;
    struct folded folded;
    CHECK_EQ(names_open(&names), ASSAY_OK);
    CHECK_EQ(fold_samples(&sampler, &names, &folded), ASSAY_OK);
    CHECK_EQ(folded.stacks.count, 4);
    CHECK_STR(folded.stacks.items[0].frames, "[anonymous code]");
    CHECK_EQ(folded.stacks.items[0].samples, 2);
    CHECK_STR(folded.stacks.items[1].frames, "[anonymous code];[anonymous code]");
    CHECK_STR(folded.stacks.items[2].frames, "[assay]");
    CHECK_STR(folded.stacks.items[3].frames, "[deeper callers];release;release");
    folded_release(&folded);
    names_close(&names);
}

TEST(folds_nothing)
{
    const struct sampler sampler = {.words = NULL};
    struct names names;
    struct folded folded;
    CHECK_EQ(names_open(&names), ASSAY_OK);
    CHECK_EQ(fold_samples(&sampler, &names, &folded), ASSAY_OK);
    CHECK_EQ(folded.stacks.count, 0);
    folded_release(&folded);
    names_close(&names);
}

/* ---- real hosts ---- */

static void sample_for(const char *fixture, const char *name, double seconds)
{
    const struct plan plan = {.profile = "test", .limit_seconds = 300, .stacks_seconds = seconds};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    result_release(&result);
    result = (struct result){
        .benchmark = {.id = name, .name = name, .params = "", .module = fixture_path(fixture)},
        .reason = "",
        .warning = ""};
    prepare_hosts();
    CHECK_EQ(measure_stacks(&paths, &plan, &arena, &result), ASSAY_OK);
    CHECK_EQ(result.outcome, OUTCOME_OK);
}

/* Longer and longer, since a busy machine may leave no CPU time for a while. */
static const struct stacks *sample(const char *fixture, const char *name)
{
#ifdef __SANITIZE_THREAD__
    SKIP("the sanitizer for threads keeps signals back until its own calls");
#endif
    for (double seconds = 0.3; seconds < 100; seconds *= 3) {
        sample_for(fixture, name, seconds);
        if (result.stacks != NULL && result.stacks->samples >= 5)
            return result.stacks;
    }
    test_fail(__FILE__, __LINE__, "'%s' has no stacks: %s", name,
              result.missing.count > 0 ? result.missing.items[0].reason : "no reason");
    return NULL;
}

static const char *reason_of(const char *name)
{
    sample_for("stacks", name, 0.2);
    CHECK(result.stacks == NULL);
    CHECK_EQ(result.missing.count, 1);
    CHECK_STR(result.missing.items[0].metric, STACKS_NAME);
    return result.missing.items[0].reason;
}

TEST(sees_static_functions)
{
    const struct stacks *stacks = sample("stacks", "calls");
    CHECK_CONTAINS(stacks->folded, "assay_body_calls;outer;innermost ");
    CHECK(stacks->cpu_seconds > 0);
    struct hot_function hottest;
    CHECK_EQ(stacks_hottest(stacks, &hottest, 1), 1);
    CHECK_EQ(hottest.length, strlen("innermost"));
    CHECK(memcmp(hottest.name, "innermost", hottest.length) == 0);
    release();
}

TEST(sees_threads)
{
    CHECK_CONTAINS(sample("stacks", "threads")->folded, "work_in_thread;outer;innermost ");
    release();
}

TEST(says_where_stacks_are_cut)
{
    const struct stacks *stacks = sample("stacks", "deep");
    CHECK(stacks->cut > 0);
    CHECK_CONTAINS(stacks->folded, "[deeper callers];recurse;recurse;");
    release();
}

TEST(names_stripped_functions_by_file)
{
    CHECK_CONTAINS(sample("stacks_stripped", "calls")->folded, "stacks_stripped.so+0x");
    release();
}

TEST(names_generated_code)
{
#ifdef __x86_64__
    CHECK_CONTAINS(sample("stacks", "generated")->folded, "[anonymous code] ");
    release();
#endif
}

TEST(says_why_there_are_none)
{
    CHECK_CONTAINS(reason_of("handles_signal"), "handles SIGPROF itself");
    CHECK_CONTAINS(reason_of("blocks_signal"), "blocks SIGPROF");
    CHECK_CONTAINS(reason_of("dies"), "exit code 9");
    release();
}

/* ---- folded texts ---- */

TEST(reads_folded_lines)
{
    const char *at = "a;b c 3\n\nno number\n 4\nx 99999999999999999999\nlast 1";
    struct stack_line line;
    const char *name;
    size_t length;
    CHECK(stacks_next(&at, &line));
    CHECK_EQ(line.samples, 3);
    CHECK(stack_next_frame(&line, &name, &length) && length == 1 && *name == 'a');
    CHECK(stack_next_frame(&line, &name, &length) && length == 3 && memcmp(name, "b c", 3) == 0);
    CHECK(!stack_next_frame(&line, &name, &length));
    CHECK(stacks_next(&at, &line));
    CHECK(line.length == 4 && memcmp(line.frames, "last", 4) == 0);
    CHECK(!stacks_next(&at, &line));
}

TEST(finds_hottest)
{
    const struct stacks stacks = {.samples = 20, .folded = "a;x 9\nb;x 5\na;y 4\nz 2\n"};
    struct hot_function functions[2];
    CHECK_EQ(stacks_count(&stacks), 4);
    CHECK_EQ(stacks_hottest(&stacks, functions, 2), 2);
    CHECK(functions[0].length == 1 && functions[0].name[0] == 'x');
    CHECK_EQ(functions[0].samples, 14);
    CHECK_NEAR(functions[0].share, 0.7, 1e-12);
    CHECK(functions[1].name[0] == 'y');
    const struct stacks none = {.folded = ""};
    CHECK_EQ(stacks_hottest(&none, functions, 2), 0);
}

/* As "name samples from depth" in the order of the tree. */
static const char *laid_out(const struct stacks *stacks)
{
    static char text[1000];
    stack_frame_vec frames;
    size_t at = 0;
    CHECK_EQ(stack_frames(stacks, &frames), ASSAY_OK);
    for (size_t i = 0; i < frames.count; i++) {
        const struct stack_frame *frame = &frames.items[i];
        CHECK(frame->parent < i || i == 0);
        at +=
            (size_t)snprintf(text + at, sizeof text - at, "%.*s %d %d %d, ", (int)frame->length,
                             frame->name, (int)frame->samples, (int)frame->from, (int)frame->depth);
    }
    vec_release(&frames);
    return text;
}

TEST(frames_are_laid_out_with_the_widest_on_the_left)
{
    const struct stacks stacks = {.folded = "a;x 2\nb 9\na 1\na b 3\na;y 4\n"};
    CHECK_STR(laid_out(&stacks), "all samples 19 0 0, a 7 9 1, x 2 13 2, y 4 9 2, a b 3 16 1, "
                                 "b 9 0 1, ");
    CHECK_STR(laid_out(&(const struct stacks){.folded = ""}), "all samples 0 0 0, ");
}

TEST(a_flame_graph_leaves_out_what_is_too_narrow_or_too_deep)
{
    BUF_AUTO folded, out;
    buf_init(&folded, BUF_LENGTH_MAX);
    buf_init(&out, BUF_LENGTH_MAX);
    svg_flame(&out, &(const struct stacks){.folded = ""});
    CHECK_EQ(out.length, 0);
    for (int i = 0; i < 20000; i++)
        buf_puts(&folded, i > 0 ? ";deep" : "deep");
    buf_puts(&folded, " 999\nnarrow 1\n[assay] 10\nlib.so+0x1f 100\na_name_that_is_longer_than_its_"
                      "frame 100\n");
    svg_flame(&out, &(const struct stacks){.folded = folded.text});
    CHECK_EQ(out.status, ASSAY_OK);
    CHECK_CONTAINS(out.text, "Frames deeper than 30 are not drawn.");
    CHECK_CONTAINS(out.text, "<title>deep: 82.6 %, 999 of 1210 samples</title>");
    CHECK_CONTAINS(out.text, "lib.so+0x1f: 8.3 %, 100 of 1210 samples</title><rect class=\"fx\"");
    CHECK_CONTAINS(out.text, ">a_name_that\u2026</text>");
    CHECK(strstr(out.text, "narrow") == NULL);
    CHECK(out.length < 10000);
}

TEST_MAIN

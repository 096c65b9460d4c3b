/* Fails every allocation of src/model in turn. */
#include "harness.h"
#include "model/protocol.h"
#include "model/sweep.h"

static bool expand(void *arg)
{
    struct arena arena = {0};
    benchmark_vec benchmarks = {0};
    struct sweep_request request = {.suite = "suite",
                                    .name = "name",
                                    .sweep = "n=1,2,3,4,5 kind=a,b,c,d",
                                    .description = "",
                                    .module = "/m.so",
                                    .compiler = ""};
    assay_status status = sweep_expand(&request, &arena, &benchmarks, arg);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK_EQ(benchmarks.count, status == ASSAY_OK ? 20 : 0);
    vec_release(&benchmarks);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(sweep_expand_survives_every_failing_allocation)
{
    CHECK(torture(expand, NULL) >= 20);
}

TEST(sweep_expand_survives_them_with_a_message_too)
{
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK(torture(expand, &error) >= 20);
}

/* A sweep that is refused stays refused, whether or not its message can be stored. */
static bool refuse(void *arg)
{
    struct arena arena = {0};
    benchmark_vec benchmarks = {0};
    struct buf error;
    const struct sweep_request request = {"suite", "name", "n=1,",       "", "/m.so",
                                          "",      "a b",  "throughput", 3,  60};
    (void)arg;
    buf_init(&error, 1000);
    CHECK_EQ(sweep_expand(&request, &arena, &benchmarks, &error), ASSAY_ERR_PARSE);
    bool said = strstr(error.text, "'n=1,'") != NULL;
    CHECK(said || error.status == ASSAY_ERR_MEMORY);
    CHECK(benchmarks.items == NULL && arena.newest == NULL);
    buf_release(&error);
    return said;
}

TEST(a_bad_sweep_stays_bad_without_memory_for_its_message)
{
    CHECK_EQ(torture(refuse, NULL), 1);
}

static bool add_fields(void *arg)
{
    struct buf line;
    (void)arg;
    buf_init(&line, 10000);
    buf_puts(&line, "open");
    for (int i = 0; i < 50; i++)
        message_add(&line, "a key", "a value with blanks");
    assay_status status = line.status;
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    buf_release(&line);
    return status == ASSAY_OK;
}

TEST(a_line_under_construction_survives_every_failing_allocation)
{
    CHECK(torture(add_fields, NULL) >= 3);
}

TEST_MAIN

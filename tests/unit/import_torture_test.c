/* Importers whose allocations fail, one after the other: refused, nothing leaks. */
#include <stdio.h>
#include <string.h>

#include "exchange/read/import.h"
#include "harness.h"

static bool import_once(void *context)
{
    const char *text = context;
    const struct import_text source = {.name = "f", .text = text, .length = strlen(text)};
    const struct import_format *format;
    struct run run = {0};
    struct sink sink;
    sink_init(&sink, &run, NULL);
    assay_status status = import_parse(&source, NULL, &sink, &format);
    if (status == ASSAY_OK)
        status = sink_finish(&sink);
    sink_release(&sink);
    run_release(&run);
    return status == ASSAY_OK;
}

static void check_bears(const char *words)
{
    char text[1024];
    snprintf(text, sizeof text, "%s", words);
    CHECK(import_once(text));
    CHECK(torture(import_once, text) > 3);
}

TEST(importers_bear_every_failed_allocation)
{
    check_bears("{\"context\":{\"library_build_type\":\"\",\"date\":\"2026-11-21T16:05:19\"},"
                "\"benchmarks\":[{\"name\":\"a/8\",\"real_time\":1,\"cpu_time\":1,\"x\":3,"
                "\"repetitions\":2,\"time_unit\":\"ns\"},"
                "{\"name\":\"b\",\"error_occurred\":true,\"error_message\":\"why\"}]}");
    check_bears("{\"iters\":[1,2],\"times\":[3,4]}");
    check_bears("BenchmarkA-8 5 1 ns/op 3 B/op\n");
    check_bears("name,value,unit\na,1,ns\n");
    check_bears("{\"name\":\"a\",\"value\":1}\n{\"name\":\"b\",\"value\":1}\n");
    check_bears("<BenchmarkResults name=\"a\" samples=\"3\"><mean value=\"5\" lowerBound=\"4\" "
                "upperBound=\"6\" ci=\"0.95\"/></BenchmarkResults>");
}

TEST_MAIN

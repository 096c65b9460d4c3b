/* What `assay serve` answers, without a socket: targets are taken apart, documents and pages come
 * from the store, texts from outside do no harm, and news is what has changed. */
#include <jansson.h>
#include <unistd.h>

#include "sample_run.h"
#include "serve/answer.h"
#include "serve/http/events.h"
#include "serve/kept/warm.h"

static void refused(const char *target, assay_status want, const char *words)
{
    static struct request request;
    BUF_AUTO error;
    buf_init(&error, 8192);
    CHECK_EQ(request_parse(target, &request, &error), want);
    CHECK_CONTAINS(error.text, words);
}

TEST(a_target_is_taken_apart)
{
    static struct request request;
    CHECK(request_parse("/run/a%2Fb%C3%A9?x=1+2%2B&y=&z", &request, NULL) == ASSAY_OK);
    CHECK_EQ(request.segment_count, 2);
    CHECK_STR(request.segments[0], "run");
    CHECK_STR(request.segments[1], "a/b\xC3\xA9");
    CHECK_EQ(request.parameter_count, 3);
    CHECK_STR(request_parameter(&request, "x", NULL), "1 2+");
    CHECK_STR(request_parameter(&request, "y", NULL), "");
    CHECK_STR(request_parameter(&request, "z", NULL), "");
    CHECK(request_parameter(&request, "w", NULL) == NULL);
    CHECK(request_parse("/", &request, NULL) == ASSAY_OK && request.segment_count == 0);
}

TEST(a_target_that_is_none_is_refused_with_words)
{
    char longest[REQUEST_BYTES_MAX + 2];
    refused("", ASSAY_ERR_ARGUMENT, "does not begin with '/'");
    refused("?x=1", ASSAY_ERR_ARGUMENT, "does not begin with '/'");
    refused("http://there/", ASSAY_ERR_ARGUMENT, "does not begin with '/'");
    refused("//x", ASSAY_ERR_ARGUMENT, "empty part");
    refused("/x/", ASSAY_ERR_ARGUMENT, "ends with '/'");
    refused("/x/../y", ASSAY_ERR_ARGUMENT, "'..'");
    refused("/x/%2e%2E/y", ASSAY_ERR_ARGUMENT, "'..'");
    refused("/%zz", ASSAY_ERR_ARGUMENT, "two hexadecimal");
    refused("/%4", ASSAY_ERR_ARGUMENT, "two hexadecimal");
    refused("/a%00b", ASSAY_ERR_ARGUMENT, "control character");
    refused("/a?x=%0A", ASSAY_ERR_ARGUMENT, "control character");
    refused("/%FF", ASSAY_ERR_ARGUMENT, "not UTF-8");
    refused("/a?x=%C3", ASSAY_ERR_ARGUMENT, "not UTF-8");
    refused("/a?=1", ASSAY_ERR_ARGUMENT, "no name");
    refused("/a?x=1&x=2", ASSAY_ERR_ARGUMENT, "given twice");
    refused("/1/2/3/4/5/6/7", ASSAY_ERR_LIMIT, "more than 6 parts");
    refused("/?a&b&c&d&e&f&g&h&i", ASSAY_ERR_LIMIT, "more than 8 parameters");
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    refused(longest, ASSAY_ERR_LIMIT, "more than 4096 bytes");
    longest[sizeof longest - 2] = '\0';
    static struct request request;
    CHECK(request_parse(longest, &request, NULL) == ASSAY_OK);
}

TEST(counts_have_bounds)
{
    static struct request request;
    size_t count = 7;
    CHECK(request_parse("/?a=12&b=0&c=-1&d=1x&e=", &request, NULL) == ASSAY_OK);
    CHECK(request_count(&request, "a", 12, 1, &count, NULL) == ASSAY_OK && count == 12);
    CHECK(request_count(&request, "z", 12, 5, &count, NULL) == ASSAY_OK && count == 5);
    CHECK(request_count(&request, "a", 11, 1, &count, NULL) == ASSAY_ERR_ARGUMENT);
    static const char *const WRONG[] = {"b", "c", "d", "e"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        CHECK(request_count(&request, WRONG[i], 12, 1, &count, NULL) == ASSAY_ERR_ARGUMENT);
}

/* A store with runs, and what is asked of it. */

static const char *where(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/history.db", test_folder());
    return path;
}

static void put_run(const char *id, const char *name)
{
    struct run run = sample_run(id);
    struct store *store = NULL;
    CHECK(store_open(where(), true, &store, NULL) == ASSAY_OK);
    if (name != NULL)
        run.results.items[0].benchmark.id = name;
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    for (size_t i = 0; i < run.results.count; i++)
        CHECK(store->ops->put(store, &run, &run.results.items[i]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    store_close(store);
    run_release(&run);
}

static const claim_vec NO_CLAIMS;

/* The body of the answer, until the next one is asked for. */
static const char *asked(struct source *source, const char *target, unsigned status)
{
    static struct request request;
    static struct answer answer;
    buf_release(&answer.body);
    CHECK(request_parse(target, &request, NULL) == ASSAY_OK);
    answer_request(source, &request, &answer);
    CHECK_EQ(answer.status, status);
    return answer.body.text;
}

static struct source opened(void)
{
    struct source source;
    CHECK(source_open(where(), &NO_CLAIMS, &source, NULL) == ASSAY_OK);
    return source;
}

TEST(documents_are_those_of_the_command_line)
{
    put_run("20261121-075512-3fa9", NULL);
    put_run("20261122-075512-3fa9", NULL);
    struct source source = opened();
    CHECK_CONTAINS(asked(&source, "/api/v1/runs", 200), "\"assay.runs/1\"");
    CHECK_CONTAINS(asked(&source, "/api/v1/runs/latest", 200), "20261122-075512-3fa9");
    CHECK_CONTAINS(asked(&source, "/api/v1/runs/20261121", 200), "20261121-075512-3fa9");
    CHECK_CONTAINS(asked(&source, "/api/v1/history?benchmark=*", 200), "\"assay.history/1\"");
    CHECK_CONTAINS(asked(&source, "/api/v1/trend?benchmark=*", 200), "\"assay.trend/1\"");
    CHECK_CONTAINS(asked(&source, "/api/v1/compare?old=20261121&new=latest", 200),
                   "\"assay.compare/1\"");
    const char *metrics = asked(&source, "/metrics", 200);
    CHECK_CONTAINS(metrics, "assay_run_info{run=\"20261122-075512-3fa9\"");
    CHECK_CONTAINS(metrics, "metric=\"time_ns\",unit=\"ns\"} 1001.5\n");
    CHECK_STR(metrics + strlen(metrics) - 6, "# EOF\n");
    asked(&source, "/nothing", 404);
    source_close(&source);
}

TEST(failures_are_documents_below_api_and_pages_elsewhere)
{
    put_run("20261121-075512-3fa9", NULL);
    struct source source = opened();
    CHECK_CONTAINS(asked(&source, "/api/v1/nothing", 404), "\"assay.error/1\"");
    CHECK_CONTAINS(asked(&source, "/api/v1/runs/nothing", 404), "no run is called 'nothing'");
    CHECK_CONTAINS(asked(&source, "/api/v1/trend", 400), "parameter 'benchmark' is missing");
    CHECK_CONTAINS(asked(&source, "/api/v1/trend?benchmark=x&last=0", 400), "whole number");
    CHECK_CONTAINS(asked(&source, "/api/v1/runs?lasst=3", 400), "unknown parameter 'lasst'");
    CHECK_CONTAINS(asked(&source, "/run/<b>", 404), "no run is called &#39;&lt;b&gt;&#39;");
    source_close(&source);
}

TEST(a_whole_id_means_that_benchmark_alone)
{
    put_run("20261121-075512-3fa9", "suite/name");
    put_run("20261122-075512-3fa9", "suite/name:n=1");
    struct source source = opened();
    const char *exact = asked(&source, "/api/v1/trend?benchmark=suite/name", 200);
    CHECK_CONTAINS(exact, "\"suite/name\"");
    CHECK(strstr(exact, "suite/name:n=1") == NULL);
    CHECK_CONTAINS(asked(&source, "/api/v1/trend?benchmark=suite/nam", 200), "suite/name:n=1");
    source_close(&source);
}

TEST(names_with_markup_stay_text)
{
    const char *name = "s/<script>alert(1)</script>\"'&\xE2\x80\xAE";
    put_run("20261121-075512-3fa9", name);
    struct source source = opened();
    static const char *const PAGES[] = {"/", "/run/latest", "/trend?benchmark=*",
                                        "/compare?old=latest&new=latest",
                                        "/trend?benchmark=s/*&metric=time_ns"};
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
        const char *page = asked(&source, PAGES[i], 200);
        CHECK(strstr(page, "<script>") == NULL && strstr(page, "\xE2\x80\xAE") == NULL);
        CHECK(strstr(page, "alert(1)</script>") == NULL);
    }
    CHECK_CONTAINS(
        asked(&source, "/run/latest", 200),
        "/trend?benchmark=s%2F%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22%27%26%E2%80%AE");
    CHECK_CONTAINS(asked(&source, "/metrics", 200), "s/<script>alert(1)</script>\\\"'&");
    source_close(&source);
}

TEST(a_store_that_vanishes_is_told_and_found_again)
{
    put_run("20261121-075512-3fa9", NULL);
    struct source source = opened();
    asked(&source, "/api/v1/runs", 200);
    CHECK(unlink(where()) == 0);
    CHECK_CONTAINS(asked(&source, "/api/v1/runs", 503), "is gone");
    CHECK_CONTAINS(asked(&source, "/", 503), "is gone");
    CHECK_CONTAINS(asked(&source, "/style.css", 200), "--paper");
    put_run("20261123-075512-3fa9", NULL);
    CHECK_CONTAINS(asked(&source, "/api/v1/runs", 200), "20261123-075512-3fa9");
    source_close(&source);
}

TEST(news_is_what_has_changed_and_is_told_once)
{
    put_run("20261121-075512-3fa9", NULL);
    struct source source = opened();
    static struct events events;
    uint64_t at = 0;
    events_start(&events, &source);
    events_look(&events, &source);
    CHECK(events_take(&events, &at) == NULL);
    put_run("20261122-075512-3fa9", NULL);
    events_look(&events, &source);
    events_look(&events, &source);
    const char *text = events_take(&events, &at);
    CHECK(text != NULL);
    CHECK_CONTAINS(text, "id: 0\nevent: run\ndata: {\"id\":\"20261122-075512-3fa9\"");
    CHECK_CONTAINS(text, "\"ok\":1,\"failed\":1,\"skipped\":1}\n\n");
    CHECK(events_take(&events, &at) == NULL);
    CHECK(unlink(where()) == 0);
    events_look(&events, &source);
    events_look(&events, &source);
    text = events_take(&events, &at);
    CHECK(text != NULL);
    CHECK_CONTAINS(text, "event: change");
    CHECK(events_take(&events, &at) == NULL);
    events_release(&events);
    source_close(&source);
}

TEST(who_comes_late_gets_what_is_kept)
{
    put_run("20261121-075512-3fa9", NULL);
    struct source source = opened();
    static struct events events;
    char id[32];
    events_start(&events, &source);
    for (int i = 0; i < EVENTS_KEPT + 6; i++) {
        snprintf(id, sizeof id, "20261122-0755%02d-3fa9", i);
        put_run(id, NULL);
        events_look(&events, &source);
    }
    uint64_t at = 0, taken = 0;
    const char *first = events_take(&events, &at);
    CHECK(first != NULL);
    CHECK_CONTAINS(first, "id: 6\n");
    while (events_take(&events, &at) != NULL)
        taken++;
    CHECK_EQ(taken, EVENTS_KEPT - 1);
    events_release(&events);
    source_close(&source);
}

/* The second one comes from what was kept of the first. */
TEST(a_trend_that_is_asked_for_again_has_what_was_written_since)
{
    put_run("20261121-075512-3fa9", NULL);
    struct source source = opened();
    for (int round = 0; round < 3; round++) {
        static const char *const IDS[] = {"20261121-075513-aaaa", "20261121-075514-bbbb"};
        const char *body = asked(&source, "/api/v1/trend?benchmark=suite/work:n%3D10", 200);
        json_t *document = json_loads(body, 0, NULL);
        json_t *series = json_array_get(json_object_get(document, "series"), 0);
        CHECK_EQ(json_array_size(json_object_get(series, "points")), round + 1);
        json_decref(document);
        CHECK_EQ(source.kept.questions, round + 1);
        if (round < 2)
            put_run(IDS[round], NULL);
    }
    CHECK_CONTAINS(asked(&source, "/api/v1/trend?benchmark=nothing%20such", 404), "nothing such");
    CHECK_CONTAINS(asked(&source, "/trend?benchmark=suite", 200), "data-series");
    source_close(&source);
}

TEST(trends_of_the_newest_run_are_read_before_anybody_asks)
{
    put_run("20261121-075512-3fa9", NULL);
    put_run("20261121-075513-aaaa", NULL);
    struct source source = opened();
    struct warming few = {.runs_min = 3}, warming = {.runs_min = 2};
    CHECK(!warm_next(&few, &source));
    CHECK_EQ(source.kept.questions, 0);
    while (warm_next(&warming, &source))
        ;
    const uint64_t read = source.kept.questions;
    CHECK(read > 0);
    CHECK(!warm_next(&warming, &source));
    CHECK_EQ(source.kept.questions, read);
    CHECK_STR(source.kept.items[KEPT_TRENDS_MAX - 1].benchmark, "suite/work:n=10");
    CHECK_EQ(source.kept.items[KEPT_TRENDS_MAX - 1].written, 2);
    CHECK_CONTAINS(asked(&source, "/api/v1/trend?benchmark=suite/work:n%3D10", 200), "3fa9");
    CHECK_EQ(source.kept.questions, read + 1);
    warming_release(&warming);
    warming_release(&few);
    source_close(&source);
}

TEST_MAIN

/* What the front end is fed with: packed samples, the document of a run, the page in one file. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "report/web/packed.h"
#include "report/web/web.h"
#include "sample_run.h"

static void add_sample(sample_vec *samples, double ns, uint32_t launch)
{
    struct sample *sample = vec_add(samples);
    CHECK(sample != NULL);
    *sample = (struct sample){1, ns, launch};
}

static const char *packed(const sample_vec *samples, struct buf *out)
{
    buf_clear(out);
    CHECK(web_pack(samples, out) == ASSAY_OK);
    return out->text;
}

TEST(base64_is_that_of_rfc_4648)
{
    static const char *const PAIRS[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"ok", "b2s="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        BUF_AUTO out;
        buf_init(&out, 64);
        web_base64(&out, PAIRS[i][0], strlen(PAIRS[i][0]));
        CHECK_STR(out.text, PAIRS[i][1]);
    }
}

TEST(times_become_steps_of_equal_ratios)
{
    sample_vec samples = {0};
    BUF_AUTO out;
    buf_init(&out, 4096);
    add_sample(&samples, 1, 0);
    add_sample(&samples, 10, 0);
    add_sample(&samples, 100, 1);
    /* 0, 32767 and 65534, each in two bytes with the low one first */
    CHECK_STR(packed(&samples, &out), "{\"from\":1,\"to\":100,\"log\":true,\"launches\":[2,1],"
                                      "\"data\":\"AAD/f/7/\"}");
    vec_release(&samples);
}

TEST(what_is_no_time_has_a_step_of_its_own)
{
    sample_vec samples = {0};
    BUF_AUTO out;
    buf_init(&out, 4096);
    CHECK_STR(packed(&samples, &out),
              "{\"from\":0,\"to\":0,\"log\":false,\"launches\":[],\"data\":\"\"}");
    add_sample(&samples, (double)NAN, 0);
    add_sample(&samples, (double)INFINITY, 0);
    CHECK_STR(packed(&samples, &out),
              "{\"from\":0,\"to\":0,\"log\":false,\"launches\":[2],\"data\":\"/////w==\"}");
    add_sample(&samples, -2, 0);
    add_sample(&samples, 2, 0);
    CHECK_STR(packed(&samples, &out), "{\"from\":-2,\"to\":2,\"log\":false,\"launches\":[4],"
                                      "\"data\":\"/////wAA/v8=\"}");
    samples.items[0].iterations = 0;
    CHECK(packed(&samples, &out) != NULL);
    vec_release(&samples);
}

static json_t *view_of(const struct run *run, const struct web_context *context)
{
    BUF_AUTO out;
    json_error_t error;
    buf_init(&out, BUF_LENGTH_MAX);
    CHECK(web_view(run, context, &out) == ASSAY_OK);
    json_t *document = json_loads(out.text, JSON_REJECT_DUPLICATES, &error);
    CHECK(document != NULL);
    return document;
}

static const char *text_at(json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static double number_in(json_t *document, json_t *row, const char *column)
{
    json_t *columns = json_object_get(document, "columns");
    for (size_t i = 0; i < json_array_size(columns); i++)
        if (strcmp(json_string_value(json_array_get(columns, i)), column) == 0)
            return json_number_value(json_array_get(row, i));
    return (double)NAN;
}

TEST(a_view_has_each_number_under_its_column)
{
    struct run run = sample_run("20261121-075512-3fa9");
    json_t *view = view_of(&run, NULL);
    json_t *result = json_array_get(json_object_get(view, "results"), 0);
    json_t *row = json_array_get(json_object_get(result, "measured"), 0);
    CHECK_STR(text_at(view, "schema"), "assay.view/1");
    CHECK_STR(text_at(json_object_get(view, "run"), "id"), "20261121-075512-3fa9");
    CHECK_STR(text_at(result, "id"), "suite/work:n=10");
    CHECK_STR(text_at(result, "warning"), "5 % outside");
    CHECK(number_in(view, row, "median") == 1001.5);
    CHECK(number_in(view, row, "high_severe") == 4);
    CHECK(number_in(view, row, "bootstrap_mean_high") == 1003);
    CHECK(number_in(view, row, "p95_low") == 1001.5);
    CHECK(json_array_size(row) == 32); /* P99 and beyond are insufficient */
    CHECK(json_array_size(json_object_get(view, "metrics")) == METRIC_COUNT);
    CHECK(json_array_size(json_object_get(view, "targets")) == 3);
    result = json_array_get(json_object_get(view, "results"), 1);
    CHECK_STR(text_at(result, "status"), "failed");
    CHECK_CONTAINS(text_at(result, "reason"), "Segmentation");
    json_decref(view);
    run_release(&run);
}

TEST(what_moved_and_the_history_stand_beside_the_run)
{
    struct run run = sample_run("new"), old = sample_run("old");
    struct comparison rows[] = {{.benchmark = "suite/work:n=10",
                                 .verdict = VERDICT_SLOWER,
                                 .ratio = 1.25,
                                 .interval = {1.2, 1.3, 0.95},
                                 .old_ns = 800,
                                 .new_ns = 1000},
                                {.benchmark = "suite/broken", .reason = "failed"}};
    struct trend_point points[] = {{"t1", "r1", "c1", 800, NULL},
                                   {"t2", "r2", "c2", (double)NAN, NULL}};
    struct trend_change changes[] = {
        {.index = 1, .ratio = 1.25, .is_worse = true, .bad_commit = "c2"}};
    struct trend_series series = {.name = "suite/work:n=10", .metric = &METRICS[METRIC_TIME]};
    series.points.items = points;
    series.points.count = 2;
    series.changes.items = changes;
    series.changes.count = 1;
    struct trend trend = {.series = {.items = &series, .count = 1}};
    const comparison_vec moved = {.items = rows, .count = 2};
    json_t *view = view_of(&run, &(struct web_context){&old, &moved, &trend});
    json_t *list = json_object_get(view, "moved");
    CHECK(json_array_size(list) == 1);
    CHECK_STR(text_at(json_array_get(list, 0), "verdict"), "slower");
    CHECK_STR(text_at(json_object_get(view, "against"), "id"), "old");
    json_t *history = json_array_get(json_object_get(view, "history"), 0);
    json_t *change = json_array_get(json_object_get(history, "changes"), 0);
    CHECK(json_array_size(json_object_get(history, "points")) == 2);
    CHECK(json_integer_value(json_object_get(change, "index")) == 1);
    CHECK_STR(text_at(change, "commit"), "c2");
    json_decref(view);
    run_release(&run);
    run_release(&old);
}

static void fill_hostile(struct run *run)
{
    struct result *result = sample_result(run, "s/</script><script>alert(1)</script>",
                                          "</script><script>alert(1)</script>", "");
    result->outcome = OUTCOME_FAILED;
    result->reason = "</noscript><img src=x onerror=alert(2)>\xFF\xE2\x80\xAE";
    result = sample_result(run, "s/nothing", "nothing", "");
    sample_measurement(result, METRIC_TIME);
    result->measurements.items[0].summary.median = (double)NAN;
    result->measurements.items[0].summary.mean = (double)INFINITY;
    add_sample(&result->samples, (double)INFINITY, 0);
}

TEST(a_hostile_run_is_a_sound_document)
{
    struct run run = {.id = "\"<", .label = "</title>"};
    fill_hostile(&run);
    json_t *view = view_of(&run, NULL);
    json_t *result = json_array_get(json_object_get(view, "results"), 1);
    json_t *row = json_array_get(json_object_get(result, "measured"), 0);
    CHECK(json_is_null(json_array_get(row, 3)) && json_is_null(json_array_get(row, 7)));
    json_decref(view);
    run_release(&run);
    json_decref(view_of(&(struct run){.id = ""}, NULL));
}

/* Occurrences of `part`. */
static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

TEST(no_name_ends_an_element_of_the_page)
{
    struct run run = {.id = "\"<", .label = "</title>"};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    fill_hostile(&run);
    if (WEB_APP.script == NULL) {
        CHECK(web_report(&run, NULL, &out) == ASSAY_ERR_ARGUMENT);
        CHECK(web_page(&run, NULL, &out) == ASSAY_OK);
        CHECK(count_of(out.text, "<script") == 0);
    } else {
        CHECK(web_page(&run, NULL, &out) == ASSAY_OK);
        CHECK(count_of(out.text, "<script") == 3 && count_of(out.text, "</script>") == 3);
        CHECK(count_of(out.text, "<noscript>") == 2 && count_of(out.text, "</noscript>") == 2);
        CHECK(count_of(out.text, "<img") == 0 && count_of(out.text, "</title>") == 1);
    }
    buf_clear(&out);
    out.length_max = 5000;
    CHECK(web_page(&run, NULL, &out) == ASSAY_ERR_LIMIT);
    run_release(&run);
}

TEST_MAIN

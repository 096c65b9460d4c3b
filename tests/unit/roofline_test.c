/* The roofline: ceilings in order, rates between them, what work takes at the least, the file's
 * lines; and the share that a result gets of it. */
#include "harness.h"
#include "model/model.h"
#include "model/roofline/roofline.h"
#include "session/measurements.h"
#include "session/roofline/roofline.h"

/* 100 GB/s of 1 KiB, 10 GB/s of 100 KiB, 50 G operations a second. */
static struct roofline sample_roofline(void)
{
    struct roofline roofline = {.measured_at = 1795294217};
    roofline_add_read(&roofline, 102400, 10e9);
    roofline_add_read(&roofline, 1024, 60e9);
    roofline_add_read(&roofline, 1024, 100e9);
    roofline_add_read(&roofline, 1024, 90e9);
    roofline_add_operations(&roofline, 50e9);
    roofline_add_operations(&roofline, 40e9);
    return roofline;
}

static bool near(double got, double want)
{
    return fabs(got - want) <= 1e-9 * want;
}

TEST(of_one_size_the_greatest_rate_counts)
{
    const struct roofline roofline = sample_roofline();
    CHECK_EQ(roofline.read_count, 2);
    CHECK_EQ(roofline.reads[0].bytes, 1024);
    CHECK_EQ(roofline.reads[0].bytes_per_s, 100e9);
    CHECK_EQ(roofline.operations_per_s, 50e9);
}

/* 10 KiB are half of the way from 1 to 100 by logarithms: the root of 100 * 10. */
TEST(between_two_sizes_the_rate_goes_by_logarithms)
{
    const struct roofline roofline = sample_roofline();
    CHECK(near(roofline_bandwidth(&roofline, 10240), sqrt(1000) * 1e9));
    CHECK(near(roofline_bandwidth(&roofline, 1024), 100e9));
    CHECK(near(roofline_bandwidth(&roofline, 1), 100e9));
    CHECK(near(roofline_bandwidth(&roofline, 1e12), 10e9));
}

TEST(work_takes_as_long_as_what_bounds_it)
{
    const struct roofline roofline = sample_roofline(), nothing = {.read_count = 0};
    CHECK(near(roofline_seconds(&roofline, 102400, 0), 102400 / 10e9));
    CHECK(near(roofline_seconds(&roofline, 0, 50), 1e-9));
    CHECK(near(roofline_seconds(&roofline, 1024, 50), 1024 / 100e9));
    CHECK(near(roofline_seconds(&roofline, 1024, 5000), 1e-7));
    CHECK_EQ(roofline_seconds(&roofline, 0, 0), 0);
    CHECK_EQ(roofline_seconds(&roofline, NAN, -1), 0);
    CHECK_EQ(roofline_seconds(&nothing, 1024, 50), 0);
}

TEST(what_is_no_rate_or_one_size_too_many_is_passed_over)
{
    struct roofline roofline = {.read_count = 0};
    roofline_add_read(&roofline, 0, 1);
    roofline_add_read(&roofline, 1, 0);
    roofline_add_read(&roofline, NAN, 1);
    roofline_add_read(&roofline, 1, INFINITY);
    roofline_add_operations(&roofline, -1);
    CHECK_EQ(roofline.read_count, 0);
    CHECK_EQ(roofline.operations_per_s, 0);
    for (int i = 0; i < ROOFLINE_READS_MAX + 5; i++)
        roofline_add_read(&roofline, ROOFLINE_READS_MAX + 5 - i, 1);
    CHECK_EQ(roofline.read_count, ROOFLINE_READS_MAX);
    for (size_t i = 1; i < roofline.read_count; i++)
        CHECK(roofline.reads[i - 1].bytes < roofline.reads[i].bytes);
}

static bool parse(const char *text, const char *machine, struct roofline *ret)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", text);
    return roofline_parse(copy, machine, ret);
}

TEST(what_is_written_is_read_back_for_the_same_machine_only)
{
    const struct roofline roofline = sample_roofline();
    struct roofline got;
    BUF_AUTO text;
    buf_init(&text, 4096);
    roofline_write(&roofline, "A CPU, 2 cores", &text);
    CHECK(parse(text.text, "A CPU, 2 cores", &got));
    CHECK_EQ(memcmp(&got, &roofline, sizeof got), 0);
    CHECK(!parse(text.text, "A CPU, 4 cores", &got));
    CHECK_EQ(got.read_count, 0);
}

TEST(what_is_damaged_or_empty_is_no_roofline)
{
    static const char *const BAD[] = {
        "",
        "\n",
        "roofline machine=m measured_at=1\n", /* and nothing read */
        "read bytes=1 bytes_per_s=1\n",
        "roofline machine=m\nread bytes=1 bytes_per_s=1", /* cut off */
        "roofline machine=m\nread bytes=0 bytes_per_s=1\n",
        "roofline machine=m\nread bytes=%0 bytes_per_s=1\n",
        "roofline\nread bytes=1 bytes_per_s=1\n",
    };
    struct roofline got;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        CHECK(!parse(BAD[i], "m", &got) && got.read_count == 0);
    CHECK(parse("roofline machine=m\nread bytes=1 bytes_per_s=1\n", "m", &got));
}

TEST(a_roofline_is_told_with_its_sizes_and_its_date)
{
    const struct roofline roofline = sample_roofline();
    BUF_AUTO text;
    buf_init(&text, 4096);
    roofline_describe(&roofline, &text);
    CHECK_STR(text.text, "reads 100 GB/s of 1.00 KiB, 10.0 GB/s of 100 KiB; 50.0 G/s operations; "
                         "measured 2026-11-21T20:50:17Z");
}

/* ---- shares ---- */

/* 1024 bytes and 50 operations in 100 ns: 10.24 ns are needed to read, 1 ns to compute. */
static struct result measured(const char *tags)
{
    struct result result = {
        .benchmark = {.tags = tags}, .outcome = OUTCOME_OK, .bytes = 1024, .items = 50};
    for (uint32_t i = 0; i < 6; i++) {
        struct sample *sample = vec_add(&result.samples);
        CHECK(sample != NULL);
        *sample = (struct sample){10, 1000, i / 3};
    }
    return result;
}

static double share(const char *tags)
{
    const struct roofline roofline = sample_roofline();
    struct result result = measured(tags);
    CHECK_EQ(roofline_add_share(&roofline, "", &result), ASSAY_OK);
    CHECK_EQ(result.missing.count, 0);
    const struct measurement *found = result_measurement(&result, "roofline_percent");
    const double percent = found != NULL ? found->summary.median : 0;
    result_release(&result);
    return percent;
}

TEST(a_tagged_result_gets_its_share_and_another_none)
{
    CHECK(near(share("traffic"), 10.24));
    CHECK(near(share("slow operations"), 1));
    CHECK(near(share("operations traffic"), 10.24));
    CHECK_EQ(share("slow"), 0);
}

TEST(an_unknown_roofline_is_a_metric_that_is_missing_with_its_reason)
{
    const struct roofline nothing = {.read_count = 0};
    struct result result = measured("traffic"), plain = measured("");
    CHECK_EQ(roofline_add_share(&nothing, "no suite", &result), ASSAY_OK);
    CHECK_EQ(roofline_add_share(&nothing, "no suite", &plain), ASSAY_OK);
    CHECK_EQ(result.measurements.count, 0);
    CHECK_EQ(result.missing.count, 1);
    CHECK_STR(result.missing.items[0].metric, "roofline_percent");
    CHECK_STR(result.missing.items[0].reason, "no suite");
    CHECK_EQ(plain.missing.count, 0);
    result_release(&result);
    result_release(&plain);
}

TEST(what_was_measured_of_the_machine_is_no_difference_of_environments)
{
    const struct environment then = {.facts = "smt: on\nroofline: reads 1 GB/s\n"},
                             now = {.facts = "smt: off\nroofline: reads 2 GB/s\n"};
    BUF_AUTO text;
    buf_init(&text, 4096);
    environment_differences(&then, &now, &text);
    CHECK_STR(text.text, "smt on -> off");
}

TEST_MAIN

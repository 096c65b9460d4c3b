/* Tables in text: what is read, and what is said of each mistake, with its place. */
#include <math.h>
#include <string.h>

#include "exchange/table.h"
#include "harness.h"

static const struct metric METRIC = {"value", "", LOWER_IS_BETTER, false};

static struct trend table_of(const char *text)
{
    struct trend trend = {0};
    struct buf error;
    buf_init(&error, 1000);
    if (table_parse(text, strlen(text), "t.csv", &METRIC, &trend, &error) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "refused: %s", error.text);
    buf_release(&error);
    return trend;
}

static void check_refused(const char *text, const char *message)
{
    struct trend trend = {0};
    struct buf error;
    buf_init(&error, 1000);
    CHECK_EQ(table_parse(text, strlen(text), "t.csv", &METRIC, &trend, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, message);
    buf_release(&error);
    trend_release(&trend);
}

static void check_series(const struct trend *trend, size_t i, const char *name, double first,
                         double last)
{
    const struct trend_series *series = &trend->series.items[i];
    CHECK_STR(series->name, name);
    CHECK(series->metric == &METRIC);
    CHECK_EQ(series->points.items[0].value, first);
    CHECK_EQ(series->points.items[series->points.count - 1].value, last);
}

TEST(the_first_column_says_when_and_the_first_line_what)
{
    struct trend trend = table_of("date,parse,send\n2026-01-01,1,10\n2026-01-02,2.5e3,-20\n");
    CHECK_EQ(trend.series.count, 2);
    check_series(&trend, 0, "parse", 1, 2500);
    check_series(&trend, 1, "send", 10, -20);
    CHECK_STR(trend.series.items[1].points.items[1].at, "2026-01-02");
    trend_release(&trend);
}

TEST(a_table_without_names_has_numbers_for_them)
{
    struct trend trend = table_of("1,5\n2,6");
    CHECK_EQ(trend.series.count, 1);
    check_series(&trend, 0, "column 2", 5, 6);
    trend_release(&trend);
    trend = table_of("5\n6\n7\n");
    CHECK_EQ(trend.series.count, 1);
    check_series(&trend, 0, "column 1", 5, 7);
    CHECK_STR(trend.series.items[0].points.items[2].at, "3");
    trend_release(&trend);
    trend = table_of("ms\n6\n7\n");
    check_series(&trend, 0, "ms", 6, 7);
    trend_release(&trend);
}

TEST(separators_line_ends_and_marks_of_other_systems_are_read)
{
    static const char *const TEXTS[] = {"i;a;b\n0;1;2\n1;3;4\n", "i\ta\tb\r\n0\t1\t2\r\n1\t3\t4",
                                        "\xEF\xBB\xBFi,a,b\n\n0, 1 , 2\n1,3,4\n\n\r\n",
                                        "\"i\",\"a\",\"b\"\n\"0\",\"1\",2\n1,3,\"4\"\n"};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct trend trend = table_of(TEXTS[i]);
        CHECK_EQ(trend.series.count, 2);
        check_series(&trend, 0, "a", 1, 3);
        check_series(&trend, 1, "b", 2, 4);
        trend_release(&trend);
    }
}

TEST(quotes_hold_separators_and_quotes)
{
    struct trend trend = table_of("i,\"a,\"\"b\"\"\"\n0,1\n");
    check_series(&trend, 0, "a,\"b\"", 1, 1);
    trend_release(&trend);
}

TEST(empty_cells_were_not_measured)
{
    struct trend trend = table_of("i,a,b\n0,,1\n1,NaN,2\n2,7,nan\n");
    CHECK_EQ(trend.series.items[0].points.count, 1);
    CHECK_EQ(trend.series.items[1].points.count, 2);
    CHECK_STR(trend.series.items[0].points.items[0].at, "2");
    trend_release(&trend);
}

TEST(mistakes_are_told_with_their_place)
{
    check_refused("", "t.csv: empty; wants a table of numbers");
    check_refused("i,a\n0,1\n1,fast\n", "t.csv:3: column 2: 'fast' is no number");
    check_refused("i,a\n0,1 ms\n", "t.csv:2: column 2: '1 ms' is no number");
    check_refused("i,a\n0,inf\n", "t.csv:2: column 2: 'inf' is no number");
    check_refused("i,a\n0,1e999\n", "t.csv:2: column 2: '1e999' is no number");
    check_refused("i,a\n0\n", "t.csv:2: 1 columns where 2 are");
    check_refused("i,a\n0,1,2\n", "t.csv:2: more than 2 columns");
    check_refused("i,a\n0,\"1\n", "t.csv:2: column 2: '1?' has no closing quote");
    check_refused("i,a\n0,\"1\"2\n", "t.csv:2: column 2: '1' goes on behind its closing quote");
}

TEST(a_cell_without_end_is_refused)
{
    static char text[10000];
    struct trend trend = {0};
    memset(text, 'x', sizeof text);
    CHECK_EQ(table_parse(text, sizeof text, "t.csv", &METRIC, &trend, NULL), ASSAY_ERR_PARSE);
    trend_release(&trend);
    memset(text, ',', sizeof text);
    CHECK_EQ(table_parse(text, sizeof text, "t.csv", &METRIC, &trend, NULL), ASSAY_ERR_LIMIT);
    trend_release(&trend);
    CHECK_EQ(table_parse("a\0b", 3, "t.csv", &METRIC, &trend, NULL), ASSAY_ERR_PARSE);
    trend_release(&trend);
}

TEST_MAIN

/* Forecasts, correlations and what is news, with every allocation failing in turn: the status is
 * right, nothing leaks. */
#include "compare/history/forecast.h"
#include "compare/history/together.h"
#include "compare/trend.h"
#include "harness.h"
#include "report/trend/trend.h"
#include "session/watch/news.h"

enum { POINTS = 60 };
static const struct metric TIME = {"time_ns", "ns", LOWER_IS_BETTER, false};

/* Two series that step and share their noise. */
static assay_status make(struct trend *trend)
{
    for (int k = 0; k < 2; k++) {
        struct trend_series *series = vec_add(&trend->series);
        if (series == NULL)
            return ASSAY_ERR_MEMORY;
        *series = (struct trend_series){.name = k ? "s/one" : "s/two", .metric = &TIME};
        for (size_t i = 0; i < POINTS; i++) {
            struct trend_point *point = vec_add(&series->points);
            if (point == NULL)
                return ASSAY_ERR_MEMORY;
            const double value = (i < 30 ? 100 : 130) + (double)(i * 7 % 5);
            *point = (struct trend_point){.at = arena_printf(&trend->arena, "%zu", i),
                                          .run_id = arena_printf(&trend->arena, "r%zu", i),
                                          .commit = "",
                                          .value = value};
            if (point->at == NULL || point->run_id == NULL)
                return ASSAY_ERR_MEMORY;
        }
        TRY(trend_judge(series));
        TRY(trend_watch(series));
    }
    return ASSAY_OK;
}

static assay_status use(struct trend *trend)
{
    const struct trend_forecast_request request = {.limit = "200 ns"};
    struct together together = {.tested = 0};
    struct news news = {.told = {0}};
    struct arena arena = {0};
    watch_step_vec steps = {0};
    assay_status status = trend_forecast_all(trend, &request, NULL);
    if (status == ASSAY_OK)
        status = trend_together(trend, &together);
    CHECK(status != ASSAY_OK || together.pairs.count == 1);
    if (status == ASSAY_OK)
        status = news_take(&news, trend, &arena, &steps);
    CHECK(status != ASSAY_OK || steps.count == 2);
    vec_release(&steps);
    arena_release(&arena);
    news_release(&news);
    together_release(&together);
    return status;
}

static bool all(void *context)
{
    (void)context;
    struct trend trend = {.series = {0}};
    assay_status status = make(&trend);
    if (status == ASSAY_OK)
        status = use(&trend);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    trend_release(&trend);
    return status == ASSAY_OK;
}

TEST(trends_survive_failing_allocations)
{
    CHECK(torture(all, NULL) >= 10);
}

static bool print(void *context)
{
    (void)context;
    struct trend trend = {.series = {0}};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status status = make(&trend);
    if (status == ASSAY_OK) {
        report_text_trend(&trend, &(struct trend_view){{80, true, true}, false}, &out);
        report_html_trend(&trend, &out);
        report_svg_trend(&trend.series.items[0], &out);
        status = out.status;
    }
    if (status == ASSAY_OK)
        status = report_json_trend(&trend, &out);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    trend_release(&trend);
    return status == ASSAY_OK;
}

TEST(reports_of_trends_survive_failing_allocations)
{
    CHECK(torture(print, NULL) >= 10);
}

TEST_MAIN

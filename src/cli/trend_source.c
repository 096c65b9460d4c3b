/* From options to histories.  Options of tables and options of stores exclude each other: a word
 * that would be ignored is refused. */
#include "cli/trend_source.h"

#include <string.h>
#include <time.h>

#include "exchange/table.h"
#include "session/trend/trend.h"

enum { TIME_TEXT_MAX = 32 };

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec;
}

/* As the store writes times; "" for all days. */
static const char *since(const struct trend_source *source, char text[TIME_TEXT_MAX])
{
    struct tm utc;
    text[0] = '\0';
    time_t start = now() - (time_t)source->days * 24 * 60 * 60;
    if (source->days > 0 && start > 0 && gmtime_r(&start, &utc) != NULL)
        strftime(text, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

static void keep_last(struct trend *trend, size_t last)
{
    for (size_t i = 0; last > 0 && i < trend->series.count; i++) {
        trend_point_vec *points = &trend->series.items[i].points;
        if (points->count <= last)
            continue;
        memmove(points->items, points->items + points->count - last, last * sizeof *points->items);
        points->count = last;
    }
}

static assay_status load_table(struct cli *cli, const struct trend_source *source,
                               struct trend *ret_trend)
{
    *ret_trend = (struct trend){0};
    struct metric *metric = arena_alloc(&ret_trend->arena, sizeof *metric);
    if (metric == NULL)
        return ASSAY_ERR_MEMORY;
    *metric =
        (struct metric){.name = source->metric ? source->metric : "value",
                        .unit = source->unit ? source->unit : "",
                        .direction = source->higher_is_better ? HIGHER_IS_BETTER : LOWER_IS_BETTER};
    TRY(table_load(source->from, metric, ret_trend, &cli->error));
    keep_last(ret_trend, source->last);
    return ASSAY_OK;
}

static assay_status load_stored(struct cli *cli, const struct trend_source *source,
                                const struct common_options *common, const char *pattern,
                                struct trend *ret_trend)
{
    struct workplace workplace = {0};
    struct store *store = NULL;
    char from[TIME_TEXT_MAX];
    *ret_trend = (struct trend){0};
    assay_status status = common_workplace(cli, common, &workplace);
    if (status == ASSAY_OK)
        status = store_open(workplace.store, false, &store, &cli->error);
    if (status == ASSAY_OK) {
        const struct trend_request request = {
            .store = store,
            .pattern = pattern,
            .metric = source->metric ? source->metric : METRICS[METRIC_TIME].name,
            .since = since(source, from),
            .last = source->last,
            .now = now(),
        };
        status = trend_load(&request, ret_trend);
        if (status != ASSAY_OK)
            buf_error(&cli->error, status, "%s", store->error.text);
        store_close(store);
    }
    workplace_release(&workplace);
    return status;
}

static assay_status check_options(struct cli *cli, const struct trend_source *source,
                                  bool has_pattern)
{
    if (source->from != NULL && (has_pattern || source->days > 0))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--from reads all of its table: no BENCHMARK and no --days with it");
    if (source->from == NULL && (source->higher_is_better || source->unit != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--higher-is-better and --unit are of tables: they need --from");
    return ASSAY_OK;
}

bool trend_source_is_given(const struct trend_source *source)
{
    return source->metric != NULL || source->from != NULL || source->unit != NULL ||
           source->last > 0 || source->days > 0 || source->higher_is_better;
}

assay_status trend_source_load(struct cli *cli, const struct trend_source *source,
                               const struct common_options *common, const char *pattern,
                               struct trend *ret_trend)
{
    *ret_trend = (struct trend){0};
    TRY(check_options(cli, source, pattern != NULL));
    if (source->from != NULL)
        return load_table(cli, source, ret_trend);
    return load_stored(cli, source, common, pattern != NULL ? pattern : "*", ret_trend);
}

/* From options to series: the store's, or a table's.
 * Why apart from the command: other commands that look at trends take the same words. */
#include "cli/trend_options.h"

#include <string.h>
#include <time.h>

#include "exchange/table.h"
#include "session/trend/trend.h"

enum { TIME_TEXT_MAX = 32, DAY_SECONDS = 24 * 60 * 60 };

/* As the store writes times; "" for all days. */
static const char *since(const struct trend_options *options, time_t now, char text[TIME_TEXT_MAX])
{
    struct tm utc;
    text[0] = '\0';
    time_t start = now - (time_t)options->days * DAY_SECONDS;
    if (options->days > 0 && start > 0 && gmtime_r(&start, &utc) != NULL)
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

static assay_status load_table(struct cli *cli, const struct trend_options *options,
                               struct trend *trend)
{
    struct metric *metric = arena_alloc(&trend->arena, sizeof *metric);
    if (metric == NULL)
        return ASSAY_ERR_MEMORY;
    *metric = (struct metric){.name = options->metric ? options->metric : "value",
                              .unit = options->unit ? options->unit : "",
                              .direction =
                                  options->higher_is_better ? HIGHER_IS_BETTER : LOWER_IS_BETTER};
    TRY(table_load(options->from, metric, trend, &cli->error));
    keep_last(trend, options->last);
    return ASSAY_OK;
}

/* A suite is a word more: all of its ids. */
static assay_status add_suite(const struct trend_options *options, const struct words *operands,
                              struct arena *arena, struct words *ret_words)
{
    struct words words = {
        arena_alloc(arena, (size_t)(operands->count + 2) * sizeof *operands->items), 0};
    if (words.items == NULL)
        return ASSAY_ERR_MEMORY;
    for (int i = 0; i < operands->count; i++)
        words.items[words.count++] = operands->items[i];
    if (options->suite != NULL)
        words.items[words.count++] = arena_printf(arena, "%s/*", options->suite);
    *ret_words = words;
    return options->suite != NULL && words.items[words.count - 1] == NULL ? ASSAY_ERR_MEMORY
                                                                          : ASSAY_OK;
}

static assay_status load_from(const struct trend_options *options, struct store *store,
                              const struct words *words, struct trend *ret_trend)
{
    char from[TIME_TEXT_MAX];
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    const time_t now = clock.tv_sec;
    const struct trend_request request = {
        .store = store,
        .words = words->items,
        .word_count = words->count,
        .metric = options->metric ? options->metric : METRICS[METRIC_TIME].name,
        .since = since(options, now, from),
        .last = options->last,
    };
    if (options->correlate && options->metric == NULL)
        return trend_load_metrics(&request, ret_trend);
    TRY(trend_load(&request, ret_trend));
    TRY(trend_find_stale(ret_trend, now));
    return trend_find_releases(ret_trend, ".");
}

static assay_status load_stored(struct cli *cli, const struct trend_options *options,
                                struct workplace *workplace, const struct words *operands,
                                struct trend *ret_trend)
{
    struct store *store = NULL;
    struct words words;
    TRY(common_workplace(cli, &options->common, workplace));
    TRY(add_suite(options, operands, &workplace->arena, &words));
    TRY(selection_words(&options->selection, words.items, words.count, &workplace->arena, &words));
    TRY(store_open(workplace->store, false, &store, &cli->error));
    assay_status status = load_from(options, store, &words, ret_trend);
    if (status != ASSAY_OK)
        buf_error(&cli->error, status, "%s", store->error.text);
    store_close(store);
    return status;
}

assay_status trend_options_load(struct cli *cli, const struct trend_options *options,
                                struct workplace *workplace, const struct words *operands,
                                struct trend *ret_trend)
{
    *ret_trend = (struct trend){.series = {0}};
    return options->from != NULL ? load_table(cli, options, ret_trend)
                                 : load_stored(cli, options, workplace, operands, ret_trend);
}

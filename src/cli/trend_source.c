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

/* A suite is a word more: all of its ids. */
static assay_status add_suite(const struct trend_source *source, const struct words *words,
                              struct arena *arena, struct words *ret_words)
{
    const size_t count = (size_t)words->count;
    char **items = arena_alloc(arena, (count + 2) * sizeof *items);
    if (items == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        items[i] = words->items[i];
    items[count] = items[count + 1] = NULL;
    *ret_words = (struct words){items, words->count};
    if (source->suite == NULL)
        return ASSAY_OK;
    items[count] = arena_printf(arena, "%s/*", source->suite);
    ret_words->count++;
    return items[count] != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status load_from(struct store *store, const struct trend_source *source,
                              const struct words *words, struct trend *ret_trend)
{
    char from[TIME_TEXT_MAX];
    const struct trend_request request = {
        .store = store,
        .words = words->items,
        .word_count = words->count,
        .metric = source->metric ? source->metric : METRICS[METRIC_TIME].name,
        .since = since(source, from),
        .last = source->last,
    };
    return source->all_metrics ? trend_load_metrics(&request, ret_trend)
                               : trend_load(&request, ret_trend);
}

static assay_status load_stored(struct cli *cli, const struct trend_source *source,
                                const struct words *words, struct workplace *workplace,
                                struct trend *ret_trend)
{
    struct store *store = NULL;
    struct words all;
    TRY(add_suite(source, words, &workplace->arena, &all));
    TRY(store_open(workplace->store, false, &store, &cli->error));
    assay_status status = load_from(store, source, &all, ret_trend);
    if (status != ASSAY_OK)
        buf_error(&cli->error, status, "%s", store->error.text);
    store_close(store);
    return status;
}

static assay_status check_options(struct cli *cli, const struct trend_source *source,
                                  bool has_words)
{
    if (source->from != NULL && (has_words || source->suite != NULL || source->days > 0))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--from reads all of its table: nothing that chooses benchmarks and no "
                         "--days with it");
    if (source->from == NULL && (source->higher_is_better || source->unit != NULL))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--higher-is-better and --unit are of tables: they need --from");
    return ASSAY_OK;
}

bool trend_source_is_given(const struct trend_source *source)
{
    return source->metric != NULL || source->from != NULL || source->unit != NULL ||
           source->suite != NULL || source->last > 0 || source->days > 0 ||
           source->higher_is_better;
}

assay_status trend_source_load(struct cli *cli, const struct trend_source *source,
                               const struct common_options *common, const struct words *words,
                               struct workplace *workplace, struct trend *ret_trend)
{
    *ret_trend = (struct trend){.series = {0}};
    TRY(check_options(cli, source, words->count > 0));
    if (source->from != NULL)
        return load_table(cli, source, ret_trend);
    TRY(common_workplace(cli, common, workplace));
    return load_stored(cli, source, words, workplace, ret_trend);
}

/* What cannot be had together: a row is beaten when another on the same input is at least as cheap
 * and at least as good, and better in one of the two; the others are the Pareto front.  Ties beat
 * nobody, so that two equal rows both stay. */
#include <stdlib.h>
#include <string.h>

#include "compare/overview/overview.h"

static bool same_metric(const struct measurement *a, const struct measurement *b)
{
    return strcmp(a->metric->name, b->metric->name) == 0;
}

static bool is_contest(const struct trade_line *a, const struct trade_line *b)
{
    return same_metric(a->cost, b->cost) && same_metric(a->quality, b->quality) &&
           benchmark_same_input(&a->result->benchmark, &b->result->benchmark);
}

/* Above 0: `a` is better than `b`; 0: equal. */
static int better(const struct measurement *a, const struct measurement *b)
{
    const double x = a->summary.median, y = b->summary.median;
    const int higher = (x > y) - (x < y);
    return a->metric->direction == HIGHER_IS_BETTER ? higher : -higher;
}

static bool beats(const struct trade_line *a, const struct trade_line *b)
{
    const int cost = better(a->cost, b->cost), quality = better(a->quality, b->quality);
    return cost >= 0 && quality >= 0 && cost + quality > 0;
}

static assay_status add_result(const struct result *result, trade_line_vec *trades)
{
    const struct measurement *cost = result_main_measurement(result);
    for (size_t i = 0; i < result->measurements.count && cost != NULL; i++) {
        const struct measurement *quality = &result->measurements.items[i];
        if (!quality->metric->quality || quality == cost)
            continue;
        struct trade_line *line = vec_add(trades);
        if (line == NULL)
            return ASSAY_ERR_MEMORY;
        *line = (struct trade_line){result, cost, quality, NULL};
    }
    return ASSAY_OK;
}

/* Contests in the order of their first rows, the cheapest row of each first. */
static void order(trade_line_vec *trades)
{
    for (size_t start = 0, end; start < trades->count; start = end) {
        end = start + 1;
        for (size_t i = end; i < trades->count; i++) {
            if (!is_contest(&trades->items[start], &trades->items[i]))
                continue;
            const struct trade_line line = trades->items[i];
            memmove(&trades->items[end + 1], &trades->items[end], (i - end) * sizeof line);
            size_t at = end++;
            for (; at > start && better(line.cost, trades->items[at - 1].cost) > 0; at--)
                trades->items[at] = trades->items[at - 1];
            trades->items[at] = line;
        }
    }
}

assay_status overview_trades(struct overview *overview)
{
    trade_line_vec *trades = &overview->trades;
    for (size_t i = 0; i < overview->run->results.count; i++)
        TRY(add_result(&overview->run->results.items[i], trades));
    order(trades);
    for (size_t i = 0; i < trades->count; i++)
        for (size_t k = 0; k < trades->count && trades->items[i].beaten_by == NULL; k++)
            if (is_contest(&trades->items[i], &trades->items[k]) &&
                beats(&trades->items[k], &trades->items[i]))
                trades->items[i].beaten_by = trades->items[k].result;
    return ASSAY_OK;
}

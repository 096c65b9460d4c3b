/* Rounds of block permutations, judged by both detectors, without and with a step.
 *
 * Invariant: what is permuted are logarithms without steps and drifts, so that a step of p per cent
 * is the same addition everywhere. */
#include "stats/history/rehearse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/history/online.h"
#include "stats/share.h"

enum { NEAR = 5, BLOCK_MIN = 5, BLOCKS_MIN = 8, EDGE = 5 };
#define PROVED 0.975 /* each side of 95 % */

/* One history, ready to be shuffled. */
struct rehearsing {
    double *logs;     /* without steps */
    double *shuffled; /* as values */
    double *delays;   /* of the rounds of one size that were raised */
    size_t *order;    /* of blocks */
    struct online online;
    size_t count, block;
    double sign; /* of what is worse */
    uint64_t random;
};

/* xorshift64*, Vigna, ACM TOMS 42(4), 2016. */
static uint64_t draw(struct rehearsing *rehearsing, uint64_t below)
{
    uint64_t *state = &rehearsing->random;
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint64_t)((double)((*state * 2685821657736338717u) >> 11) * 0x1p-53 * (double)below);
}

/* Takes steps and drifts out: what is left lies around the first level. */
static void flatten(struct rehearsing *rehearsing, const double *values,
                    const struct history *history)
{
    double *logs = rehearsing->logs;
    for (size_t i = 0; i < rehearsing->count; i++)
        logs[i] = log(values[i]);
    for (size_t k = 0; k < history->changes.count; k++)
        for (size_t i = history->changes.items[k].index; i < rehearsing->count; i++)
            logs[i] -= log(history->changes.items[k].ratio);
    for (size_t k = 0; k < history->drifts.count; k++) {
        const struct history_drift *drift = &history->drifts.items[k];
        const double slope = log(drift->ratio) / (double)(drift->count - 1);
        for (size_t i = drift->first; i < rehearsing->count; i++) {
            size_t along = i - drift->first;
            logs[i] -= slope * (double)(along < drift->count ? along : drift->count - 1);
        }
    }
}

/* Blocks of equal length in random order, read from a random place on, around the end. */
static void shuffle(struct rehearsing *rehearsing)
{
    const size_t count = rehearsing->count, block = rehearsing->block, blocks = count / block;
    const size_t start = draw(rehearsing, count);
    size_t *order = rehearsing->order;
    for (size_t i = 0; i < blocks; i++) {
        size_t other = draw(rehearsing, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    for (size_t i = 0; i < count; i++) {
        size_t from = i < blocks * block ? order[i / block] * block + i % block : i;
        rehearsing->shuffled[i] = exp(rehearsing->logs[(from + start) % count]);
    }
}

static void add_step(struct rehearsing *rehearsing, size_t at, double size)
{
    const double factor = rehearsing->sign > 0 ? 1 + size : 1 / (1 + size);
    for (size_t i = at; i < rehearsing->count; i++)
        rehearsing->shuffled[i] *= factor;
}

/* Counts the alarms; *ret_delay: from `at` to the first one from there on, or the count. */
static assay_status watch(struct rehearsing *rehearsing, size_t at, size_t *ret_alarms,
                          size_t *ret_delay)
{
    struct online *online = &rehearsing->online;
    memset(online, 0, sizeof *online);
    *ret_alarms = 0;
    *ret_delay = rehearsing->count;
    for (size_t i = 0; i < rehearsing->count; i++) {
        bool alarm;
        struct history_change step;
        TRY(online_push(online, rehearsing->shuffled[i], &alarm, &step));
        *ret_alarms += alarm;
        if (alarm && i >= at && *ret_delay == rehearsing->count)
            *ret_delay = i - at;
    }
    return ASSAY_OK;
}

static assay_status rest(struct rehearsing *rehearsing, struct rehearsal_row *row)
{
    struct history history;
    size_t alarms, delay;
    assay_status status = history_find(rehearsing->shuffled, rehearsing->count, &history);
    row->alarms.hits += history.changes.count;
    row->alarms.count += rehearsing->count;
    history_release(&history);
    TRY(status);
    TRY(watch(rehearsing, rehearsing->count, &alarms, &delay));
    row->online_alarms.hits += alarms;
    row->online_alarms.count += rehearsing->count;
    return ASSAY_OK;
}

static bool has_near(const history_change_vec *changes, size_t at)
{
    for (size_t i = 0; i < changes->count; i++) {
        size_t index = changes->items[i].index;
        if (index + NEAR >= at && index <= at + NEAR)
            return true;
    }
    return false;
}

/* Between a fifth and four fifths, as the simulations have it, but never before the first alarm
 * can be raised. */
static size_t place(struct rehearsing *rehearsing)
{
    const size_t count = rehearsing->count, last = count - count / EDGE;
    const size_t first = count / EDGE > ONLINE_LEARNING ? count / EDGE : ONLINE_LEARNING;
    return first + draw(rehearsing, last - first);
}

static assay_status try_step(struct rehearsing *rehearsing, size_t at, struct rehearsal_step *step)
{
    struct history history;
    size_t alarms, delay;
    assay_status status = history_find(rehearsing->shuffled, rehearsing->count, &history);
    step->found.hits += has_near(&history.changes, at);
    step->found.count++;
    history_release(&history);
    TRY(status);
    TRY(watch(rehearsing, at, &alarms, &delay));
    if (delay < rehearsing->count)
        rehearsing->delays[step->raised.hits++] = (double)delay;
    step->raised.count++;
    return ASSAY_OK;
}

static void prove(struct proved_share *share)
{
    share->high = share_upper_bound(share->hits, share->count, PROVED);
    share->low = 1 - share_upper_bound(share->count - share->hits, share->count, PROVED);
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Half of all rounds, raised or not, were raised so soon. */
static double median_delay(struct rehearsing *rehearsing, const struct proved_share *raised)
{
    const size_t half = (raised->count - 1) / 2;
    if (raised->hits <= half)
        return (double)NAN;
    qsort(rehearsing->delays, raised->hits, sizeof *rehearsing->delays, compare);
    return rehearsing->delays[half];
}

static assay_status rehearse_step(struct rehearsing *rehearsing, const struct rehearsal_plan *plan,
                                  struct rehearsal_step *step)
{
    for (unsigned round = 0; round < plan->rounds; round++) {
        size_t at = place(rehearsing);
        shuffle(rehearsing);
        add_step(rehearsing, at, step->size);
        TRY(try_step(rehearsing, at, step));
    }
    step->delay = median_delay(rehearsing, &step->raised);
    prove(&step->found);
    prove(&step->raised);
    return ASSAY_OK;
}

static assay_status rehearse(struct rehearsing *rehearsing, const struct rehearsal_plan *plan,
                             struct rehearsal_row *row)
{
    for (unsigned round = 0; round < plan->rounds; round++) {
        shuffle(rehearsing);
        TRY(rest(rehearsing, row));
    }
    prove(&row->alarms);
    prove(&row->online_alarms);
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++) {
        row->steps[k] = (struct rehearsal_step){.size = REHEARSAL_STEPS[k]};
        TRY(rehearse_step(rehearsing, plan, &row->steps[k]));
    }
    return ASSAY_OK;
}

/* Several times as long as neighbours have something in common, but enough of them to shuffle. */
static size_t block_of(size_t count, double autocorrelation)
{
    size_t block = (size_t)(BLOCK_MIN * (1 + autocorrelation) / (1 - autocorrelation));
    return block < count / BLOCKS_MIN ? block : count / BLOCKS_MIN;
}

static assay_status prepare(struct rehearsing *rehearsing, const double *values,
                            struct rehearsal_row *row)
{
    struct history history;
    assay_status status = history_find(values, rehearsing->count, &history);
    if (status == ASSAY_OK) {
        flatten(rehearsing, values, &history);
        row->steps_taken_out = history.changes.count;
        row->drifts_taken_out = history.drifts.count;
        row->sd = history.sd;
        row->autocorrelation = history.autocorrelation;
        rehearsing->block = block_of(rehearsing->count, history.autocorrelation);
    }
    history_release(&history);
    return status;
}

assay_status history_rehearse(const double *values, size_t count, bool higher_is_better,
                              const struct rehearsal_plan *plan, struct rehearsal_row *ret_row)
{
    ret_row->points = count;
    if (count < REHEARSAL_POINTS_MIN)
        return ASSAY_ERR_TOO_FEW;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]) || values[i] <= 0)
            return ASSAY_ERR_ARGUMENT;
    struct rehearsing *rehearsing = calloc(1, sizeof *rehearsing);
    double *block = malloc((2 * count + plan->rounds) * sizeof *block);
    size_t *order = malloc(count * sizeof *order);
    assay_status status = ASSAY_ERR_MEMORY;
    if (rehearsing != NULL && block != NULL && order != NULL) {
        rehearsing->logs = block;
        rehearsing->shuffled = block + count;
        rehearsing->delays = block + 2 * count;
        rehearsing->order = order;
        rehearsing->count = count;
        rehearsing->sign = higher_is_better ? -1 : 1;
        rehearsing->random = plan->seed * 0x9E3779B97F4A7C15u + 1;
        rehearsing->random += rehearsing->random == 0; /* xorshift stays at 0 */
        status = prepare(rehearsing, values, ret_row);
        if (status == ASSAY_OK)
            status = rehearse(rehearsing, plan, ret_row);
    }
    free(rehearsing);
    free(block);
    free(order);
    return status;
}

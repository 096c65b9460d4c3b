/* The loop of `assay watch`.
 * Invariant: it waits no longer than WAIT_MAX at once, so that a clock that was set, or a machine
 * that slept, shifts a cycle by that much and no more. */
#include "session/watch/schedule.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MAX 600.0

assay_status schedule_parse_time(const char *text, int *ret_minute, struct buf *error)
{
    unsigned hour, minute;
    int length = 0;
    if (strspn(text, "0123456789:") != strlen(text) ||
        sscanf(text, "%2u:%2u%n", &hour, &minute, &length) != 2 || text[length] != '\0' ||
        hour > 23 || minute > 59)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s' is no time of the day, such as 03:00 or 17:30", text);
    *ret_minute = (int)(60 * hour + minute);
    return ASSAY_OK;
}

time_t schedule_next_time(int minute, time_t now)
{
    struct tm day;
    localtime_r(&now, &day);
    day.tm_hour = minute / 60;
    day.tm_min = minute % 60;
    day.tm_sec = 0;
    day.tm_isdst = -1;
    struct tm today = day;
    time_t next = mktime(&today);
    if (next > now)
        return next;
    day.tm_mday++;
    return mktime(&day);
}

/* What the loop remembers. */
struct state {
    time_t interval_due, time_due; /* 0: never */
    struct buf commit, measured;
    unsigned cycles;
};

static void plan_next(const struct schedule *schedule, time_t now, struct state *state)
{
    state->interval_due =
        schedule->every_seconds > 0 ? now + (time_t)ceil(schedule->every_seconds) : 0;
    state->time_due =
        schedule->at_minute != SCHEDULE_NO_TIME ? schedule_next_time(schedule->at_minute, now) : 0;
}

static bool is_new_commit(const struct state *state)
{
    return state->commit.length > 0 && strcmp(state->commit.text, state->measured.text) != 0;
}

/* Whether a cycle is due, and why. */
static bool is_due(const struct schedule *schedule, time_t now, const struct state *state,
                   enum watch_reason *ret_reason)
{
    if (state->cycles == 0 && (schedule->every_seconds > 0 || schedule->on_commit))
        *ret_reason = WATCH_FIRST;
    else if (schedule->on_commit && is_new_commit(state))
        *ret_reason = WATCH_COMMIT;
    else if (state->interval_due != 0 && now >= state->interval_due)
        *ret_reason = WATCH_INTERVAL;
    else if (state->time_due != 0 && now >= state->time_due)
        *ret_reason = WATCH_TIME;
    else
        return false;
    return true;
}

static double seconds_to_wait(const struct schedule *schedule, time_t now,
                              const struct state *state)
{
    double seconds = schedule->on_commit ? fmin(schedule->poll_seconds, WAIT_MAX) : WAIT_MAX;
    if (state->interval_due != 0)
        seconds = fmin(seconds, difftime(state->interval_due, now));
    if (state->time_due != 0)
        seconds = fmin(seconds, difftime(state->time_due, now));
    return fmax(seconds, 0);
}

static void look_at_commit(const struct schedule *schedule, const struct schedule_ops *ops,
                           void *context, struct state *state)
{
    buf_clear(&state->commit);
    if (schedule->on_commit)
        ops->commit(context, &state->commit);
}

static assay_status loop(const struct schedule *schedule, const struct schedule_ops *ops,
                         void *context, struct state *state)
{
    plan_next(schedule, ops->now(context), state);
    while (schedule->count == 0 || state->cycles < schedule->count) {
        enum watch_reason reason;
        look_at_commit(schedule, ops, context, state);
        const time_t now = ops->now(context);
        if (!is_due(schedule, now, state, &reason)) {
            if (!ops->wait(context, seconds_to_wait(schedule, now, state)))
                return ASSAY_OK;
            continue;
        }
        buf_clear(&state->measured);
        buf_puts(&state->measured, state->commit.text);
        plan_next(schedule, now, state);
        TRY(ops->cycle(context, ++state->cycles, reason));
        if (!ops->wait(context, 0)) /* stopped meanwhile */
            return ASSAY_OK;
    }
    return ASSAY_OK;
}

assay_status schedule_run(const struct schedule *schedule, const struct schedule_ops *ops,
                          void *context)
{
    enum { COMMIT_BYTES_MAX = 1 << 12 };
    struct state state = {.cycles = 0};
    buf_init(&state.commit, COMMIT_BYTES_MAX);
    buf_init(&state.measured, COMMIT_BYTES_MAX);
    assay_status status = loop(schedule, ops, context, &state);
    buf_release(&state.commit);
    buf_release(&state.measured);
    return status;
}

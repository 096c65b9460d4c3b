/* News of the store by comparing its newest runs with what they were.
 * Why only the newest: runs are added at the end, and what changes further back (a baseline, a run
 * that was removed) is told as a change of the whole. */
#include "serve/http/events.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void known_set(struct known_run *known, const struct run_row *row)
{
    *known = (struct known_run){.ok = row->ok, .failed = row->failed, .skipped = row->skipped};
    snprintf(known->id, sizeof known->id, "%s", row->id);
    snprintf(known->status, sizeof known->status, "%s", row->status);
}

static bool known_same(const struct known_run *a, const struct known_run *b)
{
    return strcmp(a->id, b->id) == 0 && strcmp(a->status, b->status) == 0 && a->ok == b->ok &&
           a->failed == b->failed && a->skipped == b->skipped;
}

/* An event that cannot be told for want of memory is left out: the next look tells its run again,
 * when it has grown. */
static void add_event(struct events *events, const char *name, const char *data)
{
    struct buf *text = &events->texts[events->next % EVENTS_KEPT];
    buf_release(text);
    buf_init(text, 4096);
    buf_printf(text, "id: %llu\nevent: %s\ndata: %s\n\n", (unsigned long long)events->next, name,
               data);
    if (text->status == ASSAY_OK)
        events->next++;
}

static void add_run(struct events *events, const struct known_run *run)
{
    json_t *object =
        json_pack("{s:s, s:s, s:i, s:i, s:i}", "id", run->id, "status", run->status, "ok",
                  (int)run->ok, "failed", (int)run->failed, "skipped", (int)run->skipped);
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    add_event(events, text != NULL ? "run" : "change", text != NULL ? text : "{}");
    free(text);
    json_decref(object);
}

static bool is_known(const struct events *events, const struct known_run *run)
{
    for (size_t i = 0; i < events->run_count; i++)
        if (known_same(&events->runs[i], run))
            return true;
    return false;
}

/* Oldest first, as it happened. */
static void compare_runs(struct events *events, const run_row_vec *rows, bool is_start)
{
    struct known_run now[EVENTS_RUNS];
    size_t count = rows->count < EVENTS_RUNS ? rows->count : EVENTS_RUNS, news = 0;
    for (size_t i = 0; i < count; i++)
        known_set(&now[i], &rows->items[i]);
    for (size_t i = count; i-- > 0 && !is_start;)
        if (!is_known(events, &now[i])) {
            add_run(events, &now[i]);
            news++;
        }
    if (news == 0 && !is_start)
        add_event(events, "change", "{}");
    memcpy(events->runs, now, count * sizeof now[0]);
    events->run_count = count;
}

static void look(struct events *events, struct source *source, bool is_start)
{
    struct store *store;
    struct arena arena = {0};
    run_row_vec rows = {0};
    uint64_t state;
    assay_status status = source_store(source, &store, &state, NULL);
    if (status == ASSAY_OK && state == events->state && !events->has_failed)
        return;
    if (status == ASSAY_OK)
        status = store->ops->runs(store, EVENTS_RUNS, &arena, &rows);
    if (status == ASSAY_OK) {
        compare_runs(events, &rows, is_start);
        events->state = state;
    } else if (!events->has_failed && !is_start) {
        add_event(events, "change", "{}");
    }
    events->has_failed = status != ASSAY_OK;
    vec_release(&rows);
    arena_release(&arena);
}

void events_start(struct events *events, struct source *source)
{
    *events = (struct events){.next = 0};
    look(events, source, true);
}

void events_look(struct events *events, struct source *source)
{
    look(events, source, false);
}

void events_release(struct events *events)
{
    for (size_t i = 0; i < EVENTS_KEPT; i++)
        buf_release(&events->texts[i]);
}

const char *events_take(const struct events *events, uint64_t *at)
{
    if (*at >= events->next)
        return NULL;
    if (events->next - *at > EVENTS_KEPT)
        *at = events->next - EVENTS_KEPT;
    return events->texts[(*at)++ % EVENTS_KEPT].text;
}

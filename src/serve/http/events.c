/* News of the store by comparing its newest runs with what they were.
 * Why only the newest: runs are added at the end, and what changes further back (a baseline, a run
 * that was removed) is told as a change of the whole. */
#include "serve/http/events.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "session/live/live.h"

enum { EVENT_BYTES_MAX = 2 * LIVE_BYTES_MAX };

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
    buf_init(text, EVENT_BYTES_MAX);
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

/* Oldest first, as it happened.  `is_written`: the store has changed. */
static void compare_runs(struct events *events, const run_row_vec *rows, bool is_start,
                         bool is_written)
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
    if (news == 0 && is_written && !is_start)
        add_event(events, "change", "{}");
    memcpy(events->runs, now, count * sizeof now[0]);
    events->run_count = count;
}

/* That a run ended need not be written: its process may have been killed, or it still holds the run
 * when it writes for the last time.  So runs that go on are looked at now and then. */
static bool is_run_due(struct events *events)
{
    enum { LOOKS = 10 };
    for (size_t i = 0; i < events->run_count; i++)
        if (strcmp(events->runs[i].status, "running") == 0)
            return ++events->looks % LOOKS == 0;
    return false;
}

static void look(struct events *events, struct source *source, bool is_start)
{
    struct store *store;
    struct arena arena = {0};
    run_row_vec rows = {0};
    uint64_t state = 0;
    assay_status status = source_store(source, &store, &state, NULL);
    const bool is_written = state != events->state || events->has_failed;
    if (status == ASSAY_OK && !is_written && !is_run_due(events))
        return;
    if (status == ASSAY_OK)
        status = store->ops->runs(store, EVENTS_RUNS, &arena, &rows);
    if (status == ASSAY_OK) {
        compare_runs(events, &rows, is_start, is_written);
        events->state = state;
    } else if (!events->has_failed && !is_start) {
        add_event(events, "change", "{}");
    }
    events->has_failed = status != ASSAY_OK;
    vec_release(&rows);
    arena_release(&arena);
}

/* ---- what runs tell while they go on ---- */

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Through no link, so that a name in the folder cannot lead elsewhere. */
static void add_progress(struct events *events, int folder, const char *name)
{
    char bytes[LIVE_BYTES_MAX];
    BUF_AUTO line;
    buf_init(&line, EVENT_BYTES_MAX);
    int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return;
    const ssize_t length = read(file, bytes, sizeof bytes);
    close(file);
    if (length > 0 && live_read(bytes, (size_t)length, &line) == ASSAY_OK)
        add_event(events, "progress", line.text);
}

static void look_at_folder(struct events *events, DIR *entries, bool is_start)
{
    const struct dirent *entry;
    struct timespec newest = events->told;
    struct stat file;
    while ((entry = readdir(entries)) != NULL) {
        if (!text_ends_with(entry->d_name, ".json") ||
            fstatat(dirfd(entries), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(file.st_mode) || !is_later(&file.st_mtim, &events->told))
            continue;
        if (!is_start)
            add_progress(events, dirfd(entries), entry->d_name);
        if (is_later(&file.st_mtim, &newest))
            newest = file.st_mtim;
    }
    events->told = newest;
}

static void look_at_progress(struct events *events, const struct source *source, bool is_start)
{
    BUF_AUTO folder;
    buf_init(&folder, 8192);
    live_folder(source->where, &folder);
    DIR *entries = folder.status == ASSAY_OK ? opendir(folder.text) : NULL;
    if (entries == NULL)
        return;
    look_at_folder(events, entries, is_start);
    closedir(entries);
}

void events_start(struct events *events, struct source *source)
{
    *events = (struct events){.next = 0};
    look(events, source, true);
    look_at_progress(events, source, true);
}

void events_look(struct events *events, struct source *source)
{
    look_at_progress(events, source, false); /* first: a result may follow from it */
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

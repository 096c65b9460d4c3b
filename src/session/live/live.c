/* The file of a run that goes on.
 *
 * Why a file and not a row of the store: a transaction waits for the disk, and whoever only looks
 * on should cost a measurement nothing.  It is written under another name and renamed, so that it
 * is always whole; it need not outlive a power cut.
 *
 * Invariant: the file is there only while the run goes on; one that was left by a run that was
 * killed goes after a day, with the next run. */
#include "session/live/live.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/text.h"
#include "probe/clock.h"
#include "report/values/json_values.h"
#include "report/web/packed.h"
#include "store/store.h"

enum { SAMPLES_TOLD = 512, LEFT_SECONDS = 24 * 60 * 60 };
#define TELL_SECONDS 0.1 /* at most so often */

/* A folder of this user on this machine, of which there is one for each address, as it is shown:
 * passwords may change.  In memory where the system has such a place. */
static void add_server_folder(const char *where, struct buf *out)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *home = getenv("HOME");
    char digits[SHA256_DIGITS + 1];
    BUF_AUTO shown;
    buf_init(&shown, 8192);
    store_add_shown(where, &shown);
    sha256_text(shown.text, shown.length, digits);
    if (runtime != NULL && runtime[0] == '/')
        buf_printf(out, "%s/assay-live-%.16s", runtime, digits);
    else if (home != NULL && home[0] == '/')
        buf_printf(out, "%s/.cache/assay-live-%.16s", home, digits);
}

void live_folder(const char *where, struct buf *out)
{
    if (store_is_file(where))
        buf_printf(out, "%s-live", where);
    else
        add_server_folder(where, out);
}

/* It may be there; what cannot be made is found out by writing. */
static void make_folder(const char *folder)
{
    BUF_AUTO above;
    buf_init(&above, 8192);
    if (mkdir(folder, 0777) == 0 || errno != ENOENT || strrchr(folder, '/') == NULL)
        return;
    buf_add(&above, folder, (size_t)(strrchr(folder, '/') - folder));
    mkdir(above.text, 0700);
    mkdir(folder, 0777);
}

static void remove_left(const char *folder)
{
    DIR *entries = opendir(folder);
    const struct dirent *entry;
    struct timespec now;
    struct stat file;
    clock_gettime(CLOCK_REALTIME, &now);
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (fstatat(dirfd(entries), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(file.st_mode) && now.tv_sec - file.st_mtime > LEFT_SECONDS)
            unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries != NULL)
        closedir(entries);
}

void live_begin(struct live *live, const char *folder, const struct run *run, size_t count)
{
    *live = (struct live){.folder = folder, .run = run, .count = count, .told_seconds = -1};
    buf_init(&live->path, 8192);
    if (folder == NULL)
        return;
    make_folder(folder);
    remove_left(folder);
    buf_printf(&live->path, "%s/%s.json", folder, run->id);
}

void live_end(struct live *live)
{
    if (live->folder != NULL) {
        unlink(live->path.text);
        rmdir(live->folder); /* unless another run tells something */
    }
    buf_release(&live->path);
}

/* Every so many of them, so that no file is long; in their order. */
static assay_status thin(const sample_vec *samples, sample_vec *ret_some)
{
    const size_t step = (samples->count + SAMPLES_TOLD - 1) / SAMPLES_TOLD;
    for (size_t i = 0; i < samples->count; i += step) {
        struct sample *sample = vec_add(ret_some);
        if (sample == NULL)
            return ASSAY_ERR_MEMORY;
        *sample = samples->items[i];
    }
    return ASSAY_OK;
}

static json_t *samples_json(const sample_vec *samples)
{
    sample_vec some = {0};
    BUF_AUTO packed;
    buf_init(&packed, LIVE_BYTES_MAX);
    assay_status status = thin(samples, &some);
    if (status == ASSAY_OK && some.count > 0)
        status = web_pack(&some, &packed);
    const bool has_any = status == ASSAY_OK && some.count > 0;
    vec_release(&some);
    return has_any ? json_loads(packed.text, 0, NULL) : json_null();
}

static json_t *document_of(const struct live *live, uint32_t launches)
{
    json_t *document = json_object();
    const struct benchmark *benchmark = &live->result->benchmark;
    report_json_member(&document, "schema", json_string("assay.progress/1"));
    report_json_member(&document, "run", report_json_text(live->run->id));
    report_json_member(&document, "index", json_integer((json_int_t)live->index));
    report_json_member(&document, "count", json_integer((json_int_t)live->count));
    report_json_member(&document, "benchmark", report_json_text(benchmark->id));
    report_json_member(&document, "launch", json_integer((json_int_t)launches));
    report_json_member(&document, "launches", json_integer((json_int_t)live->run->plan.launches));
    report_json_member(&document, "taken", json_integer((json_int_t)live->result->samples.count));
    report_json_member(&document, "samples", samples_json(&live->result->samples));
    return document;
}

static bool write_whole(const char *path, const struct buf *text)
{
    BUF_AUTO part;
    buf_init(&part, 8192);
    buf_printf(&part, "%s.part", path);
    FILE *file = part.status == ASSAY_OK ? fopen(part.text, "we") : NULL;
    if (file == NULL)
        return false;
    bool good = fwrite(text->text, 1, text->length, file) == text->length;
    good = fclose(file) == 0 && good;
    if (good && rename(part.text, path) == 0)
        return true;
    unlink(part.text);
    return false;
}

static void tell(struct live *live, uint32_t launches)
{
    BUF_AUTO text;
    buf_init(&text, LIVE_BYTES_MAX);
    live->told_seconds = clock_now_seconds();
    if (report_json_write(document_of(live, launches), &text) != ASSAY_OK)
        return;
    if (live->path.status != ASSAY_OK || !write_whole(live->path.text, &text))
        live->folder = NULL;
}

static bool is_due(const struct live *live)
{
    return live->folder != NULL &&
           (live->told_seconds < 0 || clock_now_seconds() - live->told_seconds >= TELL_SECONDS);
}

void live_benchmark(struct live *live, size_t index, const struct result *result)
{
    live->index = index;
    live->result = result;
    if (is_due(live))
        tell(live, 0);
}

void live_launched(struct live *live, uint32_t launches)
{
    if (is_due(live))
        tell(live, launches);
}

/* ---- reading ---- */

static bool are_counts(const json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (!json_is_integer(json_array_get(array, i)))
            return false;
    return json_is_array(array);
}

static bool are_samples(json_t *samples)
{
    const char *data;
    double from, to;
    int is_log;
    json_t *launches;
    if (json_is_null(samples))
        return true;
    return json_unpack(samples, "{s:F, s:F, s:b, s:o, s:s !}", "from", &from, "to", &to, "log",
                       &is_log, "launches", &launches, "data", &data) == 0 &&
           are_counts(launches);
}

static bool is_progress(json_t *document)
{
    const char *schema, *run, *benchmark;
    json_int_t index, count, launch, launches, taken;
    json_t *samples;
    return json_unpack(document, "{s:s, s:s, s:I, s:I, s:s, s:I, s:I, s:I, s:o !}", "schema",
                       &schema, "run", &run, "index", &index, "count", &count, "benchmark",
                       &benchmark, "launch", &launch, "launches", &launches, "taken", &taken,
                       "samples", &samples) == 0 &&
           strcmp(schema, "assay.progress/1") == 0 && index >= 0 && count >= 0 && launch >= 0 &&
           launches >= 0 && taken >= 0 && are_samples(samples);
}

assay_status live_read(const char *bytes, size_t length, struct buf *out)
{
    if (length > LIVE_BYTES_MAX)
        return ASSAY_ERR_PARSE;
    json_t *document = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
    char *line = NULL;
    assay_status status = document != NULL && is_progress(document) ? ASSAY_OK : ASSAY_ERR_PARSE;
    if (status == ASSAY_OK)
        line = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(12));
    if (line != NULL)
        buf_puts(out, line);
    else if (status == ASSAY_OK)
        status = ASSAY_ERR_MEMORY;
    free(line);
    json_decref(document);
    return status == ASSAY_OK ? out->status : status;
}

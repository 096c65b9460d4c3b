/* Files -> texts -> one run.
 * What an imported run must never be taken for is a measured one: its profile is "imported", and
 * the kernel in its fingerprint is the tool's name, so that comparing and trends keep both apart as
 * they keep machines apart. */
#include "session/exchange/import.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "session/place/project.h"
#include "session/run.h"

enum { FOLDERS_DEEP_MAX = 12 };

struct importing {
    const struct import_request *request;
    struct sink sink;
    struct arena arena; /* paths */
    const struct import_format *first;
};

static assay_status read_text(const char *path, FILE *file, struct buf *text, struct buf *error)
{
    char chunk[65536];
    size_t got;
    while (text->status == ASSAY_OK && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(text, chunk, got);
    if (ferror(file) != 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    return text->status == ASSAY_OK ? ASSAY_OK
                                    : buf_error(error, text->status, "'%s' is longer than %zu MiB",
                                                path, text->length_max >> 20);
}

assay_status import_read_file(const char *path, struct buf *text, struct buf *error)
{
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    assay_status status = read_text(path, file, text, error);
    if (!is_input)
        fclose(file);
    return status;
}

static assay_status import_file(struct importing *importing, const char *path)
{
    const struct import_format *format;
    BUF_AUTO text;
    buf_init(&text, IMPORT_BYTES_MAX);
    TRY(import_read_file(path, &text, importing->sink.error));
    const struct import_text source = {
        .name = arena_copy(&importing->arena, strcmp(path, "-") == 0 ? "standard input" : path),
        .text = text.text,
        .length = text.length,
        .columns = importing->request->columns,
    };
    if (source.name == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(import_parse(&source, importing->request->format, &importing->sink, &format));
    if (importing->first == NULL)
        importing->first = format;
    return ASSAY_OK;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Criterion writes a folder a benchmark; its newest samples are "new/sample.json". */
static assay_status import_folder(struct importing *importing, const char *path, int depth)
{
    struct buf *error = importing->sink.error;
    struct dirent **entries = NULL;
    assay_status status = ASSAY_OK;
    if (depth > FOLDERS_DEEP_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%s': folders are too deep", path);
    int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *inner = arena_printf(&importing->arena, "%s/%s", path, name);
        if (inner == NULL)
            status = ASSAY_ERR_MEMORY;
        else if (status == ASSAY_OK && name[0] != '.' && is_folder(inner))
            status = import_folder(importing, inner, depth + 1);
        else if (status == ASSAY_OK && text_ends_with(inner, "/new/sample.json"))
            status = import_file(importing, inner);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static assay_status import_path(struct importing *importing, const char *path)
{
    size_t before = importing->sink.run->results.count;
    if (strcmp(path, "-") == 0 || !is_folder(path))
        return import_file(importing, path);
    TRY(import_folder(importing, path, 0));
    return importing->sink.run->results.count > before
               ? ASSAY_OK
               : buf_error(importing->sink.error, ASSAY_ERR_PARSE,
                           "'%s': no results of Criterion ('new/sample.json') in this folder",
                           path);
}

/* What the files do not say is asked of the current folder. */
static assay_status describe_project(const struct import_request *request,
                                     const struct sink_facts *facts, struct run *run)
{
    TRY(project_describe(&run->arena, run));
    const char *commit = request->commit ? request->commit : facts->commit;
    if (commit[0] != '\0') {
        run->commit = arena_copy(&run->arena, commit);
        run->branch = facts->branch;
        run->tag = "";
    }
    return run->commit ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status describe(const struct importing *importing, struct run *run)
{
    const struct sink_facts *facts = &importing->sink.facts;
    struct environment *environment = &run->environment;
    const char *label = importing->request->label;
    TRY(session_name_run(run));
    TRY(describe_project(importing->request, facts, run));
    if (facts->started_at[0] != '\0')
        run->started_at = facts->started_at;
    run->label = arena_copy(&run->arena, label ? label : "");
    run->plan = (struct plan){.profile = "imported", .launches = 1};
    *environment = (struct environment){
        .hostname = "",
        .cpu = facts->machine[0] ? facts->machine : "unknown machine",
        .kernel = arena_printf(&run->arena, "imported %s", importing->first->name),
        .os = "",
        .compiler = facts->tool,
        .governor = "",
        .cores = facts->cores,
        .load_1min = -1,
        .steal_ratio = -1,
    };
    if (environment->kernel == NULL || run->label == NULL)
        return ASSAY_ERR_MEMORY;
    environment->fingerprint = environment_fingerprint(environment, &run->arena);
    return environment->fingerprint ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status import_run(const struct import_request *request, struct run *ret_run,
                        const struct import_format **ret_format, struct buf *error)
{
    struct importing importing = {.request = request};
    assay_status status = ASSAY_OK;
    *ret_run = (struct run){0};
    sink_init(&importing.sink, ret_run, error);
    for (int i = 0; status == ASSAY_OK && i < request->count; i++)
        status = import_path(&importing, request->paths[i]);
    if (status == ASSAY_OK)
        status = sink_finish(&importing.sink);
    if (status == ASSAY_OK)
        status = describe(&importing, ret_run);
    if (status == ASSAY_OK)
        *ret_format = importing.first;
    sink_release(&importing.sink);
    arena_release(&importing.arena);
    return status;
}

assay_status import_store(struct store *store, const struct run *run, struct buf *error)
{
    assay_status status = store->ops->put_run(store, run);
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", store->error.text);
}

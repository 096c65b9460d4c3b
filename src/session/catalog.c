/* Finding benchmarks.  A module is a shared object or a program named *_bench or *_bench.EXTENSION
 * that may be executed and speaks the protocol; folders are searched two levels deep
 * (suites/NAME/MODULE), in the order of names, so that two runs list alike. Invariants: 1. every
 * module is listed in a host process of its own; 2. nothing that a module does while it is listed
 * ends the run: it becomes a failure with a reason. */
#include "session/catalog.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { FOLDER_DEPTH = 2 };

bool catalog_is_path(const char *argument)
{
    if (argument[0] == '/' || strncmp(argument, "./", 2) == 0 || strncmp(argument, "../", 3) == 0 ||
        text_ends_with(argument, ".so"))
        return true;
    return strchr(argument, '/') != NULL && access(argument, F_OK) == 0;
}

/* Whether `part` occurs in `text` with its numbers whole: "n=10" is no part of "n=100". */
static bool has_part(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = text; length > 0 && (at = strstr(at, part)) != NULL; at++) {
        bool cut_left = at > text && isdigit((unsigned char)at[-1]) && isdigit((unsigned char)*at);
        bool cut_right =
            isdigit((unsigned char)at[length - 1]) && isdigit((unsigned char)at[length]);
        if (!cut_left && !cut_right)
            return true;
    }
    return false;
}

bool catalog_matches(const char *pattern, const struct benchmark *benchmark)
{
    return strcmp(pattern, "all") == 0 || strcmp(pattern, benchmark->suite) == 0 ||
           has_part(benchmark->id, pattern) || text_glob(pattern, benchmark->id);
}

bool catalog_selects(char *const *arguments, int count, const struct benchmark *benchmark)
{
    const char *file = text_file_name(benchmark->module);
    bool patterns = false, paths = false, matched = false, listed = false;
    for (int i = 0; i < count; i++) {
        if (catalog_is_path(arguments[i])) {
            paths = true;
            listed = listed || strcmp(text_file_name(arguments[i]), file) == 0;
        } else {
            patterns = true;
            matched = matched || catalog_matches(arguments[i], benchmark);
        }
    }
    return (!patterns || matched) && (!paths || listed);
}

const struct benchmark *catalog_find(const struct catalog *catalog, const char *id)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++)
        if (strcmp(catalog->benchmarks.items[i].id, id) == 0)
            return &catalog->benchmarks.items[i];
    return NULL;
}

static bool is_module_name(const char *name)
{
    const char *mark = strstr(name, "_bench");
    if (mark == NULL)
        return false;
    const char *rest = mark + strlen("_bench");
    return *rest == '\0' || (*rest == '.' && strchr(rest + 1, '.') == NULL);
}

static assay_status list_module(const struct catalog_request *request, const char *module,
                                struct catalog *catalog)
{
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    size_t before = catalog->benchmarks.count;
    assay_status status =
        measure_list(request->paths, module, &catalog->arena, &catalog->benchmarks, &reason);
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY)
        return status;
    catalog->benchmarks.count = before;
    struct module_failure *failure = vec_add(&catalog->failures);
    if (failure == NULL)
        return ASSAY_ERR_MEMORY;
    failure->module = arena_copy(&catalog->arena, module);
    failure->reason = arena_copy(&catalog->arena, reason.text);
    return failure->module && failure->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status list_path(const struct catalog_request *request, const char *path, int depth,
                              struct catalog *catalog);

static int keep_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static assay_status list_folder(const struct catalog_request *request, const char *folder,
                                int depth, struct catalog *catalog)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, keep_entry, alphasort);
    assay_status status = ASSAY_OK;
    for (int i = 0; i < count; i++) {
        BUF_AUTO path;
        struct stat info;
        buf_init(&path, 4096);
        buf_printf(&path, "%s/%s", folder, entries[i]->d_name);
        bool usable = status == ASSAY_OK && path.status == ASSAY_OK && stat(path.text, &info) == 0;
        bool module = usable && S_ISREG(info.st_mode) && is_module_name(entries[i]->d_name) &&
                      (text_ends_with(path.text, ".so") || access(path.text, X_OK) == 0);
        if (module || (usable && S_ISDIR(info.st_mode) && depth > 1))
            status = list_path(request, path.text, depth - 1, catalog);
        free(entries[i]);
    }
    free(entries);
    return status;
}

static assay_status list_path(const struct catalog_request *request, const char *path, int depth,
                              struct catalog *catalog)
{
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return list_folder(request, path, depth, catalog);
    return list_module(request, path, catalog);
}

/* "sort_bench.so" and "./sort_bench.so" both mean the file here: dlopen and exec want a slash. */
static assay_status list_argument(const struct catalog_request *request, const char *argument,
                                  struct catalog *catalog, struct buf *error)
{
    BUF_AUTO path;
    buf_init(&path, 4096);
    buf_printf(&path, "%s%s", strchr(argument, '/') ? "" : "./", argument);
    TRY(path.status);
    if (access(path.text, F_OK) != 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND, "cannot open module '%s': %s", argument,
                         strerror(errno));
    return list_path(request, path.text, FOLDER_DEPTH, catalog);
}

static assay_status list_all(const struct catalog_request *request, struct catalog *catalog,
                             struct buf *error)
{
    bool paths = false;
    for (int i = 0; i < request->argument_count; i++)
        if (catalog_is_path(request->arguments[i])) {
            paths = true;
            TRY(list_argument(request, request->arguments[i], catalog, error));
        }
    for (const char *const *folder = request->folders; !paths && *folder != NULL; folder++)
        if (access(*folder, F_OK) == 0)
            TRY(list_path(request, *folder, FOLDER_DEPTH, catalog));
    if (catalog->benchmarks.count == 0 && catalog->failures.count == 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "no benchmarks found; name a module (assay run ./NAME_bench.so) or list "
                         "folders under 'suites' in assay.yaml");
    return ASSAY_OK;
}

/* Keeps what a pattern selects; each pattern must select something. */
static assay_status select_patterns(const struct catalog_request *request, struct catalog *catalog,
                                    struct buf *error)
{
    size_t patterns = 0, kept = 0;
    for (int i = 0; i < request->argument_count; i++) {
        size_t hits = 0;
        if (catalog_is_path(request->arguments[i]))
            continue;
        patterns++;
        for (size_t k = 0; k < catalog->benchmarks.count; k++)
            hits += catalog_matches(request->arguments[i], &catalog->benchmarks.items[k]);
        if (hits == 0)
            return buf_error(error, ASSAY_ERR_NOT_FOUND,
                             "no benchmark matches '%s'; 'assay list' shows what there is",
                             request->arguments[i]);
    }
    for (size_t k = 0; k < catalog->benchmarks.count && patterns > 0; k++) {
        bool wanted = false;
        for (int i = 0; i < request->argument_count; i++)
            wanted =
                wanted || (!catalog_is_path(request->arguments[i]) &&
                           catalog_matches(request->arguments[i], &catalog->benchmarks.items[k]));
        if (wanted)
            catalog->benchmarks.items[kept++] = catalog->benchmarks.items[k];
    }
    if (patterns > 0)
        catalog->benchmarks.count = kept;
    return ASSAY_OK;
}

/* Two benchmarks of one id would write one row: the later one is turned into a failure. */
static assay_status drop_duplicates(struct catalog *catalog)
{
    for (size_t i = 1; i < catalog->benchmarks.count; i++) {
        struct benchmark *benchmark = &catalog->benchmarks.items[i];
        for (size_t k = 0; k < i; k++) {
            const struct benchmark *first = &catalog->benchmarks.items[k];
            if (strcmp(first->id, benchmark->id) != 0)
                continue;
            struct module_failure *failure = vec_add(&catalog->failures);
            if (failure == NULL)
                return ASSAY_ERR_MEMORY;
            failure->module = benchmark->module;
            failure->reason = arena_printf(&catalog->arena, "'%s' is already defined in '%s'",
                                           benchmark->id, first->module);
            if (failure->reason == NULL)
                return ASSAY_ERR_MEMORY;
            memmove(benchmark, benchmark + 1,
                    (--catalog->benchmarks.count - i) * sizeof *benchmark);
            i--;
            break;
        }
    }
    return ASSAY_OK;
}

assay_status catalog_open(const struct catalog_request *request, struct catalog *ret_catalog,
                          struct buf *error)
{
    struct catalog catalog = {0};
    assay_status status = list_all(request, &catalog, error);
    if (status == ASSAY_OK)
        status = drop_duplicates(&catalog);
    if (status == ASSAY_OK)
        status = select_patterns(request, &catalog, error);
    if (status == ASSAY_OK)
        *ret_catalog = catalog;
    else
        catalog_release(&catalog);
    return status;
}

void catalog_release(struct catalog *catalog)
{
    vec_release(&catalog->benchmarks);
    vec_release(&catalog->failures);
    arena_release(&catalog->arena);
}

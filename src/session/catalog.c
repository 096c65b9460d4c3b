/* Finding benchmarks.  A module is a shared object or a program named *_bench or *_bench.EXTENSION
 * that may be executed and speaks the protocol; folders are searched two levels deep
 * (suites/NAME/MODULE), in the order of names, so that two runs list alike. Invariants: 1. every
 * module is listed in a host process of its own; 2. nothing that a module does while it is listed
 * ends the run: it becomes a failure with a reason. */
#include "session/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "session/select/selection.h"

enum { FOLDER_DEPTH = 2 };

bool catalog_selects(char *const *arguments, int count, const struct benchmark *benchmark)
{
    struct selection selection;
    bool takes = selection_open(arguments, count, &selection, NULL) == ASSAY_OK &&
                 selection_takes(&selection, benchmark);
    selection_release(&selection);
    return takes;
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
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY || status == ASSAY_ERR_STOPPED)
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

/* What was named in place of what is built from it is a slip, not a module that fails. */
static assay_status refuse_source(const char *argument, struct buf *error)
{
    static const char *const SOURCES[] = {".c", ".cc", ".cpp", ".cxx"};
    for (size_t i = 0; i < sizeof SOURCES / sizeof *SOURCES; i++)
        if (text_ends_with(argument, SOURCES[i]))
            return buf_error(error, ASSAY_ERR_ARGUMENT,
                             "'%s' is source code; compile it (cc -O2 -shared -fPIC $(assay "
                             "--cflags) FILE -o NAME_bench.so) and name the .so",
                             argument);
    return ASSAY_OK;
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
    TRY(refuse_source(argument, error));
    return list_path(request, path.text, FOLDER_DEPTH, catalog);
}

/* What assay.yaml names: a folder, or a module that may be called without a slash, too. */
static assay_status list_suite(const struct catalog_request *request, const char *suite,
                               struct catalog *catalog, struct buf *error)
{
    struct stat info;
    if (stat(suite, &info) != 0)
        return ASSAY_OK; /* only looked for */
    if (S_ISDIR(info.st_mode))
        return list_folder(request, suite, FOLDER_DEPTH, catalog);
    return list_argument(request, suite, catalog, error);
}

static assay_status list_all(const struct catalog_request *request, struct catalog *catalog,
                             struct buf *error)
{
    bool paths = false;
    for (int i = 0; i < request->argument_count; i++)
        if (selection_is_path(request->arguments[i])) {
            paths = true;
            TRY(list_argument(request, request->arguments[i], catalog, error));
        }
    for (const char *const *folder = request->folders; !paths && *folder != NULL; folder++)
        TRY(list_suite(request, *folder, catalog, error));
    if (catalog->benchmarks.count == 0 && catalog->failures.count == 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "no benchmarks found; name a module (assay run ./NAME_bench.so) or list "
                         "folders under 'suites' in assay.yaml");
    return ASSAY_OK;
}

/* Keeps what the words select; each that chooses must choose something. */
static assay_status select_benchmarks(const struct catalog_request *request,
                                      struct catalog *catalog, struct buf *error)
{
    struct selection selection;
    size_t kept = 0;
    assay_status status =
        selection_open(request->arguments, request->argument_count, &selection, error);
    selection.paths_are_met = true;
    for (size_t i = 0; i < catalog->benchmarks.count && status == ASSAY_OK; i++)
        if (selection_takes(&selection, &catalog->benchmarks.items[i]))
            catalog->benchmarks.items[kept++] = catalog->benchmarks.items[i];
    if (status == ASSAY_OK)
        status = selection_check_hits(&selection, error);
    selection_release(&selection);
    if (status == ASSAY_OK && kept == 0 && catalog->benchmarks.count > 0)
        status = buf_error(error, ASSAY_ERR_NOT_FOUND,
                           "no benchmark is left: each is excluded, or meets a part of what was "
                           "asked for only");
    if (status == ASSAY_OK)
        catalog->benchmarks.count = kept;
    return status;
}

static int order_by_id(const void *a, const void *b, void *context)
{
    const struct benchmark *items = context;
    const size_t first = *(const size_t *)a, second = *(const size_t *)b;
    int order = strcmp(items[first].id, items[second].id);
    return order ? order : (first > second) - (first < second);
}

/* The benchmark at `at` is one of an id that is there already, in `first`. */
static assay_status refuse_duplicate(struct catalog *catalog, const struct benchmark *first,
                                     const struct benchmark *at)
{
    struct module_failure *failure = vec_add(&catalog->failures);
    if (failure == NULL)
        return ASSAY_ERR_MEMORY;
    failure->module = at->module;
    failure->reason =
        arena_printf(&catalog->arena, "'%s' is already defined in '%s'", at->id, first->module);
    return failure->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Two benchmarks of one id would write one row: the later one is turned into a failure.  `order`
 * has room for an index of each benchmark. */
static assay_status drop_duplicates(struct catalog *catalog, size_t *order)
{
    struct benchmark *items = catalog->benchmarks.items;
    const size_t count = catalog->benchmarks.count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, order_by_id, items);
    for (size_t i = 1, first = 0; i < count; i++) {
        if (strcmp(items[order[i]].id, items[order[first]].id) != 0)
            first = i;
        else
            TRY(refuse_duplicate(catalog, &items[order[first]], &items[order[i]]));
    }
    for (size_t i = count; i-- > 1;) /* from the end, so that the first of an id keeps its own */
        if (strcmp(items[order[i]].id, items[order[i - 1]].id) == 0)
            items[order[i]].id = NULL;
    for (size_t i = 0; i < count; i++)
        if (items[i].id != NULL)
            items[kept++] = items[i];
    catalog->benchmarks.count = kept;
    return ASSAY_OK;
}

static assay_status make_unique(struct catalog *catalog)
{
    if (catalog->benchmarks.count < 2)
        return ASSAY_OK;
    size_t *order = calloc(catalog->benchmarks.count, sizeof *order);
    assay_status status = order ? drop_duplicates(catalog, order) : ASSAY_ERR_MEMORY;
    free(order);
    return status;
}

assay_status catalog_open(const struct catalog_request *request, struct catalog *ret_catalog,
                          struct buf *error)
{
    struct catalog catalog = {0};
    assay_status status = list_all(request, &catalog, error);
    if (status == ASSAY_OK)
        status = make_unique(&catalog);
    if (status == ASSAY_OK)
        status = select_benchmarks(request, &catalog, error);
    if (status == ASSAY_OK)
        *ret_catalog = catalog;
    else
        catalog_release(&catalog);
    return status;
}

static bool waits(const struct benchmark *benchmark, const char *tag,
                  const struct selection *selection)
{
    return selection_has_tag(benchmark, tag) && !selection_asks(selection, benchmark);
}

size_t catalog_leave_out(struct catalog *catalog, char *const *words, int count, const char *tag)
{
    struct benchmark *items = catalog->benchmarks.items;
    const size_t before = catalog->benchmarks.count;
    size_t kept = 0;
    struct selection selection;
    if (selection_open(words, count, &selection, NULL) == ASSAY_OK)
        for (size_t i = 0; i < before; i++)
            kept += !waits(&items[i], tag, &selection);
    const bool some_stay = kept > 0;
    kept = 0;
    for (size_t i = 0; i < before; i++)
        if (!some_stay || !waits(&items[i], tag, &selection))
            items[kept++] = items[i];
    selection_release(&selection);
    catalog->benchmarks.count = kept;
    return before - kept;
}

void catalog_release(struct catalog *catalog)
{
    vec_release(&catalog->benchmarks);
    vec_release(&catalog->failures);
    arena_release(&catalog->arena);
}

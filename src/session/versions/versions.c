/* From words to versions.
 *
 * Why a stored run gives way to a revision when the other side has to be built: a branch has runs
 * of its own, and `main` beside `HEAD` can only mean the commit. Order: every word is read before
 * anything is built, so that a mistake costs no build. Invariant: the choice is told for each word
 * that is no path. */
#include "session/versions/versions.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "session/select/selection.h"
#include "session/versions/results_file.h"

#define WORKTREE "worktree"

static bool has_results(const struct version *version)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the command line has a word or more */
    return version->kind == VERSION_FILE || version->kind == VERSION_RUN;
}

/* ---- one word ---- */

/* A file of results is named as such; any other path is one of modules. */
static bool is_results_file(const char *word)
{
    return text_ends_with(word, ".json") && (strchr(word, '/') != NULL || access(word, F_OK) == 0);
}

/* Whether the store knows a run by that word; ASSAY_ERR_NOT_FOUND when not. */
static assay_status find_run(const struct versions_request *request, const char *word,
                             struct arena *arena, const char **ret_id, struct buf *error)
{
    struct store *store = NULL;
    TRY(store_open(request->workplace->store, false, &store, error));
    assay_status status = store->ops->find(store, word, arena, ret_id);
    if (status != ASSAY_OK)
        buf_error(error, status, "%s", store->error.text);
    store_close(store);
    return status;
}

static const char *project_folder(const struct versions_request *request, struct arena *arena)
{
    const char *path = request->workplace->config.path;
    size_t length = (size_t)(text_file_name(path) - path);
    return length == 0 ? "." : arena_copy_n(arena, path, length);
}

static assay_status open_repository(const struct versions_request *request,
                                    struct versions *versions, struct buf *error)
{
    if (versions->repository.folder != NULL)
        return ASSAY_OK;
    const char *folder = project_folder(request, &versions->arena);
    return folder ? repository_open(folder, &versions->arena, &versions->repository, error)
                  : ASSAY_ERR_MEMORY;
}

static assay_status read_revision(const struct versions_request *request, struct versions *versions,
                                  const char *word, struct version *version, struct buf *error)
{
    TRY(open_repository(request, versions, error));
    assay_status status =
        repository_find(&versions->repository, word, &versions->arena, &version->revision);
    version->kind = VERSION_COMMIT;
    return status == ASSAY_ERR_NOT_FOUND ? buf_error(error, status, "'%s' is no git revision", word)
                                         : status;
}

/* The working tree; without changes it is HEAD, whose build may be there. */
static assay_status read_worktree(const struct versions_request *request, struct versions *versions,
                                  struct version *version, struct buf *error)
{
    struct revision head;
    TRY(read_revision(request, versions, "HEAD", version, error));
    head = version->revision;
    TRY(repository_snapshot(&versions->repository, &versions->arena, &version->revision, error));
    if (strcmp(head.commit, version->revision.commit) != 0)
        version->kind = VERSION_WORKTREE;
    return ASSAY_OK;
}

static assay_status read_any(const struct versions_request *request, struct versions *versions,
                             struct version *version, struct buf *error)
{
    const char *id = NULL;
    BUF_AUTO no_run;
    buf_init(&no_run, 8192);
    if (is_results_file(version->name) || selection_is_path(version->name)) {
        version->kind = is_results_file(version->name) ? VERSION_FILE : VERSION_MODULES;
        return ASSAY_OK;
    }
    assay_status status = find_run(request, version->name, &versions->arena, &id, &no_run);
    if (status == ASSAY_OK) {
        version->kind = VERSION_RUN;
        return ASSAY_OK;
    }
    if (status != ASSAY_ERR_NOT_FOUND)
        return buf_error(error, status, "%s", no_run.text);
    status = read_revision(request, versions, version->name, version, error);
    if (status == ASSAY_ERR_NOT_FOUND || status == ASSAY_ERR_ARGUMENT)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "'%s' is no file, no stored run ('assay history' lists them) and no git "
                         "revision",
                         version->name);
    return status;
}

static assay_status add_version(const struct versions_request *request, struct versions *versions,
                                const char *word, struct buf *error)
{
    struct version version = {.name = word, .build = {.lock = -1}};
    if (strcmp(word, WORKTREE) == 0)
        TRY(read_worktree(request, versions, &version, error));
    else if (request->commits_only)
        TRY(read_revision(request, versions, word, &version, error));
    else
        TRY(read_any(request, versions, &version, error));
    struct version *slot = vec_add(&versions->items);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = version;
    return ASSAY_OK;
}

/* ---- all words ---- */

/* Results beside modules: the results' word is read once more, as a commit. */
static assay_status unmix(const struct versions_request *request, struct versions *versions,
                          struct buf *error)
{
    struct version *items = versions->items.items;
    if (has_results(&items[0]) == has_results(&items[1]))
        return ASSAY_OK;
    struct version *results = has_results(&items[0]) ? &items[0] : &items[1];
    if (results->kind == VERSION_RUN &&
        read_revision(request, versions, results->name, results, error) == ASSAY_OK)
        return ASSAY_OK;
    const struct version *modules = results == &items[0] ? &items[1] : &items[0];
    return buf_error(error, ASSAY_ERR_ARGUMENT,
                     "'%s' is the results of a run and '%s' is modules: results are compared with "
                     "results, or measure against a baseline with 'assay gate'",
                     results->name, modules->name);
}

/* A lone word is compared with the working tree, so it has to be a commit. */
static assay_status add_worktree(const struct versions_request *request, struct versions *versions,
                                 struct buf *error)
{
    struct version *only = &versions->items.items[0];
    if (only->kind == VERSION_RUN)
        TRY(read_revision(request, versions, only->name, only, error));
    if (only->kind != VERSION_COMMIT)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s' is compared with what? usage: assay compare OLD NEW [PATTERN ...]",
                         only->name);
    return add_version(request, versions, WORKTREE, error);
}

/* `ret_used`: words that are versions; the others are patterns. */
static assay_status read_words(const struct versions_request *request, struct versions *versions,
                               int *ret_used, struct buf *error)
{
    int used = 0;
    for (; used < request->count && used < 2 && !selection_is_marked(request->words[used]); used++)
        TRY(add_version(request, versions, request->words[used], error));
    if (used == 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "compared with what? usage: assay compare OLD NEW [PATTERN ...]");
    if (used == 1)
        TRY(add_worktree(request, versions, error));
    TRY(unmix(request, versions, error));
    for (; used < request->count && selection_is_path(request->words[used]); used++) {
        if (versions->items.items[0].kind != VERSION_MODULES ||
            versions->items.items[1].kind != VERSION_MODULES)
            return buf_error(
                error, ASSAY_ERR_ARGUMENT,
                "'%s' is a third version; only modules are compared in threes and more",
                request->words[used]);
        TRY(add_version(request, versions, request->words[used], error));
    }
    *ret_used = used;
    return ASSAY_OK;
}

static void tell_choice(const struct versions_request *request, const struct version *version)
{
    char shown[TEXT_SHOWN_MAX];
    if (version->kind == VERSION_RUN)
        build_tell(request->tell, request->context, "%s is the stored run %s", version->name,
                   version->outline.run.id);
    else if (version->kind == VERSION_COMMIT)
        build_tell(request->tell, request->context, "%s is commit %.*s (%s)", version->name,
                   REVISION_SHORT, version->revision.commit,
                   text_shown(version->revision.subject, shown));
    else if (version->kind == VERSION_WORKTREE)
        build_tell(request->tell, request->context,
                   "%s is the working tree with its uncommitted changes", version->name);
}

/* HEAD is compared without what was not committed: that is easily forgotten. */
static assay_status tell_changes(const struct versions_request *request,
                                 const struct versions *versions)
{
    bool changed = false;
    struct revision head = {0};
    struct arena arena = {0};
    const struct version *last = &versions->items.items[versions->items.count - 1];
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): one or more were named */
    if (last->kind != VERSION_COMMIT)
        return ASSAY_OK;
    assay_status status = repository_find(&versions->repository, "HEAD", &arena, &head);
    if (status == ASSAY_OK && strcmp(head.commit, last->revision.commit) == 0)
        status = repository_is_changed(&versions->repository, &changed);
    if (status == ASSAY_OK && changed)
        build_tell(request->tell, request->context,
                   "uncommitted changes are not part of %s; '" WORKTREE
                   "' would name the working tree",
                   last->name);
    arena_release(&arena);
    return status == ASSAY_ERR_NOT_FOUND ? ASSAY_OK : status;
}

/* ---- modules and results ---- */

/* The benchmarks of `paths`, narrowed by the patterns. */
static assay_status open_catalog(const struct versions_request *request, const char *const *paths,
                                 size_t path_count, int used, struct catalog *ret_catalog,
                                 struct buf *error)
{
    VEC(char *) arguments = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < path_count + (size_t)(request->count - used); i++) {
        char **slot = vec_add(&arguments);
        if (slot == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *slot = i < path_count ? (char *)(uintptr_t)paths[i]
                                   : request->words[(size_t)used + i - path_count];
    }
    struct catalog_request wanted = {&request->workplace->paths, request->workplace->folders,
                                     arguments.items, (int)arguments.count};
    if (status == ASSAY_OK)
        status = catalog_open(&wanted, ret_catalog, error);
    vec_release(&arguments);
    return status;
}

/* Whether an earlier version is the same build: building it anew would wait for itself. */
static bool is_built(const struct versions *versions, const struct version *version)
{
    for (size_t i = 0; i < versions->items.count && &versions->items.items[i] != version; i++)
        if (versions->items.items[i].build.lock >= 0 &&
            versions->items.items[i].kind == version->kind &&
            strcmp(versions->items.items[i].revision.commit, version->revision.commit) == 0)
            return true;
    return false;
}

static assay_status build(const struct versions_request *request, struct versions *versions,
                          struct version *version, struct buf *error)
{
    const struct build_request wanted = {.config = &request->workplace->config,
                                         .repository = &versions->repository,
                                         .revision = version->revision,
                                         .is_worktree = version->kind == VERSION_WORKTREE,
                                         .rebuild =
                                             request->rebuild && !is_built(versions, version),
                                         .stop = request->stop,
                                         .tell = request->tell,
                                         .context = request->context};
    return build_open(&wanted, &versions->arena, &version->build, error);
}

static assay_status outline_of_file(const char *path, struct outline *ret_outline,
                                    struct buf *error)
{
    struct run run = {0};
    TRY(results_load(path, &run, error));
    assay_status status = outline_take_run(&run, ret_outline);
    run_release(&run);
    return status;
}

static assay_status open_version(const struct versions_request *request, struct versions *versions,
                                 int used, struct version *version, struct buf *error)
{
    if (has_results(version)) {
        TRY(version->kind == VERSION_FILE ? outline_of_file(version->name, &version->outline, error)
                                          : workplace_outline_run(request->workplace, version->name,
                                                                  &version->outline, error));
        tell_choice(request, version);
        return selection_keep_outline(request->words + used, request->count - used,
                                      &version->outline, error);
    }
    if (version->kind == VERSION_MODULES)
        return open_catalog(request, &version->name, 1, used, &version->catalog, error);
    tell_choice(request, version);
    TRY(build(request, versions, version, error));
    return open_catalog(request, version->build.modules.items, version->build.modules.count, used,
                        &version->catalog, error);
}

assay_status version_build(const struct versions_request *request, struct versions *versions,
                           const struct revision *revision, struct version *ret_version,
                           struct buf *error)
{
    struct version version = {.kind = VERSION_COMMIT,
                              .name = revision->commit,
                              .revision = *revision,
                              .build = {.lock = -1}};
    assay_status status = build(request, versions, &version, error);
    if (status == ASSAY_OK)
        status = open_catalog(request, version.build.modules.items, version.build.modules.count,
                              request->count, &version.catalog, error);
    if (status == ASSAY_OK)
        *ret_version = version;
    else
        version_release(&version);
    return status;
}

/* Results of other circumstances are not set against each other in silence. */
static void tell_environments(const struct versions_request *request,
                              const struct versions *versions)
{
    for (size_t i = 1; i < versions->items.count; i++) {
        const struct version *first = &versions->items.items[0], *other = &versions->items.items[i];
        BUF_AUTO differences;
        buf_init(&differences, 1 << 16);
        if (!has_results(first) || !has_results(other))
            continue;
        environment_differences(&first->outline.run.environment, &other->outline.run.environment,
                                &differences);
        if (differences.length > 0)
            build_tell(request->tell, request->context, "%s and %s differ: %s", first->name,
                       other->name, differences.text);
    }
}

assay_status versions_open(const struct versions_request *request, struct versions *ret_versions,
                           struct buf *error)
{
    struct versions versions = {0};
    int used = 0;
    assay_status status = read_words(request, &versions, &used, error);
    if (status == ASSAY_OK)
        status = tell_changes(request, &versions);
    for (size_t i = 0; i < versions.items.count && status == ASSAY_OK; i++)
        status = open_version(request, &versions, used, &versions.items.items[i], error);
    if (status == ASSAY_OK)
        tell_environments(request, &versions);
    if (status == ASSAY_OK)
        *ret_versions = versions;
    else
        versions_release(&versions);
    return status;
}

void version_release(struct version *version)
{
    catalog_release(&version->catalog);
    build_close(&version->build);
    outline_release(&version->outline);
}

void versions_release(struct versions *versions)
{
    for (size_t i = 0; i < versions->items.count; i++)
        version_release(&versions->items.items[i]);
    vec_release(&versions->items);
    arena_release(&versions->arena);
}

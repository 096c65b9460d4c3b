/* Finding our own parts: beside the executable (a build tree), else where they were installed.
 * What is asked for on the command line comes first, then the environment (ASSAY_HOST, ASSAY_STORE,
 * ASSAY_SUITES: folders separated by ':'), then assay.yaml, and what stands beside the executable
 * where neither names suites.
 * Invariant: folders and files that are only looked for may be absent; those that were named may
 * not. */
#include "session/place/workplace.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare/bounds/targets.h"
#include "compare/scaling.h"
#include "config/targets.h"

char *workplace_part(const char *program, const char *name, struct arena *arena)
{
    char *part = arena_printf(arena, "%s/%s", program, name);
    return part == NULL || access(part, F_OK) == 0
               ? part
               : arena_printf(arena, "%s/%s", ASSAY_LIBEXECDIR, name);
}

static const char *find_host(const char *program, struct arena *arena)
{
    const char *host = getenv("ASSAY_HOST");
    return host != NULL ? host : workplace_part(program, "assay-host", arena);
}

static assay_status add_folder(struct workplace *workplace, const char *folder)
{
    size_t count = 0;
    while (workplace->folders[count] != NULL)
        count++;
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    if (count < WORKPLACE_FOLDERS_MAX)
        workplace->folders[count] = folder;
    return ASSAY_OK;
}

static assay_status add_environment_folders(struct workplace *workplace)
{
    const char *list = getenv("ASSAY_SUITES");
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        if (length > 0)
            TRY(add_folder(workplace, arena_copy_n(&workplace->arena, list, length)));
        list += length + (list[length] == ':');
    }
    return ASSAY_OK;
}

static assay_status add_config_folders(struct workplace *workplace, struct buf *error)
{
    const path_vec *suites = &workplace->config.suites;
    for (size_t i = 0; i < suites->count; i++) {
        if (access(suites->items[i], F_OK) != 0)
            return buf_error(error, ASSAY_ERR_NOT_FOUND, "%s: no such suite: '%s'",
                             workplace->config.path, suites->items[i]);
        TRY(add_folder(workplace, suites->items[i]));
    }
    return ASSAY_OK;
}

static assay_status load_targets(struct workplace *workplace, const char *path, struct buf *error)
{
    return targets_load(path, &workplace->arena, &workplace->targets, &workplace->claims, error);
}

/* FOLDER/targets.yaml and FOLDER/NAME/targets.yaml, as far as they are there. */
static assay_status load_folder_targets(struct workplace *workplace, const char *folder,
                                        struct buf *error)
{
    assay_status status = ASSAY_OK;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries != NULL && status == ASSAY_OK && (entry = readdir(entries)) != NULL) {
        const char *path =
            strcmp(entry->d_name, ".") == 0
                ? arena_printf(&workplace->arena, "%s/targets.yaml", folder)
                : arena_printf(&workplace->arena, "%s/%s/targets.yaml", folder, entry->d_name);
        if (path == NULL)
            status = ASSAY_ERR_MEMORY;
        else if (strcmp(entry->d_name, "..") != 0 && access(path, F_OK) == 0)
            status = load_targets(workplace, path, error);
    }
    if (entries != NULL)
        closedir(entries);
    return status;
}

static assay_status load_all_targets(struct workplace *workplace, struct buf *error)
{
    for (const char *const *folder = workplace->folders; *folder != NULL; folder++)
        TRY(load_folder_targets(workplace, *folder, error));
    for (size_t i = 0; i < workplace->config.targets.count; i++)
        TRY(load_targets(workplace, workplace->config.targets.items[i], error));
    return ASSAY_OK;
}

/* The suites that come with assay; a project with suites of its own means those alone. */
static assay_status name_own_folders(struct workplace *workplace, const char *program)
{
    workplace->own_folders[0] = arena_printf(&workplace->arena, "%s/suites", program);
    workplace->own_folders[1] = ASSAY_LIBDIR "/assay/suites";
    return workplace->own_folders[0] ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status add_own_folders(struct workplace *workplace)
{
    workplace->is_foreign = true;
    for (size_t i = 0; workplace->own_folders[i] != NULL; i++)
        TRY(add_folder(workplace, workplace->own_folders[i]));
    return ASSAY_OK;
}

assay_status workplace_open(const struct workplace_request *request,
                            struct workplace *ret_workplace, struct buf *error)
{
    struct workplace *workplace = ret_workplace;
    *workplace = (struct workplace){.store = getenv("ASSAY_STORE")};
    TRY(request->config ? config_load(request->config, &workplace->config, error)
                        : config_find(".", &workplace->config, error));
    if (request->store != NULL)
        workplace->store = request->store;
    else if (workplace->store == NULL)
        workplace->store = workplace->config.store;
    workplace->paths.host_program = find_host(request->program, &workplace->arena);
    workplace->paths.fixtures = ".assay/fixtures";
    workplace->paths.stop = request->stop;
    if (workplace->paths.host_program == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(name_own_folders(workplace, request->program));
    TRY(add_environment_folders(workplace));
    TRY(add_config_folders(workplace, error));
    if (workplace->folders[0] == NULL)
        TRY(add_own_folders(workplace));
    return load_all_targets(workplace, error);
}

void workplace_release(struct workplace *workplace)
{
    vec_release(&workplace->targets);
    vec_release(&workplace->claims);
    config_release(&workplace->config);
    arena_release(&workplace->arena);
}

/* A run that is asked for: whole, or its outline; the other is NULL. */
struct wanted {
    struct run *run;
    struct outline *outline;
};

static assay_status load(struct store *store, const char *selector, const struct wanted *wanted,
                         struct buf *error)
{
    struct arena arena = {0};
    const char *id = NULL;
    assay_status status = store->ops->find(store, selector, &arena, &id);
    if (status == ASSAY_OK)
        status = wanted->run != NULL ? store->ops->load(store, id, wanted->run)
                                     : store->ops->outline(store, id, wanted->outline);
    if (status != ASSAY_OK)
        buf_error(error, status, "%s", store->error.text);
    arena_release(&arena);
    return status;
}

static assay_status open_and_load(const struct workplace *workplace, const char *selector,
                                  const struct wanted *wanted, struct buf *error)
{
    struct store *store = NULL;
    TRY(store_open(workplace->store, false, &store, error));
    assay_status status = load(store, selector, wanted, error);
    store_close(store);
    return status;
}

assay_status workplace_outline_run(const struct workplace *workplace, const char *selector,
                                   struct outline *ret_outline, struct buf *error)
{
    return open_and_load(workplace, selector, &(struct wanted){NULL, ret_outline}, error);
}

assay_status workplace_load_run(const struct workplace *workplace, const char *selector,
                                struct run *ret_run, struct buf *error)
{
    struct run run = {0};
    assay_status status = open_and_load(workplace, selector, &(struct wanted){&run, NULL}, error);
    if (status == ASSAY_OK)
        status = targets_judge(&run, NULL, &workplace->claims);
    if (status == ASSAY_OK)
        status = scaling_judge(&run);
    if (status == ASSAY_OK)
        *ret_run = run;
    else
        run_release(&run);
    return status;
}

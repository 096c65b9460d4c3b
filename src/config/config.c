/* assay.yaml: the rows of its keys, and where the file is looked for.
 *
 * Why the settings keep a bit each and no defaults of their own: what a missing `launches` means is
 * the profile's business, and the command line stands above both; so this file says only what it
 * says.
 *
 * Order: config_find or config_load once, config_apply after the profile and before the options,
 * config_release.
 *
 * Invariant: a struct config is complete or was never handed out. */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/audit.h"
#include "config/targets.h"

static const char *const PROFILES[] = {"quick", "standard", "stress", NULL};
static const char *const PLACEMENTS[] = {"pass", "fail", NULL};

#define AS_ELSE "as the items before it say, else the command line"
static const struct key THRESHOLD_KEYS[] = {
    {.name = "benchmark",
     .kind = KEY_NAME,
     .offset = offsetof(struct threshold, benchmark),
     .required = true,
     .doc = "id of a benchmark; `*` stands for any characters, `?` for one; then the part from `:` "
            "on may be left out"},
    {.name = "metric",
     .kind = KEY_METRIC,
     .offset = offsetof(struct threshold, metric),
     .fallback = "time_ns",
     .doc = "what is limited; one other than `time_ns` adds a row to the gate"},
    {.name = "warn",
     .kind = KEY_SHARE,
     .offset = offsetof(struct threshold, warn),
     .low = "0.01%",
     .high = "10000%",
     .absent = AS_ELSE,
     .doc = "surely worse by more than this warns"},
    {.name = "fail",
     .kind = KEY_SHARE,
     .offset = offsetof(struct threshold, fail),
     .low = "0.01%",
     .high = "10000%",
     .absent = AS_ELSE,
     .doc = "surely worse by more than this fails; not below `warn`"},
    {.name = "placement",
     .kind = KEY_CHOICE,
     .offset = offsetof(struct threshold, placement),
     .choices = PLACEMENTS,
     .absent = "`pass`",
     .doc = "whether a change that only moved code may fail"},
};
static const struct section THRESHOLD_SECTION = {
    .title = CONFIG_FILE_NAME ": an item of `thresholds`",
    .doc =
        "What `assay gate` allows. The last item that names a benchmark and a metric wins, key by "
        "key; when only one of `warn` and `fail` is known, the other gives way to it.",
    .keys = THRESHOLD_KEYS,
    .count = sizeof THRESHOLD_KEYS / sizeof THRESHOLD_KEYS[0],
};

static assay_status read_threshold(struct key_reader *reader, const struct yaml_node *item,
                                   void *into)
{
    struct config *config = into;
    struct threshold read = {0};
    TRY(keys_read(reader, &THRESHOLD_SECTION, item, &read));
    if (read.warn <= 0 && read.fail <= 0 && read.placement == NULL)
        return yaml_error(reader->error, item->place,
                          "a threshold wants 'warn', 'fail' or 'placement'");
    if (read.warn > 0 && read.fail > 0 && read.warn > read.fail)
        return yaml_error(reader->error, item->place,
                          "'warn' (%g%%) is above 'fail' (%g%%): nothing could only warn",
                          read.warn * 100, read.fail * 100);
    struct threshold *added = vec_add(&config->thresholds);
    if (added == NULL)
        return buf_error(reader->error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
    *added = read;
    return ASSAY_OK;
}

#define BUILD(member) offsetof(struct build_config, member)
static const struct key BUILD_KEYS[] = {
    {.name = "command",
     .kind = KEY_TEXT,
     .offset = BUILD(command),
     .required = true,
     .doc = "run by `sh` in the project's folder of a fresh worktree; `$ASSAY_PROJECT` is the "
            "folder of this file"},
    {.name = "modules",
     .kind = KEY_PATHS,
     .offset = BUILD(modules),
     .required = true,
     .doc = "module files that it makes, and folders in which to look for them; relative to the "
            "project's folder"},
    {.name = "time_limit",
     .kind = KEY_DURATION,
     .offset = BUILD(limit_seconds),
     .low = "1 s",
     .high = "24 h",
     .fallback = "10 min",
     .doc = "a build that takes longer is ended and has failed"},
    {.name = "keep",
     .kind = KEY_UNSIGNED,
     .offset = BUILD(keep),
     .low = "2",
     .high = "1000",
     .fallback = "8",
     .doc = "so many builds stay in `.assay/builds`; the ones not used for longest go"},
};

static const struct section BUILD_SECTION = {
    .title = CONFIG_FILE_NAME ": the keys of `build`",
    .doc = "How `assay compare` builds a commit, each in a worktree of its own in `.assay/builds`.",
    .keys = BUILD_KEYS,
    .count = sizeof BUILD_KEYS / sizeof BUILD_KEYS[0],
};

/* Whether a path stays inside the folder that it is relative to: an absolute one would name the
 * same module for every commit. */
static bool is_inside(const char *path)
{
    if (*path == '/')
        return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

static assay_status read_build(struct key_reader *reader, const struct yaml_node *map, void *into)
{
    struct build_config *build = into;
    struct key_reader inner = {.arena = reader->arena, .folder = ".", .error = reader->error};
    TRY(keys_read(&inner, &BUILD_SECTION, map, build));
    if (*build->command == '\0')
        return yaml_error(reader->error, map->place, "the command of 'build' is empty");
    if (build->modules.count == 0)
        return yaml_error(reader->error, map->place, "'build' names no modules");
    for (size_t i = 0; i < build->modules.count; i++)
        if (!is_inside(build->modules.items[i]))
            return yaml_error(reader->error, map->place,
                              "'modules' wants paths inside the project's folder, not '%s'",
                              build->modules.items[i]);
    return ASSAY_OK;
}

#define BY_PROFILE "as the profile says"
#define PLAN(member) offsetof(struct config, plan.member)
static const struct key CONFIG_KEYS[] = {
    {.name = "suites",
     .kind = KEY_PATHS,
     .offset = offsetof(struct config, suites),
     .doc = "module files, and folders in which to look for them; without it the suites that come "
            "with assay"},
    {.name = "targets",
     .kind = KEY_PATHS,
     .offset = offsetof(struct config, targets),
     .doc = "files with the targets that results must keep"},
    {.name = "audits",
     .kind = KEY_PATHS,
     .offset = offsetof(struct config, audits),
     .doc = "audit files, and folders of them, for `assay audit`"},
    {.name = "store",
     .kind = KEY_STORE,
     .offset = offsetof(struct config, store),
     .fallback = ".assay/history.db",
     .doc = "where runs are kept: a file, or a server as postgresql://USER@HOST/DATABASE"},
    {.name = "results",
     .kind = KEY_PATH,
     .offset = offsetof(struct config, results),
     .fallback = "benchmark-results",
     .doc = "folder that receives the reports, one folder a run"},
    {.name = "thresholds",
     .kind = KEY_ITEMS,
     .read_item = read_threshold,
     .doc = "what the gate allows, see below"},
    {.name = "profile",
     .kind = KEY_CHOICE,
     .offset = PLAN(profile),
     .choices = PROFILES,
     .bit = CONFIG_PROFILE,
     .doc = "how thoroughly to measure; sets whatever the keys below leave open"},
    {.name = "launches",
     .kind = KEY_UNSIGNED,
     .offset = PLAN(launches),
     .low = "1",
     .high = "1000",
     .bit = CONFIG_LAUNCHES,
     .absent = BY_PROFILE,
     .doc = "fresh processes in which each benchmark is measured"},
    {.name = "warmup",
     .kind = KEY_DURATION,
     .offset = PLAN(warmup_seconds),
     .low = "0 s",
     .high = "10 min",
     .bit = CONFIG_WARMUP,
     .absent = BY_PROFILE,
     .doc = "longest warm-up of a launch"},
    {.name = "measure",
     .kind = KEY_DURATION,
     .offset = PLAN(measure_seconds),
     .low = "1 ms",
     .high = "1 h",
     .bit = CONFIG_MEASURE,
     .absent = BY_PROFILE,
     .doc = "how long a launch measures"},
    {.name = "samples",
     .kind = KEY_UINT64,
     .offset = PLAN(sample_count),
     .low = "0",
     .high = "1000000",
     .bit = CONFIG_SAMPLES,
     .absent = BY_PROFILE,
     .doc = "samples of a launch; 0: as many as `measure` gives time for"},
    {.name = "time_limit",
     .kind = KEY_DURATION,
     .offset = PLAN(limit_seconds),
     .low = "10 ms",
     .high = "24 h",
     .bit = CONFIG_TIME_LIMIT,
     .absent = BY_PROFILE,
     .doc = "a launch that takes longer is ended and counts as failed"},
    {.name = "memory_limit",
     .kind = KEY_BYTES,
     .offset = PLAN(limit_rss_bytes),
     .low = "1 MiB",
     .high = "64 TiB",
     .bit = CONFIG_MEMORY_LIMIT,
     .absent = BY_PROFILE,
     .doc = "a launch that takes more resident memory is ended and counts as failed"},
    {.name = "seed",
     .kind = KEY_UINT64,
     .offset = PLAN(seed),
     .low = "1",
     .high = "9223372036854775807",
     .bit = CONFIG_SEED,
     .absent = BY_PROFILE,
     .doc = "start of all random data and orders"},
    {.name = "build",
     .kind = KEY_MAP,
     .offset = offsetof(struct config, build),
     .read_item = read_build,
     .absent = "commits cannot be compared",
     .doc = "how a commit is built, see below"},
};

static const struct section CONFIG_SECTION = {
    .title = CONFIG_FILE_NAME,
    .doc = "Found in the working folder or the nearest parent up to the one with `.git`. Relative "
           "paths start at the file's folder. Options of the command line go before the file, the "
           "file before the profile.",
    .keys = CONFIG_KEYS,
    .count = sizeof CONFIG_KEYS / sizeof CONFIG_KEYS[0],
};

void config_release(struct config *config)
{
    vec_release(&config->suites);
    vec_release(&config->targets);
    vec_release(&config->thresholds);
    vec_release(&config->audits);
    vec_release(&config->build.modules);
    arena_release(&config->arena);
    *config = (struct config){.path = "", .store = "", .results = ""};
}

/* Reads the keys of `root` into `config`, whose paths start at `folder`. */
static assay_status read_keys(const struct yaml_node *root, const char *folder,
                              struct config *config, struct buf *error)
{
    struct key_reader reader = {.arena = &config->arena, .folder = folder, .error = error};
    TRY(keys_read(&reader, &CONFIG_SECTION, root, config));
    config->set = reader.set;
    return ASSAY_OK;
}

/* Folder part of `path`: "." for a bare name. */
static const char *folder_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_copy_n(arena, path, (size_t)(slash - path));
}

static assay_status fill(const struct yaml_source *source, struct arena *tree,
                         struct config *config, struct buf *error)
{
    const struct yaml_node *root;
    const char *folder = folder_of(source->name, &config->arena);
    config->path = arena_copy(&config->arena, source->name);
    if (folder == NULL || config->path == NULL)
        return buf_error(error, ASSAY_ERR_MEMORY, "%s", status_text(ASSAY_ERR_MEMORY));
    TRY(yaml_parse(source, tree, &root, error));
    return read_keys(root, folder, config, error);
}

/* Hands a finished config over, or cleans up after a failure. */
static assay_status finish(assay_status status, struct config *config, struct config *ret_config)
{
    if (status == ASSAY_OK)
        *ret_config = *config;
    else
        config_release(config);
    return status;
}

assay_status config_parse(const struct yaml_source *source, struct config *ret_config,
                          struct buf *error)
{
    struct config config = {.path = ""};
    struct arena tree = {0};
    assay_status status = fill(source, &tree, &config, error);
    arena_release(&tree);
    return finish(status, &config, ret_config);
}

assay_status config_load(const char *path, struct config *ret_config, struct buf *error)
{
    BUF_AUTO text;
    buf_init(&text, YAML_BYTES_MAX + 65536);
    TRY(yaml_read_file(path, &text, error));
    return config_parse(&(struct yaml_source){text.text, text.length, path}, ret_config, error);
}

/* The settings when there is no file. */
static assay_status without_file(const char *folder, struct config *ret_config, struct buf *error)
{
    struct config config = {.path = ""};
    const struct yaml_node nothing = {.kind = YAML_EMPTY, .place = {CONFIG_FILE_NAME, 1, 1}};
    return finish(read_keys(&nothing, folder, &config, error), &config, ret_config);
}

/* Whether `path` in `folder` is there and may be loaded unasked. */
static bool is_candidate(const char *folder, const char *path)
{
    struct stat file, around;
    if (stat(path, &file) != 0)
        return errno != ENOENT && errno != ENOTDIR; /* loading it will say what is wrong */
    if (file.st_uid == geteuid() || file.st_uid == 0)
        return true;
    return stat(*folder ? folder : "/", &around) == 0 && (around.st_mode & S_IWOTH) == 0;
}

static bool holds_git(const char *folder, struct arena *arena)
{
    const char *path = arena_printf(arena, "%s/.git", folder);
    return path != NULL && access(path, F_OK) == 0;
}

/* Path of the file in `folder` or above it, NULL without one.  `absolute` is folder's real path, ""
 * for the root, and is shortened on the way up. */
static assay_status search(const char *folder, char *absolute, struct arena *arena,
                           const char **ret_path)
{
    /* The first one keeps the name that the caller knows it by. */
    const char *here = *absolute ? folder : absolute;
    for (;;) {
        const char *path = strcmp(here, ".") == 0
                               ? CONFIG_FILE_NAME
                               : arena_printf(arena, "%s/%s", here, CONFIG_FILE_NAME);
        if (path == NULL)
            return ASSAY_ERR_MEMORY;
        bool found = is_candidate(here, path);
        if (found || *absolute == '\0' || holds_git(absolute, arena)) {
            *ret_path = found ? path : NULL;
            return ASSAY_OK;
        }
        *strrchr(absolute, '/') = '\0';
        here = absolute;
    }
}

assay_status config_find(const char *folder, struct config *ret_config, struct buf *error)
{
    struct arena arena = {0};
    const char *path = NULL;
    char *absolute = realpath(folder, NULL);
    if (absolute == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot open folder '%s': %s", folder,
                         strerror(errno));
    if (strcmp(absolute, "/") == 0)
        *absolute = '\0';
    assay_status status = search(folder, absolute, &arena, &path);
    free(absolute);
    if (status != ASSAY_OK)
        (void)buf_error(error, status, "%s", status_text(status));
    else if (path != NULL)
        status = config_load(path, ret_config, error);
    else
        status = without_file(folder, ret_config, error);
    arena_release(&arena);
    return status;
}

void config_apply(const struct config *config, struct plan *plan)
{
    struct config to = {.plan = *plan};
    keys_copy(&CONFIG_SECTION, config->set, config, &to);
    *plan = to.plan;
}

void config_describe(struct buf *out)
{
    keys_describe(&CONFIG_SECTION, out);
    keys_describe(&THRESHOLD_SECTION, out);
    keys_describe(&BUILD_SECTION, out);
    targets_describe(out);
    audit_describe(out);
}

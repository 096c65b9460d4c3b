/* assay.yaml -> settings.  Reads files, keeps no state; thread-safe. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/keys.h"
#include "config/yaml.h"
#include "model/comparison.h"

#define CONFIG_FILE_NAME "assay.yaml"

/* The keys that override the plan; bits of config.set. */
enum config_setting {
    CONFIG_PROFILE = 1 << 0,
    CONFIG_LAUNCHES = 1 << 1,
    CONFIG_WARMUP = 1 << 2,
    CONFIG_MEASURE = 1 << 3,
    CONFIG_SAMPLES = 1 << 4,
    CONFIG_TIME_LIMIT = 1 << 5,
    CONFIG_MEMORY_LIMIT = 1 << 6,
    CONFIG_SEED = 1 << 7,
};

/* How a commit of the project is built. */
struct build_config {
    const char *command;  /* for sh; NULL: the file does not say */
    path_vec modules;     /* relative to the project's folder, as the file gave them */
    double limit_seconds; /* a build that takes longer has failed */
    unsigned keep;        /* so many builds are kept */
};

/* What assay.yaml says.  Texts belong to `arena`; release with config_release.  Paths are as the
 * file gave them when they are absolute or the file lies in the working folder, else they start
 * with the file's folder. */
struct config {
    struct arena arena;
    const char *path; /* of the file; "" when there was none */
    path_vec suites;  /* module files and folders of them */
    path_vec targets; /* targets.yaml files */
    path_vec audits;  /* audit files and folders of them */
    const char *store;
    const char *results;
    struct build_config build;
    threshold_vec thresholds; /* in the file's order */
    struct plan plan;         /* only the members whose bit is in `set` mean anything */
    unsigned set;             /* enum config_setting */
};

/* Settings from a text; `source->name` is the path for messages, for `path` and for relative paths.
 *
 * ret_config  written only on ASSAY_OK; release it.
 * error       "NAME:LINE:COLUMN: what"; may be NULL.
 *
 * ASSAY_ERR_PARSE   not YAML, unknown or doubled keys, values that do not fit.
 * ASSAY_ERR_LIMIT   longer than YAML_BYTES_MAX.
 * ASSAY_ERR_MEMORY  memory is out.
 *
 * An empty text is a file in which every key is missing. */
ASSAY_USE_RESULT assay_status config_parse(const struct yaml_source *source,
                                           struct config *ret_config, struct buf *error);

/* The same from the file `path`.  ASSAY_ERR_IO: it cannot be read. */
ASSAY_USE_RESULT assay_status config_load(const char *path, struct config *ret_config,
                                          struct buf *error);

/* Loads the first assay.yaml in `folder` and its parents; the folder that holds `.git` is the last
 * one looked at, or `/`.  Without any: the settings of an empty file in `folder`, with `path` "".
 * In a folder that everybody may write to, such as /tmp, a file of another user is passed over: it
 * could name modules, which are code.
 * ASSAY_ERR_IO: `folder` does not exist; else like config_load. */
ASSAY_USE_RESULT assay_status config_find(const char *folder, struct config *ret_config,
                                          struct buf *error);

/* Overwrites the members of `plan` that the file set.  Texts keep belonging to nobody: the profile
 * is one of the names known at compile time. */
void config_apply(const struct config *config, struct plan *plan);

void config_release(struct config *config);

/* Appends the reference of every key of assay.yaml, targets.yaml and audit files as Markdown. */
void config_describe(struct buf *out);

#endif

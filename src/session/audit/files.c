/* Finding and reading audit files.  Every file is read and understood before anything is measured,
 * and its bytes are held in memory: what is kept as evidence is what was read, whatever happens to
 * the file meanwhile.
 * Invariant: every claim of every file is exactly one finding, in the order of the files. */
#include "session/audit/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/text.h"
#include "config/audit.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static assay_status add_finding(const struct audit_claim *claim, const char *file,
                                struct audit *audit)
{
    struct audit_finding *finding = vec_add(&audit->findings);
    if (finding == NULL)
        return ASSAY_ERR_MEMORY;
    *finding = (struct audit_finding){.claim = *claim, .file = file, .reason = "", .sentence = ""};
    return ASSAY_OK;
}

assay_status audit_add_claims(const struct audit_file *file, struct audit *audit, struct buf *error)
{
    audit_claim_vec claims = {0};
    const char *name;
    const struct yaml_source source = {file->text, file->length, file->path};
    assay_status status = audit_parse(&source, &audit->run.arena, &claims, &name, error);
    for (size_t i = 0; status == ASSAY_OK && i < claims.count; i++)
        status = add_finding(&claims.items[i], file->path, audit);
    vec_release(&claims);
    return status;
}

static bool is_known(const struct audit *audit, const char *sha256)
{
    for (size_t i = 0; i < audit->files.count; i++)
        if (strcmp(audit->files.items[i].sha256, sha256) == 0)
            return true;
    return false;
}

static assay_status load_file(const char *path, struct audit *audit, struct buf *error)
{
    struct arena *arena = &audit->run.arena;
    char digits[SHA256_DIGITS + 1];
    BUF_AUTO text;
    buf_init(&text, YAML_BYTES_MAX + 65536);
    TRY(yaml_read_file(path, &text, error));
    sha256_text(text.text, text.length, digits);
    if (is_known(audit, digits))
        return ASSAY_OK;
    struct audit_file *file = vec_add(&audit->files);
    if (file == NULL)
        return ASSAY_ERR_MEMORY;
    *file = (struct audit_file){
        .path = arena_copy(arena, path),
        .sha256 = arena_copy(arena, digits),
        .kept = arena_printf(arena, "claims-%zu.yaml", audit->files.count),
        .text = arena_copy_n(arena, text.text, text.length),
        .length = text.length,
    };
    if (!file->path || !file->sha256 || !file->kept || !file->text)
        return ASSAY_ERR_MEMORY;
    return audit_add_claims(file, audit, error);
}

static int keep_yaml(const struct dirent *entry)
{
    return entry->d_name[0] != '.' &&
           (text_ends_with(entry->d_name, ".yaml") || text_ends_with(entry->d_name, ".yml"));
}

static assay_status load_folder(const char *folder, struct audit *audit, struct buf *error)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, keep_yaml, alphasort);
    assay_status status = ASSAY_OK;
    for (int i = 0; i < count; i++) {
        BUF_AUTO path;
        buf_init(&path, 4096);
        buf_printf(&path, "%s/%s", folder, entries[i]->d_name);
        if (status == ASSAY_OK)
            status = path.status == ASSAY_OK ? load_file(path.text, audit, error) : path.status;
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* A path that somebody named. */
static assay_status load_named(const char *path, struct audit *audit, struct buf *error)
{
    if (access(path, F_OK) != 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND, "no audit file '%s': %s", path,
                         strerror(errno));
    return is_folder(path) ? load_folder(path, audit, error) : load_file(path, audit, error);
}

/* What assay.yaml names, else the folder `audits` beside it. */
static assay_status load_project(const struct workplace *workplace, struct audit *audit,
                                 struct buf *error)
{
    const struct config *config = &workplace->config;
    int folder = (int)(text_file_name(config->path) - config->path);
    const char *audits = arena_printf(&audit->run.arena, "%.*saudits", folder, config->path);
    for (size_t i = 0; i < config->audits.count; i++)
        TRY(load_named(config->audits.items[i], audit, error));
    if (audits == NULL)
        return ASSAY_ERR_MEMORY;
    return config->audits.count == 0 && is_folder(audits) ? load_folder(audits, audit, error)
                                                          : ASSAY_OK;
}

static int keep_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* FOLDER/audit.yaml and FOLDER/NAME/audit.yaml, as far as they are there. */
static assay_status load_suites(const char *folder, struct audit *audit, struct buf *error)
{
    BUF_AUTO own;
    buf_init(&own, 4096);
    buf_printf(&own, "%s/audit.yaml", folder);
    TRY(own.status);
    if (access(own.text, F_OK) == 0)
        TRY(load_file(own.text, audit, error));
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, keep_entry, alphasort);
    assay_status status = ASSAY_OK;
    for (int i = 0; i < count; i++) {
        BUF_AUTO path;
        buf_init(&path, 4096);
        buf_printf(&path, "%s/%s/audit.yaml", folder, entries[i]->d_name);
        if (status == ASSAY_OK && path.status == ASSAY_OK && access(path.text, F_OK) == 0)
            status = load_file(path.text, audit, error);
        free(entries[i]);
    }
    free(entries);
    return status;
}

assay_status audit_load_files(const struct workplace *workplace, char *const *paths, int count,
                              struct audit *audit, struct buf *error)
{
    for (int i = 0; i < count; i++)
        TRY(load_named(paths[i], audit, error));
    if (count == 0) {
        TRY(load_project(workplace, audit, error));
        for (const char *const *folder = workplace->folders; *folder != NULL; folder++)
            TRY(load_suites(*folder, audit, error));
    }
    if (audit->findings.count == 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "no audit file: name one, or put them into a folder 'audits', or name "
                         "them under 'audits' in assay.yaml");
    return ASSAY_OK;
}

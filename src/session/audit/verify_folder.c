/* Evidence from a folder: its files are read whole, then verified in memory.  The modules are not
 * in the folder; those that are still where they were measured are hashed, and a difference is
 * worth a note and no more: building again is no forgery. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sha256.h"
#include "session/audit/bundle.h"

static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

static assay_status read_whole(const char *path, struct buf *content, struct buf *error)
{
    char bytes[16384];
    size_t got;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        buf_add(content, bytes, got);
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s'", path);
    return content->status == ASSAY_OK
               ? ASSAY_OK
               : buf_error(error, content->status, "'%s' is too long", path);
}

static assay_status add_file(const char *folder, const char *name, struct arena *arena,
                             bundle_file_vec *files, struct buf *error)
{
    BUF_AUTO content;
    buf_init(&content, FILE_BYTES_MAX);
    const char *path = arena_printf(arena, "%s/%s", folder, name);
    if (path == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(read_whole(path, &content, error));
    struct bundle_file *file = vec_add(files);
    if (file == NULL)
        return ASSAY_ERR_MEMORY;
    *file = (struct bundle_file){arena_copy(arena, name),
                                 arena_copy_n(arena, content.text, content.length), content.length};
    return file->name && file->text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static int keep_regular(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN);
}

static assay_status read_folder(const char *folder, struct arena *arena, bundle_file_vec *files,
                                struct buf *error)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, keep_regular, alphasort);
    if (count < 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND, "cannot open folder '%s': %s", folder,
                         strerror(errno));
    assay_status status = ASSAY_OK;
    bool found = false;
    for (int i = 0; i < count; i++) {
        found = found || strcmp(entries[i]->d_name, "audit.json") == 0 ||
                strcmp(entries[i]->d_name, "SHA256SUMS") == 0;
        if (status == ASSAY_OK)
            status = add_file(folder, entries[i]->d_name, arena, files, error);
        free(entries[i]);
    }
    free(entries);
    if (status == ASSAY_OK && !found)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "'%s' is no evidence of an audit: it has neither audit.json nor "
                         "SHA256SUMS",
                         folder);
    return status;
}

static assay_status note(const char *path, const char *detail, struct arena *arena,
                         audit_check_vec *checks)
{
    struct audit_check *check = vec_add(checks);
    if (check == NULL)
        return ASSAY_ERR_MEMORY;
    *check = (struct audit_check){AUDIT_CHECK_NOTE, arena_copy(arena, path), detail};
    return check->what ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status note_modules(const bundle_file_vec *files, struct arena *arena,
                                 audit_check_vec *checks)
{
    json_t *document = NULL, *module;
    size_t i;
    assay_status status = ASSAY_OK;
    for (i = 0; i < files->count; i++)
        if (strcmp(files->items[i].name, "audit.json") == 0)
            document = json_loadb(files->items[i].text, files->items[i].length, 0, NULL);
    json_array_foreach(json_object_get(document, "modules"), i, module)
    {
        char digits[SHA256_DIGITS + 1];
        const char *path = json_string_value(json_object_get(module, "path"));
        const char *wanted = json_string_value(json_object_get(module, "sha256"));
        if (status != ASSAY_OK || path == NULL || wanted == NULL)
            continue;
        if (sha256_file(path, digits, NULL) != ASSAY_OK)
            status = note(path, "not here: its hash was not looked at", arena, checks);
        else if (strcmp(digits, wanted) != 0)
            status = note(path, "no longer the module that was measured", arena, checks);
    }
    json_decref(document);
    return status;
}

assay_status bundle_verify_folder(const char *folder, struct arena *arena, audit_check_vec *checks,
                                  struct buf *error)
{
    bundle_file_vec files = {0};
    assay_status status = read_folder(folder, arena, &files, error);
    if (status == ASSAY_OK)
        status = bundle_verify(&files, arena, checks);
    if (status == ASSAY_OK)
        status = note_modules(&files, arena, checks);
    vec_release(&files);
    return status;
}

/* Writing a run's files.  Invariant: a file under its final name is complete; what was interrupted
 * has a name that ends in ".part". */
#include "session/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/json.h"
#include "report/table/tables.h"

static assay_status io_error(struct buf *error, const char *act, const char *path)
{
    return buf_error(error, ASSAY_ERR_IO, "cannot %s '%s': %s", act, path, strerror(errno));
}

assay_status outputs_make_folder(const char *path, struct buf *error)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST ? ASSAY_OK
                                                     : io_error(error, "create folder", path);
}

assay_status outputs_write_file(const char *folder, const char *name, const struct buf *content,
                                struct buf *error)
{
    BUF_AUTO path, part;
    buf_init(&path, 4096);
    buf_init(&part, 4096);
    buf_printf(&path, "%s/%s", folder, name);
    buf_printf(&part, "%s.part", path.text);
    TRY(content->status);
    TRY(part.status);
    FILE *file = fopen(part.text, "we");
    if (file == NULL)
        return io_error(error, "create", part.text);
    bool good = fwrite(content->text, 1, content->length, file) == content->length;
    good = fclose(file) == 0 && good;
    if (!good || rename(part.text, path.text) != 0) {
        assay_status status = io_error(error, "write", path.text);
        unlink(part.text);
        return status;
    }
    return ASSAY_OK;
}

static const struct {
    const char *name;
    assay_status (*render)(const struct run *run, struct buf *out);
} OUTPUTS[] = {
    {"summary.json", report_json_run},
    {"results.csv", report_csv_run},
    {"summary.md", report_markdown_run},
};

assay_status outputs_write(const char *results, struct run *run, const struct web_context *context,
                           const char **ret_folder, struct buf *error)
{
    const char *folder = arena_printf(&run->arena, "%s/%s", results, run->id);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(outputs_make_folder(results, error));
    TRY(outputs_make_folder(folder, error));
    for (size_t i = 0; i < sizeof OUTPUTS / sizeof *OUTPUTS; i++) {
        BUF_AUTO content;
        buf_init(&content, BUF_LENGTH_MAX);
        TRY(OUTPUTS[i].render(run, &content));
        TRY(outputs_write_file(folder, OUTPUTS[i].name, &content, error));
    }
    BUF_AUTO page;
    buf_init(&page, BUF_LENGTH_MAX);
    TRY(web_page(run, context, &page));
    TRY(outputs_write_file(folder, "report.html", &page, error));
    *ret_folder = folder;
    return ASSAY_OK;
}

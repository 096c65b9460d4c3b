/* Writing evidence, and reading its samples back.  Numbers are written with 17 digits: what comes
 * back is the very double, so that a verdict can be computed again to the last digit.
 * Invariant: SHA256SUMS names every other file of the folder. */
#include "session/audit/bundle.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "report/audit/audit.h"
#include "session/outputs.h"

static assay_status write_part(const char *folder, const char *name, const struct buf *content,
                               struct buf *sums, struct buf *error)
{
    char digits[SHA256_DIGITS + 1];
    TRY(outputs_write_file(folder, name, content, error));
    sha256_text(content->text, content->length, digits);
    buf_printf(sums, "%s  %s\n", digits, name);
    return ASSAY_OK;
}

static assay_status write_reports(const char *folder, const struct audit *audit, struct buf *sums,
                                  struct buf *error)
{
    BUF_AUTO json, csv, markdown;
    buf_init(&json, BUF_LENGTH_MAX);
    buf_init(&csv, BUF_LENGTH_MAX);
    buf_init(&markdown, BUF_LENGTH_MAX);
    TRY(report_json_audit(audit, &json));
    report_csv_audit(audit, &csv);
    report_markdown_audit(audit, &markdown);
    TRY(write_part(folder, "audit.json", &json, sums, error));
    TRY(write_part(folder, "samples.csv", &csv, sums, error));
    return write_part(folder, "report.md", &markdown, sums, error);
}

assay_status bundle_write(const char *results, struct audit *audit,
                          struct bundle_written *ret_written, struct buf *error)
{
    char seal[SHA256_DIGITS + 1];
    BUF_AUTO sums;
    buf_init(&sums, 1 << 20);
    const char *folder = arena_printf(&audit->run.arena, "%s/%s", results, audit->id);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(outputs_make_folder(results, error));
    TRY(outputs_make_folder(folder, error));
    TRY(write_reports(folder, audit, &sums, error));
    for (size_t i = 0; i < audit->files.count; i++) {
        const struct audit_file *file = &audit->files.items[i];
        BUF_AUTO copy;
        buf_init(&copy, BUF_LENGTH_MAX);
        buf_add(&copy, file->text, file->length);
        TRY(write_part(folder, file->kept, &copy, &sums, error));
    }
    TRY(outputs_write_file(folder, "SHA256SUMS", &sums, error));
    sha256_text(sums.text, sums.length, seal);
    *ret_written = (struct bundle_written){folder, arena_copy(&audit->run.arena, seal)};
    return ret_written->seal ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* ---- reading samples ---- */

/* A whole number from `low` to `high` and the comma behind it. */
static bool read_whole(const char **at, unsigned long low, unsigned long high,
                       unsigned long *ret_value)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    errno = 0;
    *ret_value = strtoul(*at, &end, 10);
    if (errno != 0 || *end != ',' || *ret_value < low || *ret_value > high)
        return false;
    *at = end + 1;
    return true;
}

/* A number above 0 that ends with `mark`. */
static bool read_positive(const char **at, char mark, double *ret_value)
{
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    *ret_value = strtod(*at, &end);
    if (*end != mark || !isfinite(*ret_value) || !(*ret_value > 0))
        return false;
    *at = end + (mark != '\0');
    return true;
}

static assay_status read_line(const char *line, audit_finding_vec *findings, bool *ret_good)
{
    unsigned long claim, launch;
    double before, after;
    *ret_good = read_whole(&line, 1, findings->count, &claim) &&
                read_whole(&line, 0, UINT32_MAX, &launch) && read_positive(&line, ',', &before) &&
                read_positive(&line, '\0', &after);
    if (!*ret_good)
        return ASSAY_OK;
    pair_vec *pairs = &findings->items[claim - 1].pairs;
    if (pairs->count > 0 && launch < pairs->items[pairs->count - 1].launch) {
        *ret_good = false;
        return ASSAY_OK;
    }
    struct pair_sample *pair = vec_add(pairs);
    if (pair == NULL)
        return ASSAY_ERR_MEMORY;
    *pair = (struct pair_sample){.old_ns = before, .new_ns = after, .launch = (uint32_t)launch};
    return ASSAY_OK;
}

assay_status bundle_read_samples(const char *text, size_t length, audit_finding_vec *findings,
                                 struct buf *error)
{
    enum { LINE_MAX_BYTES = 128 };
    const char *end = text + length;
    for (size_t number = 1; text < end; number++) {
        char line[LINE_MAX_BYTES];
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t bytes = (size_t)((stop ? stop : end) - text);
        bool good = stop != NULL && bytes < sizeof line && memchr(text, '\0', bytes) == NULL;
        if (good) {
            memcpy(line, text, bytes);
            line[bytes] = '\0';
            if (number == 1)
                good = strcmp(line, AUDIT_SAMPLES_HEADER) == 0;
            else
                TRY(read_line(line, findings, &good));
        }
        if (!good)
            return buf_error(error, ASSAY_ERR_PARSE, "line %zu is no '%s'", number,
                             AUDIT_SAMPLES_HEADER);
        text = stop + 1;
    }
    return length > 0 ? ASSAY_OK : buf_error(error, ASSAY_ERR_PARSE, "it is empty");
}

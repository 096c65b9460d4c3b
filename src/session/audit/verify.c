/* Verifying evidence.  Three things are set against each other: the claims in the words of their
 * file, the raw pairs, and what audit.json says of both.  Whoever changes one of them is found by
 * its hash, and, where the hash was changed too, by the others; only somebody who changes all of
 * them alike, and measures as it were again, is not.  The seal, the hash of SHA256SUMS that was
 * printed when the audit ended, finds that.
 * Invariant: what is missing is a failed check, never a check that is left out. */
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/sha256.h"
#include "compare/bounds/audit.h"
#include "session/audit/bundle.h"
#include "session/audit/files.h"

/* Everything under way. */
struct verifying {
    const bundle_file_vec *files;
    struct arena *arena;
    audit_check_vec *checks;
    json_t *document;
    struct audit again; /* what the copied audit files and the samples say */
};

static assay_status add_check(struct verifying *verifying, enum audit_check_status status,
                              const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static assay_status add_check(struct verifying *verifying, enum audit_check_status status,
                              const char *what, const char *format, ...)
{
    BUF_AUTO detail;
    va_list args;
    buf_init(&detail, 1 << 16);
    va_start(args, format);
    buf_vprintf(&detail, format, args);
    va_end(args);
    struct audit_check *check = vec_add(verifying->checks);
    if (check == NULL)
        return ASSAY_ERR_MEMORY;
    *check = (struct audit_check){status, arena_copy(verifying->arena, what),
                                  arena_copy(verifying->arena, detail.text)};
    return check->what && check->detail ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static const struct bundle_file *find_file(const struct verifying *verifying, const char *name)
{
    for (size_t i = 0; i < verifying->files->count; i++)
        if (strcmp(verifying->files->items[i].name, name) == 0)
            return &verifying->files->items[i];
    return NULL;
}

/* ---- hashes ---- */

/* The hash that SHA256SUMS has of `name`, or NULL. */
static const char *sum_of(const struct bundle_file *sums, const char *name,
                          char digits[SHA256_DIGITS + 1])
{
    size_t length = strlen(name);
    const char *end = sums->text + sums->length;
    for (const char *line = sums->text; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t bytes = (size_t)((stop ? stop : end) - line);
        if (bytes == SHA256_DIGITS + 2 + length &&
            memcmp(line + SHA256_DIGITS + 2, name, length) == 0) {
            memcpy(digits, line, SHA256_DIGITS);
            digits[SHA256_DIGITS] = '\0';
            return digits;
        }
        line = stop ? stop + 1 : end;
    }
    return NULL;
}

static assay_status check_hash(struct verifying *verifying, const struct bundle_file *sums,
                               const char *name)
{
    char wanted[SHA256_DIGITS + 1], got[SHA256_DIGITS + 1];
    const struct bundle_file *file = find_file(verifying, name);
    if (file == NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, name, "it is missing");
    if (sum_of(sums, name, wanted) == NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, name, "SHA256SUMS does not name it");
    sha256_text(file->text, file->length, got);
    if (strcmp(got, wanted) != 0)
        return add_check(verifying, AUDIT_CHECK_FAILED, name,
                         "it was changed: its SHA-256 is not that of SHA256SUMS");
    return add_check(verifying, AUDIT_CHECK_OK, name, "SHA-256 as recorded");
}

static assay_status check_hashes(struct verifying *verifying)
{
    static const char *const ALWAYS[] = {"audit.json", "samples.csv", "report.md"};
    const struct bundle_file *sums = find_file(verifying, "SHA256SUMS");
    char seal[SHA256_DIGITS + 1];
    if (sums == NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, "SHA256SUMS",
                         "it is missing: the folder is incomplete");
    sha256_text(sums->text, sums->length, seal);
    TRY(add_check(verifying, AUDIT_CHECK_NOTE, "seal", "%s", seal));
    for (size_t i = 0; i < sizeof ALWAYS / sizeof *ALWAYS; i++)
        TRY(check_hash(verifying, sums, ALWAYS[i]));
    return ASSAY_OK;
}

/* ---- what audit.json says ---- */

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static assay_status read_document(struct verifying *verifying)
{
    const struct bundle_file *file = find_file(verifying, "audit.json");
    json_error_t at;
    if (file == NULL)
        return ASSAY_OK; /* check_hash said so */
    verifying->document = json_loadb(file->text, file->length, JSON_REJECT_DUPLICATES, &at);
    if (verifying->document == NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, "audit.json", "line %d: %s", at.line,
                         at.text);
    if (strcmp(text_of(verifying->document, "schema"), "assay.audit/1") == 0)
        return ASSAY_OK;
    json_decref(verifying->document);
    verifying->document = NULL;
    return add_check(verifying, AUDIT_CHECK_FAILED, "audit.json", "it is no assay.audit/1");
}

/* ---- the claims ---- */

static assay_status read_claims_of(struct verifying *verifying, const json_t *entry)
{
    BUF_AUTO error;
    char digits[SHA256_DIGITS + 1];
    const char *kept = text_of(entry, "kept");
    const struct bundle_file *file = find_file(verifying, kept);
    const struct bundle_file *sums = find_file(verifying, "SHA256SUMS");
    buf_init(&error, 8192);
    if (sums != NULL)
        TRY(check_hash(verifying, sums, kept));
    if (file == NULL)
        return ASSAY_OK;
    sha256_text(file->text, file->length, digits);
    if (strcmp(digits, text_of(entry, "sha256")) != 0)
        return add_check(verifying, AUDIT_CHECK_FAILED, kept,
                         "it was changed: its SHA-256 is not that of audit.json");
    const struct audit_file read = {
        .path = text_of(entry, "path"), .text = file->text, .length = file->length};
    assay_status status = audit_add_claims(&read, &verifying->again, &error);
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY)
        return status;
    return add_check(verifying, AUDIT_CHECK_FAILED, kept, "%s", error.text);
}

static assay_status read_claims(struct verifying *verifying)
{
    const json_t *files = json_object_get(verifying->document, "files"), *entry;
    size_t i;
    json_array_foreach(files, i, entry) TRY(read_claims_of(verifying, entry));
    return ASSAY_OK;
}

static assay_status read_samples(struct verifying *verifying)
{
    BUF_AUTO error;
    const struct bundle_file *file = find_file(verifying, "samples.csv");
    buf_init(&error, 8192);
    if (file == NULL)
        return ASSAY_OK; /* check_hash said so */
    assay_status status =
        bundle_read_samples(file->text, file->length, &verifying->again.findings, &error);
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY)
        return status;
    return add_check(verifying, AUDIT_CHECK_FAILED, "samples.csv", "%s", error.text);
}

/* ---- the verdicts ---- */

/* audit.json has 12 digits. */
static bool is_near(double said, double computed)
{
    if (!isfinite(computed))
        return isnan(said);
    return fabs(said - computed) <= 1e-9 * fabs(computed);
}

/* The first thing that audit.json says otherwise than its file, or NULL. */
static const char *claim_differs(const json_t *said, const struct audit_claim *claim)
{
    const json_t *bound = json_object_get(said, "bound");
    if (strcmp(text_of(said, "claim"), claim->text) != 0)
        return "claim";
    if (strcmp(text_of(said, "source"), claim->source) != 0)
        return "source";
    if (strcmp(text_of(said, "metric"), claim->metric->name) != 0)
        return "metric";
    if (strcmp(text_of(bound, "kind"), audit_bound_name(claim->bound)) != 0 ||
        !is_near(number_of(bound, "value"), claim->value))
        return "bound";
    return NULL;
}

static const char *verdict_differs(const json_t *said, const struct audit_finding *finding)
{
    if (strcmp(text_of(said, "verdict"), audit_verdict_name(finding->verdict)) != 0)
        return "verdict";
    if (!is_near(number_of(said, "ratio"), finding->ratio))
        return "ratio";
    if (!is_near(number_of(said, "low"), finding->interval.low))
        return "low";
    if (!is_near(number_of(said, "high"), finding->interval.high))
        return "high";
    if (!is_near(number_of(json_object_get(said, "before"), "median"), finding->before) ||
        !is_near(number_of(json_object_get(said, "after"), "median"), finding->after))
        return "median";
    if (!is_near(number_of(said, "launches"), finding->launches))
        return "launches";
    if (strcmp(text_of(said, "sentence"), finding->sentence) != 0)
        return "sentence";
    return is_near(number_of(said, "pairs"), (double)finding->pairs.count) ? NULL : "pairs";
}

static assay_status check_claim(struct verifying *verifying, const json_t *said, size_t at)
{
    struct audit_finding *finding = &verifying->again.findings.items[at];
    char what[48];
    snprintf(what, sizeof what, "claim %zu", at + 1);
    const char *differs = claim_differs(said, &finding->claim);
    if (differs != NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, what,
                         "audit.json has another '%s' than the audit file", differs);
    if (finding->pairs.count > 0) {
        assay_status status =
            audit_judge(audit_level(verifying->again.findings.count), verifying->arena, finding);
        if (status == ASSAY_ERR_MEMORY)
            return status;
        if (status != ASSAY_OK)
            return add_check(verifying, AUDIT_CHECK_FAILED, what, "its samples: %s",
                             status_text(status));
        differs = verdict_differs(said, finding);
    } else if (strcmp(text_of(said, "verdict"), audit_verdict_name(AUDIT_NONE)) != 0)
        return add_check(verifying, AUDIT_CHECK_FAILED, what,
                         "it is said to be %s and has no samples", text_of(said, "verdict"));
    if (differs != NULL)
        return add_check(verifying, AUDIT_CHECK_FAILED, what,
                         "its samples give another '%s' than audit.json: they say %s", differs,
                         audit_verdict_name(finding->verdict));
    if (finding->pairs.count == 0)
        return add_check(verifying, AUDIT_CHECK_OK, what, "not measured: %s",
                         text_of(said, "reason"));
    return add_check(verifying, AUDIT_CHECK_OK, what, "%s again, from %zu pairs of %u launches",
                     audit_verdict_name(finding->verdict), finding->pairs.count, finding->launches);
}

static assay_status check_claims(struct verifying *verifying)
{
    const json_t *claims = json_object_get(verifying->document, "claims"), *said;
    size_t count = verifying->again.findings.count, i;
    if (json_array_size(claims) != count || count == 0)
        return add_check(verifying, AUDIT_CHECK_FAILED, "claims",
                         "audit.json has %zu, the audit files have %zu", json_array_size(claims),
                         count);
    if (!is_near(number_of(verifying->document, "level"), audit_level(count)))
        TRY(add_check(verifying, AUDIT_CHECK_FAILED, "level",
                      "audit.json has another one than %zu claims want", count));
    json_array_foreach(claims, i, said) TRY(check_claim(verifying, said, i));
    return ASSAY_OK;
}

static assay_status verify(struct verifying *verifying)
{
    TRY(check_hashes(verifying));
    TRY(read_document(verifying));
    if (verifying->document == NULL)
        return ASSAY_OK;
    TRY(read_claims(verifying));
    TRY(read_samples(verifying));
    return check_claims(verifying);
}

assay_status bundle_verify(const bundle_file_vec *files, struct arena *arena,
                           audit_check_vec *checks)
{
    struct verifying verifying = {.files = files, .arena = arena, .checks = checks};
    assay_status status = verify(&verifying);
    json_decref(verifying.document);
    audit_release(&verifying.again);
    return status;
}

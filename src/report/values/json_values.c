/* JSON values by jansson.
 *
 * Every member goes through report_json_member(), which steals the value and remembers a failure as
 * a NULL document: no status to check in between, and no half-built document can be written. */
#include "report/values/json_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/values/line.h"

json_t *report_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *report_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    if (text_is_utf8(text, strlen(text)))
        return json_string(text);
    BUF_AUTO mended;
    buf_init(&mended, BUF_LENGTH_MAX);
    report_text_mended(text, &mended);
    return mended.status == ASSAY_OK ? json_string(mended.text) : NULL;
}

void report_json_member(json_t **object, const char *key, json_t *value)
{
    if (*object == NULL)
        json_decref(value);
    else if (value == NULL || json_object_set_new(*object, key, value) != 0) {
        json_decref(*object);
        *object = NULL;
    }
}

void report_json_element(json_t **array, json_t *value)
{
    if (*array == NULL)
        json_decref(value);
    else if (value == NULL || json_array_append_new(*array, value) != 0) {
        json_decref(*array);
        *array = NULL;
    }
}

json_t *report_json_interval(const struct interval *interval)
{
    json_t *object = json_object();
    report_json_member(&object, "low", report_json_number(interval->low));
    report_json_member(&object, "high", report_json_number(interval->high));
    report_json_member(&object, "level", report_json_number(interval->level));
    return object;
}

assay_status report_json_write(json_t *document, struct buf *out)
{
    if (document == NULL)
        return ASSAY_ERR_MEMORY;
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    json_decref(document);
    if (text == NULL)
        return ASSAY_ERR_MEMORY;
    buf_printf(out, "%s\n", text);
    free(text);
    return out->status;
}

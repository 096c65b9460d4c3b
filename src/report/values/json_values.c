/* JSON values by jansson.
 *
 * Every member goes through report_json_member(), which steals the value and remembers a failure as
 * a NULL document: no status to check in between, and no half-built document can be written. */
#include "report/values/json_values.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/values/line.h"

json_t *report_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

enum { DIGITS = 12, SHIFT_MAX = 15 };
#define DIGITS_LOW 1e11L /* the least number with so many digits before the point */
#define DIGITS_HIGH 1e12L
#define NEAR_HALF 1e-3L /* more than a product is off by: which way to round is sure beyond it */

/* `value` times the power of ten that leaves DIGITS digits before the point, rounded; 0 where that
 * is not sure, or is written with an exponent. */
static uint64_t digits_of(double value, int *ret_shift)
{
    long double power = 1, scaled = value; /* powers up to 10^15 are exact */
    int shift = 0;
    for (; scaled < DIGITS_LOW && shift < SHIFT_MAX; shift++) {
        power *= 10;
        scaled = value * power;
    }
    const uint64_t whole = scaled >= DIGITS_LOW && scaled < DIGITS_HIGH ? (uint64_t)scaled : 0;
    const long double rest = scaled - (long double)whole;
    if (whole == 0 || fabsl(rest - 0.5L) < NEAR_HALF)
        return 0;
    *ret_shift = shift;
    return whole + (rest > 0.5L);
}

void report_json_digits(struct buf *out, double value)
{
    char text[SHIFT_MAX + 3], *at = text + sizeof text; /* written from its end */
    int shift = 0;
    uint64_t rest = digits_of(fabs(value), &shift);
    if (rest == 0 || rest >= (uint64_t)DIGITS_HIGH) {
        buf_printf(out, "%.*g", DIGITS, value);
        return;
    }
    bool is_kept = false; /* zeros behind the point that nothing follows are left out */
    for (int i = 0; i < shift; i++, rest /= 10) {
        is_kept = is_kept || rest % 10 > 0;
        if (is_kept)
            *--at = (char)('0' + rest % 10);
    }
    if (is_kept)
        *--at = '.';
    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        buf_putc(out, '-');
    buf_add(out, at, (size_t)(text + sizeof text - at));
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

static assay_status write_with(json_t *document, size_t flags, struct buf *out)
{
    if (document == NULL)
        return ASSAY_ERR_MEMORY;
    char *text = json_dumps(document, flags | JSON_REAL_PRECISION(12));
    json_decref(document);
    if (text == NULL)
        return ASSAY_ERR_MEMORY;
    buf_printf(out, "%s\n", text);
    free(text);
    return out->status;
}

assay_status report_json_write(json_t *document, struct buf *out)
{
    return write_with(document, JSON_INDENT(2), out);
}

assay_status report_json_write_line(json_t *document, struct buf *out)
{
    return write_with(document, JSON_COMPACT, out);
}

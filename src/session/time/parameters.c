/* Scans and lists.  Why the values are texts: they go into command lines as they are written, so
 * the decimals of a scan are those of its ends and step, not those of a double.
 * Invariant: no two ranges have one name. */
#include "session/time/parameters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The value of a plain decimal number and how many decimals it is written with. */
static bool parse_decimal(const char *text, double *ret_value, int *decimals)
{
    char *end;
    if (text[0] == '\0' || strspn(text, "+-.0123456789") != strlen(text))
        return false;
    *ret_value = strtod(text, &end);
    const char *point = strchr(text, '.');
    int count = point ? (int)strlen(point + 1) : 0;
    *decimals = count > *decimals ? count : *decimals;
    return *end == '\0' && *decimals <= 15 && fabs(*ret_value) < 1e15;
}

static assay_status add_range(const char *name, parameter_range_vec *ranges, struct buf *error)
{
    if (name[0] == '\0' || strpbrk(name, "{} \t\n=") != NULL)
        return buf_error(error, ASSAY_ERR_PARSE, "'%s' is no name of a parameter", name);
    for (size_t i = 0; i < ranges->count; i++)
        if (strcmp(ranges->items[i].name, name) == 0)
            return buf_error(error, ASSAY_ERR_PARSE, "parameter '%s' is given twice", name);
    struct parameter_range *range = vec_add(ranges);
    if (range == NULL)
        return ASSAY_ERR_MEMORY;
    *range = (struct parameter_range){.name = name};
    return ASSAY_OK;
}

/* Adds a value to the last range. */
static assay_status add_value(parameter_range_vec *ranges, const char *value, struct buf *error)
{
    struct parameter_range *range = &ranges->items[ranges->count - 1];
    if (range->values.count == PARAMETER_VALUES_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "parameter '%s' has more than %d values",
                         range->name, PARAMETER_VALUES_MAX);
    const char **slot = value ? vec_add(&range->values) : NULL;
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = value;
    return ASSAY_OK;
}

assay_status parameters_add_scan(const char *const name_low_high[3], const char *step,
                                 struct arena *arena, parameter_range_vec *ranges,
                                 struct buf *error)
{
    const char *name = name_low_high[0],
               *texts[] = {name_low_high[1], name_low_high[2], step ? step : "1"};
    double values[3];
    int decimals[3] = {0};
    for (int i = 0; i < 3; i++)
        if (!parse_decimal(texts[i], &values[i], &decimals[i]))
            return buf_error(error, ASSAY_ERR_PARSE, "parameter '%s': '%s' is no decimal number",
                             name, texts[i]);
    if (!(values[2] > 0) || values[1] < values[0])
        return buf_error(error, ASSAY_ERR_PARSE,
                         "parameter '%s' wants a lower end, a higher end and a step above 0", name);
    TRY(add_range(name, ranges, error));
    int digits = decimals[0] > decimals[2] ? decimals[0] : decimals[2];
    for (int i = 0; i <= PARAMETER_VALUES_MAX; i++) {
        double value = values[0] + i * values[2];
        if (value > values[1] + values[2] * 1e-9)
            break;
        TRY(add_value(ranges, arena_printf(arena, "%.*f", digits, value), error));
    }
    return ASSAY_OK;
}

assay_status parameters_add_list(const char *name, const char *values, struct arena *arena,
                                 parameter_range_vec *ranges, struct buf *error)
{
    BUF_AUTO value;
    buf_init(&value, 1 << 20);
    TRY(add_range(name, ranges, error));
    for (;; values++) {
        if (*values == ',' || *values == '\0') {
            TRY(value.status);
            TRY(add_value(ranges, arena_copy(arena, value.text), error));
            buf_clear(&value);
            if (*values == '\0')
                return ASSAY_OK;
        } else {
            values += values[0] == '\\' && values[1] == ',';
            buf_putc(&value, *values);
        }
    }
}

void parameters_release(parameter_range_vec *ranges)
{
    for (size_t i = 0; i < ranges->count; i++)
        vec_release(&ranges->items[i].values);
    vec_release(ranges);
}

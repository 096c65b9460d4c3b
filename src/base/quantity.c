/* Quantities: one table of families, each a base unit and the units that text may use.
 *
 * Why a table of our own and not printf's %g with a suffix: the same rows read and write, so
 * whatever is printed can be pasted into a configuration file and means the same there.
 *
 * Why text_to_number looks at the characters that strtod took: it also takes "inf", "nan" and
 * "0x10", none of which is a quantity.
 *
 * Invariants: 1. the units of a family that are written stand first and in rising order;
 * 2. the first of them is the base unit, scale 1. */
#include "base/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double scale;
};

struct family {
    const char *unit;
    const char *wanted;
    const struct unit *units; /* ends at a NULL name */
    size_t written;           /* so many of the first units are used when writing */
    int digits;               /* significant ones when written */
    bool needs_unit;          /* a number alone is refused, unless 0 */
};

#define KIB 1024.0
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define TIB (KIB * GIB)

/* The last two of the durations are spelled with MICRO SIGN and with GREEK SMALL LETTER MU. */
static const struct unit TIME_UNITS[] = {{"ns", 1},        {"us", 1e3},      {"ms", 1e6},
                                         {"s", 1e9},       {"min", 60e9},    {"h", 3600e9},
                                         {"\u00b5s", 1e3}, {"\u03bcs", 1e3}, {NULL, 0}};
static const struct unit BYTE_UNITS[] = {{"B", 1},     {"KiB", KIB}, {"MiB", MIB}, {"GiB", GIB},
                                         {"TiB", TIB}, {"kB", 1e3},  {"MB", 1e6},  {"GB", 1e9},
                                         {"TB", 1e12}, {NULL, 0}};
static const struct unit BYTE_RATE_UNITS[] = {
    {"B/s", 1},     {"kB/s", 1e3},  {"MB/s", 1e6},  {"GB/s", 1e9},  {"TB/s", 1e12},
    {"KiB/s", KIB}, {"MiB/s", MIB}, {"GiB/s", GIB}, {"TiB/s", TIB}, {NULL, 0}};
static const struct unit GROWTH_UNITS[] = {{"B/h", 1},    {"kB/h", 1e3},  {"MB/h", 1e6},
                                           {"GB/h", 1e9}, {"TB/h", 1e12}, {NULL, 0}};
static const struct unit RATE_UNITS[] = {{"/s", 1},    {"k/s", 1e3}, {"M/s", 1e6},
                                         {"G/s", 1e9}, {"1/s", 1},   {NULL, 0}};

static const struct family FAMILIES[] = {
    {"ns", "a duration such as 50 ms", TIME_UNITS, 4, 4, true},
    {"B", "an amount of memory such as 2 GiB", BYTE_UNITS, 5, 3, false},
    {"B/s", "a data rate such as 1.5 GB/s", BYTE_RATE_UNITS, 5, 3, false},
    {"B/h", "a growth such as 1 MB/h", GROWTH_UNITS, 5, 3, false},
    {"1/s", "a rate such as 12 M/s", RATE_UNITS, 4, 3, false},
};

static const struct family *family_of(const char *unit)
{
    for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++)
        if (strcmp(FAMILIES[i].unit, unit) == 0)
            return &FAMILIES[i];
    return NULL;
}

const char *quantity_wanted(const char *unit)
{
    const struct family *family = family_of(unit);
    return family ? family->wanted : "a number";
}

/* The number at the start of `text`; returns where it ends, or NULL when there is none. */
static const char *text_to_number(const char *text, double *ret_number)
{
    const char *digits = text + (*text == '+' || *text == '-');
    if (!isdigit((unsigned char)digits[0]) && digits[0] != '.')
        return NULL;
    char *end;
    double number = strtod(text, &end);
    if (end == text || strspn(text, "+-.0123456789eE") < (size_t)(end - text))
        return NULL;
    *ret_number = number;
    return end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether the first `length` bytes of `name` are a unit of the family; tells its scale. */
static bool unit_scale(const struct family *family, const char *name, size_t length, double *scale)
{
    for (const struct unit *unit = family->units; unit->name != NULL; unit++)
        if (strlen(unit->name) == length && memcmp(unit->name, name, length) == 0) {
            *scale = unit->scale;
            return true;
        }
    return false;
}

assay_status quantity_parse(const char *text, const char *unit, double *ret_value)
{
    double number = 0, scale = 1;
    while (is_blank(*text))
        text++;
    const char *name = text_to_number(text, &number);
    if (name == NULL)
        return ASSAY_ERR_PARSE;
    while (is_blank(*name))
        name++;
    size_t length = strlen(name);
    while (length > 0 && is_blank(name[length - 1]))
        length--;
    const struct family *family = family_of(unit);
    bool alone = length == 0 && !(family != NULL && family->needs_unit && number != 0);
    bool same = family == NULL && strlen(unit) == length && memcmp(unit, name, length) == 0;
    if (!alone && !same && (family == NULL || !unit_scale(family, name, length, &scale)))
        return ASSAY_ERR_PARSE;
    if (!isfinite(number * scale))
        return ASSAY_ERR_PARSE;
    *ret_value = number * scale;
    return ASSAY_OK;
}

/* Writes `number` with so many significant digits, without an exponent while that stays short. */
static void number_write(double number, int digits, char *text)
{
    char rounded[QUANTITY_TEXT_MAX];
    snprintf(rounded, sizeof rounded, "%.*e", digits - 1, number);
    int exponent = (int)strtol(strchr(rounded, 'e') + 1, NULL, 10);
    int decimals = digits - 1 - exponent;
    if (exponent < -3 || exponent > 14)
        snprintf(text, QUANTITY_TEXT_MAX, "%.*g", digits, number);
    else
        snprintf(text, QUANTITY_TEXT_MAX, "%.*f", decimals > 0 ? decimals : 0, number);
}

static char *unit_append(char *text, const char *unit)
{
    size_t length = strlen(text);
    snprintf(text + length, QUANTITY_TEXT_MAX - length, "%s%s", *unit ? " " : "", unit);
    return text;
}

static char *plain_format(double value, const char *unit, char text[QUANTITY_TEXT_MAX])
{
    if (!isfinite(value) || (value == nearbyint(value) && fabs(value) < 1e15))
        snprintf(text, QUANTITY_TEXT_MAX, "%.0f", value);
    else
        number_write(value, 4, text);
    return unit_append(text, unit);
}

/* Writes `value` in one unit.  Bytes and events come in whole ones, durations do not. */
static void unit_write(double value, const struct family *family, const struct unit *unit,
                       char *text)
{
    if (unit->scale == 1 && !family->needs_unit && value == nearbyint(value))
        snprintf(text, QUANTITY_TEXT_MAX, "%.0f", value);
    else
        number_write(value / unit->scale, family->digits, text);
}

char *quantity_format(double value, const char *unit, char text[QUANTITY_TEXT_MAX])
{
    const struct family *family = family_of(unit);
    if (value == 0 || isnan(value))
        value = fabs(value); /* the signs of 0 and NaN tell a reader nothing */
    if (family == NULL)
        return plain_format(value, unit, text);
    if (value == 0 || !isfinite(value))
        return plain_format(value, family->units[0].name, text);
    const struct unit *units = family->units;
    size_t i = 0;
    while (i + 1 < family->written && fabs(value) >= units[i + 1].scale)
        i++;
    unit_write(value, family, &units[i], text);
    /* 999.96 ns rounds to 1000 of its unit, which is 1 of the next one. */
    if (i + 1 < family->written && fabs(strtod(text, NULL)) * units[i].scale >= units[i + 1].scale)
        unit_write(value, family, &units[++i], text);
    return unit_append(text, units[i].name);
}

char *quantity_format_ns(double ns, char text[QUANTITY_TEXT_MAX])
{
    return quantity_format(ns, "ns", text);
}

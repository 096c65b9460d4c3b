/* Reading and writing protocol lines.  Why text and percent signs: a host in any language needs
 * only split() and its URL decoder; a person can drive a host from a terminal. Invariant:
 * message_parse never reads past the line's NUL and never writes beyond it. */
#include "model/protocol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place: the result is never longer than the source. */
static assay_status decode(char *word)
{
    char *out = word;
    for (const char *in = word; *in != '\0'; in++) {
        if (*in != '%') {
            *out++ = *in;
            continue;
        }
        int high = hex_digit(in[1]);
        int low = high < 0 ? -1 : hex_digit(in[2]);
        if (low < 0 || (high == 0 && low == 0))
            return ASSAY_ERR_PARSE;
        *out++ = (char)(high * 16 + low);
        in += 2;
    }
    *out = '\0';
    return ASSAY_OK;
}

static assay_status parse_field(char *word, struct field *ret_field)
{
    char *equals = strchr(word, '=');
    static char no_key[] = "";
    char *key = equals ? word : no_key;
    char *value = equals ? equals + 1 : word;
    if (equals != NULL)
        *equals = '\0';
    TRY(decode(key));
    TRY(decode(value));
    *ret_field = (struct field){key, value};
    return ASSAY_OK;
}

assay_status message_parse(char *line, struct message *ret_message)
{
    struct message message = {0};
    char *rest = line;
    char *word = strsep(&rest, " ");
    if (word == NULL || *word == '\0')
        return ASSAY_ERR_PARSE;
    message.verb = word;
    while ((word = strsep(&rest, " ")) != NULL) {
        if (*word == '\0')
            continue;
        if (message.field_count == PROTOCOL_FIELDS_MAX)
            return ASSAY_ERR_PARSE;
        TRY(parse_field(word, &message.fields[message.field_count++]));
    }
    *ret_message = message;
    return ASSAY_OK;
}

const char *message_field(const struct message *message, const char *key)
{
    for (size_t i = 0; i < message->field_count; i++)
        if (strcmp(message->fields[i].key, key) == 0)
            return message->fields[i].value;
    return NULL;
}

const char *message_value(const struct message *message, size_t n)
{
    for (size_t i = 0; i < message->field_count; i++)
        if (message->fields[i].key[0] == '\0' && n-- == 0)
            return message->fields[i].value;
    return NULL;
}

double message_number(const struct message *message, const char *key, double fallback)
{
    const char *value = message_field(message, key);
    char *end = NULL;
    double number = value ? strtod(value, &end) : fallback;
    return value && end != value && *end == '\0' && isfinite(number) ? number : fallback;
}

bool message_is_closing(const struct message *message)
{
    return strcmp(message->verb, "ok") == 0 || strcmp(message->verb, "skip") == 0 ||
           strcmp(message->verb, "error") == 0;
}

static void add_encoded(struct buf *line, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 33 || c > 126 || c == '%' || c == '=')
            buf_printf(line, "%%%02X", c);
        else
            buf_putc(line, *p);
    }
}

void message_add(struct buf *line, const char *key, const char *value)
{
    buf_putc(line, ' ');
    if (key[0] != '\0') {
        add_encoded(line, key);
        buf_putc(line, '=');
    }
    add_encoded(line, value);
}

/* ---- lines `metric` ---- */

/* Letters, digits, "_.+-": what also stands in ids, YAML and columns without quotes. */
static bool is_metric_name(const char *name)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.+-";
    size_t length = strnlen(name, PROTOCOL_METRIC_NAME_MAX + 1);
    return length > 0 && length <= PROTOCOL_METRIC_NAME_MAX && strspn(name, LETTERS) == length;
}

static bool is_metric_unit(const char *unit)
{
    size_t length = strnlen(unit, PROTOCOL_METRIC_UNIT_MAX + 1);
    for (size_t i = 0; i < length; i++)
        if (unit[i] <= ' ' || unit[i] > '~')
            return false;
    return length <= PROTOCOL_METRIC_UNIT_MAX;
}

assay_status protocol_check_metric(const struct metric *metric, double value, struct buf *error)
{
    if (!is_metric_name(metric->name))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%.64s': a name is 1 to %d letters, digits and '_.+-'",
                         metric->name, PROTOCOL_METRIC_NAME_MAX);
    if (metric_find(metric->name) != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%s' is assay's own: give yours another name", metric->name);
    if (!is_metric_unit(metric->unit))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%s': its unit '%.32s' is not at most %d printable bytes without "
                         "blanks",
                         metric->name, metric->unit, PROTOCOL_METRIC_UNIT_MAX);
    if (!isfinite(value) || fabs(value) > PROTOCOL_METRIC_VALUE_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%s': the value %g is no finite number below %g", metric->name,
                         value, PROTOCOL_METRIC_VALUE_MAX);
    return ASSAY_OK;
}

assay_status protocol_check_same(const struct metric *before, const struct metric *metric,
                                 struct buf *error)
{
    if (strcmp(before->unit, metric->unit) != 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "metric '%s' has two units: '%s' and then '%s'",
                         metric->name, before->unit, metric->unit);
    if (before->direction != metric->direction || before->quality != metric->quality)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%s' was first told with another direction or quality",
                         metric->name);
    return ASSAY_OK;
}

void message_add_metric(struct buf *line, const struct metric *metric, double value)
{
    buf_puts(line, "metric");
    message_add(line, "name", metric->name);
    message_add(line, "unit", metric->unit);
    buf_printf(line, " better=%s quality=%d value=%.17g",
               metric->direction == HIGHER_IS_BETTER ? "higher" : "lower", metric->quality, value);
}

assay_status message_read_metric(const struct message *message, struct metric *ret_metric,
                                 double *ret_value, struct buf *error)
{
    const char *name = message_field(message, "name"), *unit = message_field(message, "unit");
    const char *better = message_field(message, "better");
    const char *value = message_field(message, "value");
    struct metric metric = {.name = name ? name : "",
                            .unit = unit ? unit : "",
                            .direction = LOWER_IS_BETTER,
                            .quality = message_number(message, "quality", 0) > 0};
    if (better != NULL && strcmp(better, "higher") == 0)
        metric.direction = HIGHER_IS_BETTER;
    else if (better != NULL && strcmp(better, "lower") != 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "metric '%.64s': better=%.16s is neither higher nor lower", metric.name,
                         better);
    char *end = NULL;
    double number = value ? strtod(value, &end) : (double)NAN;
    if (value == NULL || end == value || *end != '\0')
        return buf_error(error, ASSAY_ERR_ARGUMENT, "metric '%.64s': value=%.32s is no number",
                         metric.name, value ? value : "");
    TRY(protocol_check_metric(&metric, number, error));
    *ret_metric = metric;
    *ret_value = number;
    return ASSAY_OK;
}

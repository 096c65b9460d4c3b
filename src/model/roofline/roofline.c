/* Ceilings: kept in order, interpolated, written and read.  Why logarithms: between two caches the
 * rate falls by factors over sizes that grow by factors.
 * Invariant: reads[] has increasing sizes and positive, finite rates. */
#include "model/roofline/roofline.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/quantity.h"
#include "model/protocol.h"

#define LATEST 2e11 /* seconds: year 8000 */

static bool is_positive(double x)
{
    return isfinite(x) && x > 0;
}

void roofline_add_read(struct roofline *roofline, double bytes, double bytes_per_s)
{
    struct roofline_read *reads = roofline->reads;
    size_t at = 0;
    if (!is_positive(bytes) || !is_positive(bytes_per_s))
        return;
    while (at < roofline->read_count && reads[at].bytes < bytes)
        at++;
    if (at < roofline->read_count && reads[at].bytes <= bytes) {
        reads[at].bytes_per_s = fmax(reads[at].bytes_per_s, bytes_per_s);
        return;
    }
    if (roofline->read_count == ROOFLINE_READS_MAX)
        return;
    memmove(&reads[at + 1], &reads[at], (roofline->read_count - at) * sizeof *reads);
    reads[at] = (struct roofline_read){bytes, bytes_per_s};
    roofline->read_count++;
}

void roofline_add_operations(struct roofline *roofline, double operations_per_s)
{
    if (is_positive(operations_per_s))
        roofline->operations_per_s = fmax(roofline->operations_per_s, operations_per_s);
}

double roofline_bandwidth(const struct roofline *roofline, double bytes)
{
    const struct roofline_read *reads = roofline->reads;
    const size_t count = roofline->read_count;
    size_t above = 0;
    if (count == 0)
        return 0;
    while (above < count && reads[above].bytes < bytes)
        above++;
    if (above == 0 || above == count)
        return reads[above == 0 ? 0 : count - 1].bytes_per_s;
    const struct roofline_read *low = &reads[above - 1], *high = &reads[above];
    const double part = log(bytes / low->bytes) / log(high->bytes / low->bytes);
    return exp((1 - part) * log(low->bytes_per_s) + part * log(high->bytes_per_s));
}

double roofline_seconds(const struct roofline *roofline, double bytes, double operations)
{
    const double bandwidth = roofline_bandwidth(roofline, bytes);
    const double reading = is_positive(bytes) && bandwidth > 0 ? bytes / bandwidth : 0;
    const double computing = is_positive(operations) && roofline->operations_per_s > 0
                                 ? operations / roofline->operations_per_s
                                 : 0;
    return fmax(reading, computing);
}

static void add_read(const struct roofline_read *read, struct buf *out)
{
    char rate[QUANTITY_TEXT_MAX], size[QUANTITY_TEXT_MAX];
    buf_printf(out, "%s of %s", quantity_format(read->bytes_per_s, "B/s", rate),
               quantity_format(read->bytes, "B", size));
}

void roofline_describe(const struct roofline *roofline, struct buf *out)
{
    const time_t seconds = roofline->measured_at < LATEST ? (time_t)roofline->measured_at : 0;
    struct tm utc;
    char text[QUANTITY_TEXT_MAX], date[40] = "";
    const size_t count = roofline->read_count, shown[] = {0, count / 2, count - 1};
    for (size_t i = 0; i < 3 && count > 0; i++) {
        if (i > 0 && shown[i] == shown[i - 1])
            continue;
        buf_puts(out, i == 0 ? "reads " : ", ");
        add_read(&roofline->reads[shown[i]], out);
    }
    if (gmtime_r(&seconds, &utc) != NULL)
        strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &utc);
    buf_printf(out, "; %s operations; measured %s",
               quantity_format(roofline->operations_per_s, "1/s", text), date);
}

void roofline_write(const struct roofline *roofline, const char *machine, struct buf *out)
{
    buf_puts(out, "roofline");
    message_add(out, "machine", machine);
    buf_printf(out, " measured_at=%.0f operations_per_s=%.17g\n", roofline->measured_at,
               roofline->operations_per_s);
    for (size_t i = 0; i < roofline->read_count; i++)
        buf_printf(out, "read bytes=%.17g bytes_per_s=%.17g\n", roofline->reads[i].bytes,
                   roofline->reads[i].bytes_per_s);
}

static bool read_head(const struct message *message, const char *machine, struct roofline *roofline)
{
    const char *of = message_field(message, "machine");
    if (strcmp(message->verb, "roofline") != 0 || of == NULL || strcmp(of, machine) != 0)
        return false;
    roofline->measured_at = fmax(message_number(message, "measured_at", 0), 0);
    roofline_add_operations(roofline, message_number(message, "operations_per_s", 0));
    return true;
}

bool roofline_parse(char *text, const char *machine, struct roofline *ret_roofline)
{
    struct roofline roofline = {.read_count = 0};
    bool good = true, has_head = false;
    *ret_roofline = roofline;
    for (char *line = text, *end; good && *line != '\0'; line = end + 1) {
        struct message message;
        end = strchr(line, '\n');
        if (end == NULL)
            return false; /* cut off */
        *end = '\0';
        good = message_parse(line, &message) == ASSAY_OK;
        if (good && !has_head)
            good = has_head = read_head(&message, machine, &roofline);
        else if (good)
            roofline_add_read(&roofline, message_number(&message, "bytes", 0),
                              message_number(&message, "bytes_per_s", 0));
    }
    if (!good || roofline.read_count == 0)
        return false;
    *ret_roofline = roofline;
    return true;
}

/* Tables in text: any bytes are either read into finite values, or refused with their place. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct metric METRIC = {"value", "", LOWER_IS_BETTER, false};
    struct trend trend = {0};
    struct buf error;
    buf_init(&error, 8192);
    assay_status status = table_parse((const char *)data, size, "t.csv", &METRIC, &trend, &error);
    if (status == ASSAY_ERR_PARSE && strncmp(error.text, "t.csv:", 6) != 0)
        abort();
    for (size_t i = 0; i < trend.series.count; i++)
        for (size_t k = 0; k < trend.series.items[i].points.count; k++)
            if (!isfinite(trend.series.items[i].points.items[k].value))
                abort();
    trend_release(&trend);
    buf_release(&error);
    return 0;
}

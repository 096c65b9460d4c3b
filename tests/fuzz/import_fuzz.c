/* Every importer: any bytes become a run of finite numbers, or are refused with their place.  The
 * first byte chooses the format, as an index into the table; behind the last one: by looks. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/read/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_summary(const struct summary *summary)
{
    if (!isfinite(summary->median) || !isfinite(summary->mean) || !isfinite(summary->sd) ||
        summary->sd < 0)
        abort();
}

static void check_run(const struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (strncmp(result->benchmark.id, result->benchmark.suite,
                    strlen(result->benchmark.suite)) != 0)
            abort();
        for (size_t m = 0; m < result->measurements.count; m++)
            check_summary(&result->measurements.items[m].summary);
        for (size_t s = 0; s < result->samples.count; s++)
            if (!(result->samples.items[s].ns >= 0) || !isfinite(result->samples.items[s].ns))
                abort();
    }
}

static const struct import_format *chosen(uint8_t byte)
{
    for (const struct import_format *format = IMPORT_FORMATS; format->name != NULL; format++)
        if (byte-- == 'a')
            return format;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {0};
    struct buf error;
    struct sink sink;
    const struct import_format *format;
    if (size == 0)
        return 0;
    char *text = malloc(size);
    if (text == NULL)
        abort();
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    buf_init(&error, 8192);
    sink_init(&sink, &run, &error);
    const struct import_text source = {
        .name = "criterion/f/new/x", .text = text, .length = size - 1};
    assay_status status = import_parse(&source, chosen(data[0]), &sink, &format);
    if (status == ASSAY_OK)
        status = sink_finish(&sink);
    if (status == ASSAY_OK)
        check_run(&run);
    if (status == ASSAY_ERR_PARSE && strncmp(error.text, source.name, strlen(source.name)) != 0)
        abort();
    sink_release(&sink);
    run_release(&run);
    buf_release(&error);
    free(text);
    return 0;
}

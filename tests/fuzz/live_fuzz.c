/* Files of runs that go on: any bytes are one line of a document or refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/live/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf line;
    buf_init(&line, 4 * LIVE_BYTES_MAX);
    const assay_status status = live_read((const char *)data, size, &line);
    if ((status == ASSAY_OK) != (line.length > 0) || strpbrk(line.text, "\r\n") != NULL)
        abort();
    buf_release(&line);
    return 0;
}

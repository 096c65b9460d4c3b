/* The head of a program file: any bytes are looked at within their bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *exact = malloc(size > 0 ? size : 1); /* so that a sanitizer sees the end */
    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    bool dynamic = program_bytes_are_dynamic(exact, size);
    if (dynamic && size < 64)
        abort(); /* shorter than its header */
    free(exact);
    return 0;
}

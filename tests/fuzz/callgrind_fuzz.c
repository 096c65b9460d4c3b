/* Callgrind's files from memory: refused, or a number that the text of its last lines has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/counting/callgrind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char digits[32];
    uint64_t number = 12345, again = 0;
    if (callgrind_parse((const char *)data, size, &number) != ASSAY_OK) {
        if (number != 12345)
            abort();
        return 0;
    }
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    /* Zeros may lead it; else the digits stand there, and what is read ends with a newline. */
    if (number != 0 && memmem(data, size, digits, strlen(digits)) == NULL)
        abort();
    if (callgrind_parse((const char *)data, size, &again) != ASSAY_OK || again != number)
        abort();
    return 0;
}

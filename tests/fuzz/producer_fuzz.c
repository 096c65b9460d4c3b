/* Files that call themselves ELF: whatever they are, what is taken out of them is printable, fits,
 * and nothing beyond their end is read. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "probe/environment/producer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[PRODUCER_TEXT_MAX];
    uint8_t *exact = malloc(size > 0 ? size : 1); /* so that a sanitizer sees one byte too far */
    if (exact == NULL)
        return 0;
    memcpy(exact, data, size);
    bool found = producer_parse(exact, size, text);
    free(exact);
    if (memchr(text, '\0', sizeof text) == NULL || found != (text[0] != '\0'))
        abort();
    for (const char *at = text; *at != '\0'; at++)
        if (!isprint((unsigned char)*at))
            abort();
    return 0;
}

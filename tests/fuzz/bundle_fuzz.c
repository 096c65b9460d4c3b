/* Evidence from memory: whatever audit.json, samples.csv, an audit file and SHA256SUMS say, each is
 * looked at and nothing of it is trusted.  An input is these four, with a NUL between them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/audit/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const NAMES[] = {"audit.json", "samples.csv", "claims-1.yaml", "SHA256SUMS"};
    struct bundle_file items[4];
    char *copies[4] = {NULL};
    bundle_file_vec files = {.items = items, .count = 0, .capacity = 4};
    struct arena arena = {0};
    audit_check_vec checks = {0};
    while (files.count < 4) {
        const uint8_t *end = size > 0 ? memchr(data, 0, size) : NULL;
        size_t length = end ? (size_t)(end - data) : size;
        char *copy = malloc(length + 1); /* NUL-terminated, as files are read */
        if (copy == NULL)
            abort();
        if (length > 0)
            memcpy(copy, data, length);
        copy[length] = '\0';
        copies[files.count] = copy;
        items[files.count] = (struct bundle_file){NAMES[files.count], copy, length};
        files.count++;
        if (end == NULL)
            break;
        data += length + 1;
        size -= length + 1;
    }
    if (bundle_verify(&files, &arena, &checks) != ASSAY_OK || checks.count == 0)
        abort();
    for (size_t i = 0; i < checks.count; i++)
        if (checks.items[i].what == NULL || checks.items[i].detail == NULL)
            abort();
    for (size_t i = 0; i < 4; i++)
        free(copies[i]);
    vec_release(&checks);
    arena_release(&arena);
    return 0;
}

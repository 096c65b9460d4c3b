/* What a store says a run was made of: any text is either read or refused, and what is compared
 * with itself does not differ unless it is refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/resume/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char OTHER[] = "{\"words\":[],\"modules\":{\"a.so\":\"\"},\"benchmarks\":\"\"}";
    struct arena arena = {0};
    struct origin_words words;
    struct buf same, other;
    char *text = malloc(size + 1);
    if (text == NULL)
        abort();
    memcpy(text, data, size);
    text[size] = '\0';
    buf_init(&same, 1 << 20);
    buf_init(&other, 1 << 20);
    assay_status status = origin_words(text, &arena, &words);
    origin_difference(text, text, &same);
    origin_difference(text, OTHER, &other);
    if (status == ASSAY_OK && (same.length > 0 || words.items[words.count] != NULL))
        abort();
    if (status != ASSAY_OK && (status != ASSAY_ERR_PARSE || other.length == 0))
        abort();
    buf_release(&same);
    buf_release(&other);
    arena_release(&arena);
    free(text);
    return 0;
}

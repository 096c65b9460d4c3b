/* Fuzz target: rows from foreign files are finite and as many as they say, or the file is refused.
 *
 * The first byte chooses format and limit. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vector_file file = {0};
    if (size == 0) {
        return 0;
    }
    const enum vector_format format = data[0] % 2 == 0 ? VECTOR_FVECS : VECTOR_WORDS;
    const size_t most = data[0] / 2 % 4;
    if (vector_file_read(data + 1, size - 1, format, most, &file) != VECTOR_OK) {
        return 0;
    }
    if (file.count == 0 || file.dim == 0 || (most > 0 && file.count > most)) {
        abort();
    }
    for (size_t i = 0; i < file.count * file.dim; i++) {
        if (!isfinite(file.rows[i])) {
            abort();
        }
    }
    free(file.rows);
    return 0;
}

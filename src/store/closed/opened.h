/* Packed values of a closed run, opened: where their columns lie.  closed.c says what is in them.
 */
#ifndef STORE_CLOSED_OPENED_H
#define STORE_CLOSED_OPENED_H

#include "store/closed/closed.h"

enum { CLOSED_VERSION = 1 };

struct closed_texts {
    const char **items;
    size_t count;
};

/* The columns of text[] and of number[]. */
enum { TEXT_MODULE, TEXT_COMPILER, TEXT_REASON, TEXT_WARNING, CLOSED_TEXTS };
enum {
    NUMBER_BYTES,
    NUMBER_ITEMS,
    NUMBER_MEASUREMENTS,
    NUMBER_MISSING,
    NUMBER_OUTCOME,
    CLOSED_NUMBERS
};
struct closed_results {
    size_t count, missing;
    struct closed_texts texts;
    struct packed_column key, text[CLOSED_TEXTS], number[CLOSED_NUMBERS], absent[2];
};
/* Texts go to `arena`.  ASSAY_ERR_PARSE, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status closed_results_open(const struct closed_bytes *value,
                                                  struct arena *arena,
                                                  struct closed_results *ret_results);
/* The text that a column has in a row; NULL: damaged. */
static inline const char *closed_text(const struct closed_results *results,
                                      const struct packed_column *column, size_t row)
{
    const uint64_t number = packed_number(column, row);
    return number < results->texts.count ? results->texts.items[number] : NULL;
}
/* How the key column says keys: by how far each is from the one before. */
uint64_t closed_key_step(int64_t from, int64_t to);
int64_t closed_key_after(int64_t from, uint64_t step);

struct closed_measurements {
    size_t count, fields;
    struct packed_column series;
};
/* The fields stand next in the reader.  ASSAY_ERR_PARSE. */
ASSAY_USE_RESULT assay_status
closed_measurements_open(const struct closed_bytes *value, struct packed_reader *reader,
                         struct closed_measurements *ret_measurements);

#endif

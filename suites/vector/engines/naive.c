/* The k nearest rows without a trick: all cosines in doubles, the best kept by insertion.  Shares
 * no code with components/vector: it is what that is checked against. */
#include <math.h>

#include "engine.h"

static double cosine(const float *a, const float *b, size_t dim)
{
    double product = 0, own = 0, other = 0;
    for (size_t k = 0; k < dim; k++) {
        product += (double)a[k] * (double)b[k];
        own += (double)a[k] * (double)a[k];
        other += (double)b[k] * (double)b[k];
    }
    return product / sqrt(own * other);
}

void naive_search(const struct engine_rows *rows, const float *query, size_t k, uint32_t *ret_ids,
                  double *ret_scores)
{
    size_t count = 0;
    for (size_t r = 0; r < rows->count; r++) {
        const double score = cosine(query, rows->rows + r * rows->dim, rows->dim);
        size_t place = count < k ? count++ : k;
        while (place > 0 && score > ret_scores[place - 1]) {
            if (place < k) {
                ret_scores[place] = ret_scores[place - 1];
                ret_ids[place] = ret_ids[place - 1];
            }
            place--;
        }
        if (place < k) {
            ret_scores[place] = score;
            ret_ids[place] = (uint32_t)r;
        }
    }
}

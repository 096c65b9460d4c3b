/* edlib as an engine: Myers' bit-vector algorithm with Ukkonen's band (Sosic & Sikic, "Edlib: a
 * C/C++ library for fast, exact sequence alignment using edit distance", Bioinformatics 33(9),
 * 2017). Global alignment, distance only, no bound given: what a user asks who wants the distance.
 */
#include <edlib.h>

#include "engine.h"

static const char *missing(void)
{
    return NULL;
}

static enum text_status matrix(const struct engine_input *input, double *ret_matrix)
{
    const EdlibAlignConfig config =
        edlibNewAlignConfig(-1, EDLIB_MODE_NW, EDLIB_TASK_DISTANCE, NULL, 0);
    for (size_t i = 0; i < input->count; i++) {
        const struct text_span a = input->texts[i];
        ret_matrix[i * input->count + i] = 1;
        for (size_t k = 0; k < i; k++) {
            const struct text_span b = input->texts[k];
            size_t longest = a.length > b.length ? a.length : b.length;
            EdlibAlignResult found =
                edlibAlign(a.bytes, (int)a.length, b.bytes, (int)b.length, config);
            if (found.status != EDLIB_STATUS_OK)
                return TEXT_ERR_MEMORY;
            double similarity = longest > 0 ? 1 - (double)found.editDistance / (double)longest : 1;
            edlibFreeAlignResult(found);
            ret_matrix[i * input->count + k] = ret_matrix[k * input->count + i] = similarity;
        }
    }
    return TEXT_OK;
}

const struct engine engine_edlib = {"edlib", missing, matrix};

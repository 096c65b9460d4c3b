/* What belongs to the nouns of model.h: their words, their memory. */
#include "model/model.h"

const char *const OUTCOMES[] = {"ok", "failed", "skipped"};

struct result *run_add_result(struct run *run)
{
    struct result *result = vec_add(&run->results);
    if (result != NULL)
        *result = (struct result){0};
    return result;
}

void run_release(struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++)
        free(run->results.items[i].samples.items);
    free(run->results.items);
}

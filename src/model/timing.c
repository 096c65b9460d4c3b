/* What the nouns of `assay time` own beside their arena: growing arrays, freed here and nowhere
 * else. */
#include "model/timing.h"

void timing_release(struct timing *timing)
{
    for (size_t i = 0; i < timing->commands.count; i++) {
        vec_release(&timing->commands.items[i].parameters);
        vec_release(&timing->commands.items[i].runs);
    }
    vec_release(&timing->commands);
    arena_release(&timing->arena);
}

/* Ownership of what moves together.
 * Invariant: all vectors are its own. */
#include "model/history/together.h"

void together_release(struct together *together)
{
    vec_release(&together->pairs);
    vec_release(&together->groups);
    *together = (struct together){.tested = 0};
}

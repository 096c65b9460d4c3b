/* The words for laws of growth.  The order is that of enum scaling_law, from slow to fast growth,
 * so that a table of fits can be read. */
#include "model/scaling/scaling.h"

#include <string.h>

const struct scaling_law_words SCALING_LAWS[LAW_COUNT] = {
    [LAW_CONSTANT] = {"O(1)", "", {"coefficient"}},
    [LAW_LOG] = {"O(log n)", "log2 n", {"coefficient", "constant"}},
    [LAW_LINEAR] = {"O(n)", "n", {"coefficient", "constant"}},
    [LAW_LINEARITHMIC] = {"O(n log n)", "n log2 n", {"coefficient", "constant"}},
    [LAW_QUADRATIC] = {"O(n^2)", "n^2", {"coefficient", "constant"}},
    [LAW_CUBIC] = {"O(n^3)", "n^3", {"coefficient", "constant"}},
    [LAW_POWER] = {"O(n^b)", "n^b", {"exponent", "coefficient"}},
    [LAW_AMDAHL] = {"Amdahl", "", {"one_thread", "serial_share"}},
    [LAW_UNIVERSAL] = {"USL", "", {"one_thread", "serial_share", "coherence"}},
};

enum scaling_law scaling_law_named(const char *name)
{
    int law = 0;
    while (law < LAW_COUNT && strcmp(SCALING_LAWS[law].name, name) != 0)
        law++;
    return (enum scaling_law)law;
}

const struct scaling_fit *scaling_find(const struct scaling_fits *fits, enum scaling_law law)
{
    for (size_t i = 0; i < fits->count; i++)
        if (fits->items[i].law == law)
            return &fits->items[i];
    return NULL;
}

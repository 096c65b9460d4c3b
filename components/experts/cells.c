/* Counting words, four responses in turn.
 *
 * A count waits for the one before it when a response repeats a word; with four in turn there is
 * something else to do meanwhile: half of the time of one after the other.  Nobody looks at counts
 * while they cannot pass the largest one, which is until some response has that many words. */
#include "panel.h"

#define TOGETHER 4u

/* Counts the first `common` words of each of `used` responses from number `first` on.  What the
 * loop reads is copied before: for all the compiler knows, a count may lie anywhere. */
static inline __attribute__((always_inline)) void count_turns(const struct cells *cells,
                                                              const struct words *words,
                                                              size_t first, const size_t used,
                                                              size_t common)
{
    uint8_t *own[TOGETHER];
    const uint16_t *ids[TOGETHER];
    const unsigned shift = cells->shift;
    for (size_t i = 0; i < used; i++) {
        own[i] = cells->first + (first + i) * cells->step;
        ids[i] = words[first + i].ids;
    }
    for (size_t k = 0; k < common; k++) {
        for (size_t i = 0; i < used; i++) {
            own[i][(size_t)ids[i][k] << shift]++;
        }
    }
}

static void count_common(const struct cells *cells, const struct words *words, size_t first,
                         size_t used, size_t common)
{
    switch (used) { /* a loop for each */
    case 1:
        count_turns(cells, words, first, 1, common);
        break;
    case 2:
        count_turns(cells, words, first, 2, common);
        break;
    case 3:
        count_turns(cells, words, first, 3, common);
        break;
    default:
        count_turns(cells, words, first, TOGETHER, common);
    }
}

/* Counts the words of a response from number `done` on; false when a count passes the largest. */
static bool count_rest(const struct cells *cells, const struct words *words, size_t response,
                       size_t done)
{
    uint8_t *own = cells->first + response * cells->step;
    const struct words rest = words[response];
    const unsigned shift = cells->shift, max = cells->max;
    for (size_t k = done; k < rest.count; k++) {
        uint8_t *count = own + ((size_t)rest.ids[k] << shift);
        if (*count >= max) {
            return false;
        }
        ++*count;
    }
    return true;
}

/* How many words to take from each response: all have them, and no count can pass the largest. */
static size_t common_words(const struct words *words, size_t used, size_t max)
{
    size_t count = max;
    for (size_t i = 0; i < used; i++) {
        count = words[i].count < count ? words[i].count : count;
    }
    return count;
}

bool cells_count(const struct cells *cells, const struct words *words, size_t responses)
{
    for (size_t first = 0; first < responses; first += TOGETHER) {
        const size_t used = responses - first < TOGETHER ? responses - first : TOGETHER;
        const size_t common = common_words(words + first, used, cells->max);
        count_common(cells, words, first, used, common);
        for (size_t i = first; i < first + used; i++) {
            if (!count_rest(cells, words, i, common)) {
                return false;
            }
        }
    }
    return true;
}

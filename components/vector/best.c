/* The best of many scores, in order: a heap whose root is the worst one kept.
 *
 * Most scores are below the root, so sixteen at a time are held against it first. */
#include <math.h>
#include <stdlib.h>

#include "vector_plan.h"

#define GROUP 16u

static bool is_worse(struct vector_hit a, struct vector_hit b)
{
    return a.score < b.score || (a.score == b.score && a.id > b.id);
}

void best_begin(struct best *best, struct vector_hit *hits, size_t room)
{
    *best = (struct best){.hits = hits, .room = room};
}

static void sift_down(struct best *best)
{
    struct vector_hit *hits = best->hits;
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= best->count) {
            return;
        }
        if (child + 1 < best->count && is_worse(hits[child + 1], hits[child])) {
            child++;
        }
        if (!is_worse(hits[child], hits[i])) {
            return;
        }
        const struct vector_hit moved = hits[i];
        hits[i] = hits[child];
        hits[child] = moved;
        i = child;
    }
}

static void sift_up(struct best *best)
{
    struct vector_hit *hits = best->hits;
    for (size_t i = best->count - 1; i > 0 && is_worse(hits[i], hits[(i - 1) / 2]);
         i = (i - 1) / 2) {
        const struct vector_hit moved = hits[i];
        hits[i] = hits[(i - 1) / 2];
        hits[(i - 1) / 2] = moved;
    }
}

void best_offer(struct best *best, uint32_t id, float score)
{
    const struct vector_hit hit = {id, score};
    if (best->count < best->room) {
        best->hits[best->count++] = hit;
        sift_up(best);
    } else if (is_worse(best->hits[0], hit)) {
        best->hits[0] = hit;
        sift_down(best);
    }
}

static bool any_reaches(const float *scores, float least)
{
    int reached = 0;
    for (unsigned i = 0; i < GROUP; i++) {
        reached |= scores[i] >= least;
    }
    return reached != 0;
}

void best_offer_all(struct best *best, const uint32_t *ids, uint32_t first, const float *scores,
                    size_t count)
{
    for (size_t i = 0; i < count; i += GROUP) {
        const size_t end = count - i < GROUP ? count : i + GROUP;
        if (end - i == GROUP && !any_reaches(scores + i, best_worst(best))) {
            continue;
        }
        for (size_t k = i; k < end; k++) {
            best_offer(best, ids != NULL ? ids[k] : first + (uint32_t)k, scores[k]);
        }
    }
}

float best_worst(const struct best *best)
{
    return best->count < best->room ? -HUGE_VALF : best->hits[0].score;
}

static int by_rank(const void *a, const void *b)
{
    const struct vector_hit *left = a, *right = b;
    return is_worse(*left, *right) - is_worse(*right, *left);
}

void best_sort(struct best *best)
{
    qsort(best->hits, best->count, sizeof *best->hits, by_rank);
}

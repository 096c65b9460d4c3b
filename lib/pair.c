/* The alternation.  The order inside each pair is drawn anew: a fixed order (A always first) is a
 * bias that no interval shows.  Slots follow each other at once, so that a change of clock speed or
 * a noisy neighbour meets both sides alike. Invariant: between the slots of a pair no system call
 * and no output happens. */
#include "pair.h"

/* One step of splitmix64, so that neighbouring seeds give unlike orders; xorshift wants no zero. */
static uint64_t first_state(uint64_t seed)
{
    uint64_t z = seed + 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) | 1;
}

bool pair_run(const struct pair_request *request, void (*keep)(const struct pair_time *, void *),
              void *context)
{
    uint64_t state = first_state(request->seed);
    for (uint64_t i = 0; i < request->slots; i++) {
        struct slot_time first, second;
        /* xorshift64*, Vigna 2016; the high bit is the good one. */
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bool a_first = (state * 0x2545f4914f6cdd1du) >> 63;
        struct open_bench *one = a_first ? request->a : request->b;
        struct open_bench *two = a_first ? request->b : request->a;
        uint64_t n_one = a_first ? request->iterations_a : request->iterations_b;
        uint64_t n_two = a_first ? request->iterations_b : request->iterations_a;
        if (!bench_slot(one, n_one, &first) || !bench_slot(two, n_two, &second))
            return false;
        struct pair_time time = {a_first ? first.loop_ns : second.loop_ns,
                                 a_first ? second.loop_ns : first.loop_ns, a_first};
        keep(&time, context);
    }
    return true;
}

/* Bits, frames, patterns, schedules, inference: see hierarchy.h.
 *
 * Bits, checksums and products are the kernels' (body.h), the fastest of this processor; the rest
 * is what a careful programmer writes for it in C. */
#include "hierarchy.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "kernels.h"

static const struct neural_kernel *fastest;

static void find_fastest(void)
{
    fastest = neural_fastest();
}

static const struct neural_kernel *kernel_of_processor(void)
{
    static pthread_once_t found = PTHREAD_ONCE_INIT;
    pthread_once(&found, find_fastest);
    return fastest;
}

/* ---- substrate ---- */

uint64_t hierarchy_difference(const uint64_t *a, const uint64_t *b, size_t words, uint64_t *ret)
{
    return kernel_of_processor()->difference(a, b, words, ret);
}

/* ---- protocol ---- */

#define POLYNOMIAL 0x82F63B78u /* reflected */

static uint32_t tables[8][256];

static void make_tables(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
        }
        tables[0][byte] = crc;
    }
    for (unsigned k = 1; k < 8; k++) {
        for (uint32_t byte = 0; byte < 256; byte++) {
            const uint32_t before = tables[k - 1][byte];
            tables[k][byte] = before >> 8 ^ tables[0][before & 255];
        }
    }
}

static uint32_t get32(const uint8_t *from)
{
    return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void put32(uint32_t value, uint8_t *to)
{
    for (unsigned k = 0; k < 4; k++) {
        to[k] = (uint8_t)(value >> 8 * k);
    }
}

uint32_t neural_remainder(uint32_t crc, const uint8_t *data, size_t size)
{
    static pthread_once_t made = PTHREAD_ONCE_INIT;
    pthread_once(&made, make_tables);
    for (; size >= 8; size -= 8, data += 8) {
        const uint32_t low = get32(data) ^ crc, high = get32(data + 4);
        crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
              tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
              tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
    }
    for (; size > 0; size--, data++) {
        crc = crc >> 8 ^ tables[0][(crc ^ *data) & 255];
    }
    return crc;
}

uint32_t hierarchy_crc32c(const void *data, size_t size)
{
    return ~kernel_of_processor()->remainder(UINT32_MAX, data, size);
}

/* Of a frame: the eight bytes before the checksum, and the payload. */
static uint32_t frame_checksum(const uint8_t *frame, size_t size)
{
    const struct neural_kernel *kernel = kernel_of_processor();
    const uint32_t head = kernel->remainder(UINT32_MAX, frame, 8);
    return ~kernel->remainder(head, frame + HIERARCHY_FRAME_OVERHEAD, size);
}

size_t hierarchy_encode(uint8_t type, const void *payload, size_t size, uint8_t *ret_frame)
{
    if (size > HIERARCHY_PAYLOAD_MAX) {
        return 0;
    }
    memcpy(ret_frame, (const uint8_t[]){'N', 'F', 1, type}, 4);
    put32((uint32_t)size, ret_frame + 4);
    if (size > 0) {
        memcpy(ret_frame + HIERARCHY_FRAME_OVERHEAD, payload, size);
    }
    put32(frame_checksum(ret_frame, size), ret_frame + 8);
    return HIERARCHY_FRAME_OVERHEAD + size;
}

bool hierarchy_decode(const uint8_t *data, size_t size, struct hierarchy_frame *ret_frame)
{
    if (size < HIERARCHY_FRAME_OVERHEAD || memcmp(data, "NF\1", 3) != 0) {
        return false;
    }
    const size_t length = get32(data + 4);
    if (length > HIERARCHY_PAYLOAD_MAX || length > size - HIERARCHY_FRAME_OVERHEAD ||
        frame_checksum(data, length) != get32(data + 8)) {
        return false;
    }
    *ret_frame = (struct hierarchy_frame){data[3], data + HIERARCHY_FRAME_OVERHEAD, length};
    return true;
}

/* ---- cognition ---- */

#define ROWS 64u /* of prototypes whose products are looked at together */

size_t hierarchy_classify(const float *prototypes, size_t count, size_t dim, const float *x,
                          float *ret_cosine)
{
    static const float ZEROS[ROWS];
    const struct neural_kernel *kernel = kernel_of_processor();
    float products[ROWS], square, greatest = -INFINITY;
    size_t best = 0;
    kernel->vector(&(struct neural_matrix){x, 1, dim}, x, ZEROS, &square);
    for (size_t first = 0; first < count; first += ROWS) {
        const size_t rows = count - first < ROWS ? count - first : ROWS;
        const struct neural_matrix m = {prototypes + first * dim, rows, dim};
        kernel->vector(&m, x, ZEROS, products);
        for (size_t i = 0; i < rows; i++) {
            best = products[i] > greatest ? first + i : best;
            greatest = products[i] > greatest ? products[i] : greatest;
        }
    }
    *ret_cosine = square > 0 ? greatest / sqrtf(square) : 0;
    return best;
}

/* ---- orchestration ---- */

/* A schedule under way. */
struct schedule {
    const struct hierarchy_plan *plan;
    uint64_t *starts;
    uint16_t first[HIERARCHY_TASKS_MAX + 1]; /* of each task's edges in `after` */
    uint16_t waits[HIERARCHY_TASKS_MAX];     /* for so many tasks */
    uint16_t order[HIERARCHY_TASKS_MAX];     /* no task before one that it waits for */
    uint64_t path[HIERARCHY_TASKS_MAX];      /* to the end, its own duration included */
    uint16_t ready[HIERARCHY_TASKS_MAX];     /* a heap: the longest path first */
    size_t ready_count;
    struct {
        uint64_t end;
        uint16_t task;
    } busy[HIERARCHY_WORKERS_MAX];
    size_t busy_count;
};

#define EDGES_MAX 32768u /* what 16 bits count, and no more than is left free */

static bool is_sound(const struct hierarchy_plan *plan)
{
    bool sound = plan->tasks >= 1 && plan->tasks <= HIERARCHY_TASKS_MAX && plan->workers >= 1 &&
                 plan->workers <= HIERARCHY_WORKERS_MAX && plan->edge_count <= EDGES_MAX;
    for (size_t i = 0; sound && i < plan->edge_count; i++) {
        sound = plan->edges[i].before < plan->tasks && plan->edges[i].after < plan->tasks;
    }
    return sound;
}

/* Edges by the task before, in `after`; and how many tasks each one waits for. */
static void sort_edges(struct schedule *s, uint16_t *after)
{
    const struct hierarchy_plan *plan = s->plan;
    memset(s->first, 0, sizeof s->first);
    memset(s->waits, 0, sizeof s->waits);
    for (size_t i = 0; i < plan->edge_count; i++) {
        s->first[plan->edges[i].before]++;
        s->waits[plan->edges[i].after]++;
    }
    for (size_t t = 0, sum = 0; t <= plan->tasks; t++) {
        sum += t < plan->tasks ? s->first[t] : 0;
        s->first[t] = (uint16_t)sum; /* the end for now; each edge moves it to the front */
    }
    for (size_t i = 0; i < plan->edge_count; i++) {
        after[--s->first[plan->edges[i].before]] = plan->edges[i].after;
    }
}

/* Kahn 1962; false when there is a circle. */
static bool find_order(struct schedule *s, const uint16_t *after)
{
    uint16_t waits[HIERARCHY_TASKS_MAX];
    size_t done = 0, found = 0;
    memcpy(waits, s->waits, sizeof waits);
    for (size_t t = 0; t < s->plan->tasks; t++) {
        if (waits[t] == 0) {
            s->order[found++] = (uint16_t)t;
        }
    }
    for (; done < found; done++) {
        const uint16_t task = s->order[done];
        for (size_t i = s->first[task]; i < s->first[task + 1]; i++) {
            if (--waits[after[i]] == 0) {
                s->order[found++] = after[i];
            }
        }
    }
    return found == s->plan->tasks;
}

static void find_paths(struct schedule *s, const uint16_t *after)
{
    for (size_t k = s->plan->tasks; k-- > 0;) {
        const uint16_t task = s->order[k];
        uint64_t longest = 0;
        for (size_t i = s->first[task]; i < s->first[task + 1]; i++) {
            longest = s->path[after[i]] > longest ? s->path[after[i]] : longest;
        }
        s->path[task] = longest + s->plan->durations[task];
    }
}

static bool is_before(const struct schedule *s, uint16_t a, uint16_t b)
{
    return s->path[a] != s->path[b] ? s->path[a] > s->path[b] : a < b;
}

static void push(struct schedule *s, uint16_t task)
{
    size_t at = s->ready_count++;
    for (; at > 0 && is_before(s, task, s->ready[(at - 1) / 2]); at = (at - 1) / 2) {
        s->ready[at] = s->ready[(at - 1) / 2];
    }
    s->ready[at] = task;
}

static uint16_t pop(struct schedule *s)
{
    const uint16_t top = s->ready[0], last = s->ready[--s->ready_count];
    size_t at = 0;
    for (size_t child = 1; child < s->ready_count; child = 2 * at + 1) {
        child += child + 1 < s->ready_count && is_before(s, s->ready[child + 1], s->ready[child]);
        if (!is_before(s, s->ready[child], last)) {
            break;
        }
        s->ready[at] = s->ready[child];
        at = child;
    }
    s->ready[at] = last;
    return top;
}

/* Free workers take tasks. */
static void begin_tasks(struct schedule *s, uint64_t now)
{
    while (s->ready_count > 0 && s->busy_count < s->plan->workers) {
        const uint16_t task = pop(s);
        s->starts[task] = now;
        s->busy[s->busy_count].end = now + s->plan->durations[task];
        s->busy[s->busy_count++].task = task;
    }
}

/* The next end of a task, at which all that end then do. */
static uint64_t end_tasks(struct schedule *s, const uint16_t *after)
{
    uint64_t now = UINT64_MAX;
    for (size_t w = 0; w < s->busy_count; w++) {
        now = s->busy[w].end < now ? s->busy[w].end : now;
    }
    for (size_t w = 0; w < s->busy_count;) {
        if (s->busy[w].end != now) {
            w++;
            continue;
        }
        const uint16_t task = s->busy[w].task;
        s->busy[w] = s->busy[--s->busy_count];
        for (size_t i = s->first[task]; i < s->first[task + 1]; i++) {
            if (--s->waits[after[i]] == 0) {
                push(s, after[i]);
            }
        }
    }
    return now;
}

uint64_t hierarchy_schedule(const struct hierarchy_plan *plan, uint64_t *ret_starts)
{
    struct schedule s;
    uint16_t after[EDGES_MAX];
    uint64_t now = 0;
    s.plan = plan;
    s.starts = ret_starts;
    s.ready_count = s.busy_count = 0;
    if (!is_sound(plan)) {
        return 0;
    }
    sort_edges(&s, after);
    if (!find_order(&s, after)) {
        return 0;
    }
    find_paths(&s, after);
    for (size_t t = 0; t < plan->tasks; t++) {
        if (s.waits[t] == 0) {
            push(&s, (uint16_t)t);
        }
    }
    while (s.ready_count > 0 || s.busy_count > 0) {
        begin_tasks(&s, now);
        now = end_tasks(&s, after);
    }
    return now;
}

/* ---- intelligence ---- */

/* Scratch: of each fact the first of its places in rules, the places, what each rule still lacks,
 * and facts whose consequences are to be drawn. */
struct inference {
    uint32_t *first;  /* facts + 1 */
    uint32_t *places; /* rule numbers */
    uint16_t *lacks;
    uint16_t *fresh;
    size_t fresh_count;
};

static size_t premises_of(const struct hierarchy_rule *rules, size_t count)
{
    size_t sum = 0;
    for (size_t r = 0; r < count; r++) {
        sum += rules[r].premise_count;
    }
    return sum;
}

size_t hierarchy_infer_scratch(const struct hierarchy_rule *rules, size_t count, size_t facts)
{
    return (facts + 1 + premises_of(rules, count)) * sizeof(uint32_t) +
           (count + facts) * sizeof(uint16_t);
}

static bool in_range(const struct hierarchy_rule *rules, size_t count, size_t facts)
{
    bool sound = facts <= HIERARCHY_FACTS_MAX && count <= HIERARCHY_RULES_MAX;
    for (size_t r = 0; sound && r < count; r++) {
        sound = rules[r].conclusion < facts;
        for (size_t k = 0; sound && k < rules[r].premise_count; k++) {
            sound = rules[r].premises[k] < facts;
        }
    }
    return sound;
}

static void index_premises(const struct hierarchy_rule *rules, size_t count, size_t facts,
                           struct inference *in)
{
    memset(in->first, 0, (facts + 1) * sizeof *in->first);
    for (size_t r = 0; r < count; r++) {
        in->lacks[r] = rules[r].premise_count;
        for (size_t k = 0; k < rules[r].premise_count; k++) {
            in->first[rules[r].premises[k]]++;
        }
    }
    uint32_t sum = 0;
    for (size_t f = 0; f <= facts; f++) {
        sum += f < facts ? in->first[f] : 0;
        in->first[f] = sum;
    }
    for (size_t r = 0; r < count; r++) {
        for (size_t k = 0; k < rules[r].premise_count; k++) {
            in->places[--in->first[rules[r].premises[k]]] = (uint32_t)r;
        }
    }
}

static void learn(struct inference *in, uint8_t *known, uint16_t fact)
{
    if (!known[fact]) {
        known[fact] = 1;
        in->fresh[in->fresh_count++] = fact;
    }
}

size_t hierarchy_infer(const struct hierarchy_rule *rules, size_t count, size_t facts,
                       uint8_t *known, void *scratch)
{
    if (!in_range(rules, count, facts)) {
        return SIZE_MAX;
    }
    struct inference in = {.first = scratch};
    in.places = in.first + facts + 1;
    in.lacks = (uint16_t *)(in.places + premises_of(rules, count));
    in.fresh = in.lacks + count;
    index_premises(rules, count, facts, &in);
    for (size_t f = 0; f < facts; f++) {
        if (known[f]) {
            in.fresh[in.fresh_count++] = (uint16_t)f;
        }
    }
    for (size_t r = 0; r < count; r++) {
        if (in.lacks[r] == 0) {
            learn(&in, known, rules[r].conclusion);
        }
    }
    for (size_t done = 0; done < in.fresh_count; done++) {
        const uint16_t fact = in.fresh[done];
        for (size_t i = in.first[fact]; i < in.first[fact + 1]; i++) {
            if (--in.lacks[in.places[i]] == 0) {
                learn(&in, known, rules[in.places[i]].conclusion);
            }
        }
    }
    return in.fresh_count;
}

/* Levenshtein similarity of all pairs.
 *
 * Myers' method keeps one bit per row of the dynamic-programming matrix for "this cell is one more
 * than the cell above" and one for "one less", and computes 64 cells of a column with about 15
 * instructions.  The obvious vector version gives each lane a text of its own; then every lane
 * looks up another symbol, and gathering those match masks costs more than the arithmetic.  Here
 * the lanes are patterns and share the text: the masks of all lanes for one symbol are neighbours
 * in memory, one plain load.
 *
 * Long patterns are cut into tiles of four blocks whose state stays in registers for the whole
 * text; the tile's last row crosses to the next tile as two bits per lane and column.  Match masks
 * are made per tile, only for symbols that occur in it, and fit into the first-level cache.
 *
 * No score is followed column by column: at the end of the text the differences down the last
 * column are summed with population counts, which also lets patterns of different length share a
 * tile, as rows below a pattern's end influence nothing above them.
 *
 * Invariants: 1. Between tiles all of set->rows is 0.  2. Patterns are sorted from long to short,
 * so that patterns of a group have similar lengths, and texts are those behind the group's first.
 */
#include "levenshtein.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOLS 65536u

/* One way to run tiles. */
struct engine {
    size_t lanes;
    size_t blocks_max; /* how many blocks of state its registers hold */
    tile_kernel *run;
};

/* A run over all pairs.  The patterns of the current group are at the places `group` up to
 * group + lanes of the order; its current tile starts at row `first` of them. */
struct job {
    const struct engine *engine;
    struct sequences input;
    uint16_t *rows;
    uint64_t *matches;
    uint64_t *order; /* length << 32 | number, from long to short */
    struct carry *carries;
    int64_t *scores; /* [place in order][lane] */
    size_t group, first;
    struct tile tile;
    uint64_t valid[TILE_BLOCKS_MAX * LANES_MAX];
};

static size_t length_of(const struct sequences *input, size_t i)
{
    return input->starts[i + 1] - input->starts[i];
}

static double similarity_of(int64_t distance, size_t a, size_t b)
{
    const size_t longest = a > b ? a : b;
    return longest ? 1 - (double)distance / (double)longest : 1;
}

static size_t place(const struct job *job, size_t at)
{
    return (size_t)(uint32_t)job->order[at];
}

static size_t place_length(const struct job *job, size_t at)
{
    return (size_t)(job->order[at] >> 32);
}

static int compare_descending(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return (*left < *right) - (*left > *right);
}

static void sort_by_length(struct job *job)
{
    for (size_t i = 0; i < job->input.count; i++) {
        job->order[i] = (uint64_t)length_of(&job->input, i) << 32 | i;
    }
    qsort(job->order, job->input.count, sizeof *job->order, compare_descending);
}

/* The map from symbols to rows of masks: made once, all zero, and never larger. */
static enum text_status prepare_rows(struct text_set *set)
{
    const size_t size = SYMBOLS * sizeof(uint16_t);
    const bool fresh = !set->rows.data;
    enum text_status status = text_buffer_reserve(&set->rows, size);
    if (!status && fresh) {
        memset(set->rows.data, 0, size);
    }
    return status;
}

/* Scratch for any input of this size. */
static enum text_status job_prepare(struct job *job, struct text_set *set)
{
    const size_t lanes = job->engine->lanes, count = job->input.count;
    const size_t blocks = job->engine->blocks_max;
    const struct {
        struct text_buffer *buffer;
        size_t size;
    } needs[] = {
        {&set->matches, (1 + lanes * blocks * 64) * blocks * lanes * sizeof *job->matches},
        {&set->order, count * sizeof *job->order},
        {&set->carries, job->input.starts[count] * sizeof *job->carries},
        {&set->scores, count * lanes * sizeof *job->scores},
    };
    enum text_status status = prepare_rows(set);
    for (size_t i = 0; !status && i < sizeof needs / sizeof *needs; i++) {
        status = text_buffer_reserve(needs[i].buffer, needs[i].size);
    }
    if (status) {
        return status;
    }
    job->rows = set->rows.data;
    job->matches = set->matches.data;
    job->order = set->order.data;
    job->carries = set->carries.data;
    job->scores = set->scores.data;
    sort_by_length(job);
    return TEXT_OK;
}

/* The symbols that the pattern of a lane has in the tile; `*ret_n` is 0 when it has none. */
static const uint16_t *tile_symbols(const struct job *job, size_t lane, size_t *ret_n)
{
    const size_t at = job->group + lane, rows = job->tile.blocks * 64;
    *ret_n = 0;
    if (at >= job->input.count || place_length(job, at) <= job->first) {
        return NULL;
    }
    const size_t rest = place_length(job, at) - job->first;
    *ret_n = rest < rows ? rest : rows;
    return job->input.symbols + job->input.starts[place(job, at)] + job->first;
}

/* Row of `matches` for a symbol, made on first sight. */
static inline uint64_t *match_row(struct job *job, uint16_t symbol, uint16_t *used)
{
    const size_t width = job->tile.blocks * job->engine->lanes;
    uint16_t row = job->rows[symbol];
    if (row == 0) {
        row = job->rows[symbol] = ++*used;
        memset(job->matches + row * width, 0, width * sizeof *job->matches);
    }
    return job->matches + row * width;
}

/* Bits for the `n` rows that the pattern of a lane has in the tile. */
static void mark_valid(struct job *job, size_t lane, size_t n)
{
    for (size_t block = 0; block < job->tile.blocks; block++) {
        const size_t above = block * 64;
        const size_t own = n <= above ? 0 : n - above;
        job->valid[block * job->engine->lanes + lane] =
            own >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << own) - 1;
    }
}

/* Match masks of the group's patterns. */
static void tile_build(struct job *job)
{
    const size_t lanes = job->engine->lanes;
    uint16_t used = 0;
    memset(job->matches, 0, job->tile.blocks * lanes * sizeof *job->matches);
    for (size_t lane = 0; lane < lanes; lane++) {
        size_t n;
        const uint16_t *symbols = tile_symbols(job, lane, &n);
        mark_valid(job, lane, n);
        for (size_t k = 0; k < n; k++) {
            match_row(job, symbols[k], &used)[k / 64 * lanes + lane] |= UINT64_C(1) << k % 64;
        }
    }
}

/* Restores invariant 1. */
static void tile_forget(struct job *job)
{
    for (size_t lane = 0; lane < job->engine->lanes; lane++) {
        size_t n;
        const uint16_t *symbols = tile_symbols(job, lane, &n);
        for (size_t k = 0; k < n; k++) {
            job->rows[symbols[k]] = 0;
        }
    }
}

/* Row 0 of the matrices: D[0][j] = j, so every column is one more than the one before. */
static void group_start(struct job *job)
{
    const size_t lanes = job->engine->lanes;
    for (size_t at = job->group + 1; at < job->input.count; at++) {
        const size_t length = place_length(job, at);
        struct carry *carries = job->carries + job->input.starts[place(job, at)];
        for (size_t k = 0; k < length; k++) {
            carries[k] = (struct carry){UINT8_MAX, 0};
        }
        for (size_t lane = 0; lane < lanes; lane++) {
            job->scores[at * lanes + lane] = (int64_t)length;
        }
    }
}

/* One tile of the group's patterns over all texts behind the group's first. */
static void tile_run(struct job *job)
{
    tile_build(job);
    for (size_t at = job->group + 1; at < job->input.count; at++) {
        const size_t start = job->input.starts[place(job, at)];
        job->engine->run(&job->tile, job->input.symbols + start, place_length(job, at),
                         job->carries + start, job->scores + at * job->engine->lanes);
    }
    tile_forget(job);
}

/* All tiles of a group, as even as possible: 10 blocks are 5 + 5 rather than 8 + 2. */
static void group_run(struct job *job)
{
    const size_t max = job->engine->blocks_max;
    size_t blocks = (place_length(job, job->group) + 63) / 64;
    job->tile = (struct tile){0, job->rows, job->matches, job->valid};
    for (job->first = 0; blocks > 0; job->first += job->tile.blocks * 64) {
        const size_t tiles = (blocks + max - 1) / max;
        job->tile.blocks = (blocks + tiles - 1) / tiles;
        tile_run(job);
        blocks -= job->tile.blocks;
    }
}

/* Pairs of the group's patterns with the texts behind them in the order. */
static void group_finish(const struct job *job, double *matrix)
{
    const size_t lanes = job->engine->lanes, count = job->input.count, group = job->group;
    for (size_t at = group + 1; at < count; at++) {
        for (size_t lane = 0; lane < lanes && group + lane < at; lane++) {
            const size_t i = place(job, at), j = place(job, group + lane);
            matrix[i * count + j] = matrix[j * count + i] =
                similarity_of(job->scores[at * lanes + lane], place_length(job, at),
                              place_length(job, group + lane));
        }
    }
}

static enum text_status run_all(struct text_set *set, const struct engine *engine,
                                const struct sequences *input, double *matrix)
{
    struct job job = {.engine = engine, .input = *input};
    enum text_status status = job_prepare(&job, set);
    if (status) {
        return status;
    }
    for (job.group = 0; job.group < input->count; job.group += engine->lanes) {
        group_start(&job);
        group_run(&job);
        group_finish(&job, matrix);
    }
    for (size_t i = 0; i < input->count; i++) {
        matrix[i * input->count + i] = 1;
    }
    return TEXT_OK;
}

/* The bit-vectors of one block: plus (minus) has a bit where a cell is one more (less) than the
 * cell above it. */
struct block {
    uint64_t plus, minus;
};

static inline struct block block_start(void)
{
    return (struct block){~UINT64_C(0), 0};
}

static inline struct block edge_in(struct carry carry)
{
    return (struct block){(uint64_t)carry.plus << 63, (uint64_t)carry.minus << 63};
}

static inline struct carry edge_out(struct block edge)
{
    return (struct carry){(uint8_t)(edge.plus >> 63), (uint8_t)(edge.minus >> 63)};
}

/* One block, one column, as in Myers 1999 (text.h).  `above` has the differences along the rows
 * of the block above, of which only the last row, bit 63, matters; the result has this block's. */
static inline struct block block_step(struct block *block, const uint64_t *match,
                                      struct block above)
{
    const uint64_t plus = block->plus, minus = block->minus;
    const uint64_t matched = *match | above.minus >> 63;
    const uint64_t diagonal = (((matched & plus) + plus) ^ plus) | matched;
    const uint64_t vertical = *match | minus;
    const uint64_t up = minus | ~(diagonal | plus), down = plus & diagonal;
    const uint64_t up_moved = up << 1 | above.plus >> 63;
    const uint64_t down_moved = down << 1 | above.minus >> 63;
    *block = (struct block){down_moved | ~(vertical | up_moved), up_moved & vertical};
    return (struct block){up, down};
}

#define COLUMNS columns_plain
#define LANES 1u
#define TARGET
#define BLOCK struct block
#define START block_start
#define EDGE_IN edge_in
#define EDGE_OUT edge_out
#define STEP block_step
#include "levenshtein_columns.h"

static void tile_plain(const struct tile *tile, const uint16_t *text, size_t length,
                       struct carry *carries, int64_t *scores)
{
    struct block state[TILE_BLOCKS_MAX];
#define CASE(blocks)                                                                               \
    case blocks:                                                                                   \
        columns_plain(tile, text, length, carries, state, blocks);                                 \
        break;
    switch (tile->blocks) {
        TILE_BLOCKS(CASE)
    }
#undef CASE
    for (size_t b = 0; b < tile->blocks; b++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): one case has set it */
        *scores += __builtin_popcountll(state[b].plus & tile->valid[b]);
        *scores -= __builtin_popcountll(state[b].minus & tile->valid[b]);
    }
}

/* Wagner and Fischer 1974, algorithm X, with one row instead of the matrix. */
static uint32_t distance_by_rows(const struct sequences *input, size_t i, size_t j, uint32_t *row)
{
    const uint16_t *a = input->symbols + input->starts[i], *b = input->symbols + input->starts[j];
    const size_t n = length_of(input, i), m = length_of(input, j);
    for (size_t k = 0; k <= m; k++) {
        row[k] = (uint32_t)k;
    }
    for (size_t r = 0; r < n; r++) {
        uint32_t diagonal = row[0];
        row[0] = (uint32_t)r + 1;
        for (size_t k = 0; k < m; k++) {
            const uint32_t substituted = diagonal + (a[r] != b[k]);
            const uint32_t shorter = (row[k] < row[k + 1] ? row[k] : row[k + 1]) + 1;
            diagonal = row[k + 1];
            row[k + 1] = substituted < shorter ? substituted : shorter;
        }
    }
    return row[m];
}

static enum text_status run_rows(struct text_set *set, const struct sequences *input,
                                 double *matrix)
{
    const size_t n = input->count;
    const size_t size = (input->starts[n] + 1) * sizeof(uint32_t);
    enum text_status status = text_buffer_reserve(&set->scores, size);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < n; i++) {
        matrix[i * n + i] = 1;
        for (size_t j = 0; j < i; j++) {
            const uint32_t distance = distance_by_rows(input, i, j, set->scores.data);
            matrix[i * n + j] = matrix[j * n + i] =
                similarity_of(distance, length_of(input, i), length_of(input, j));
        }
    }
    return TEXT_OK;
}

/* The sequences of a part; false when the set lacks it. */
static bool input_of(const struct text_set *set, enum text_part part, const double *matrix,
                     struct sequences *ret_input)
{
    if (!text_set_has(set, part, matrix)) {
        return false;
    }
    const bool words = part == TEXT_WORDS;
    ret_input->symbols = words ? set->words.data : set->bytes.data;
    ret_input->starts = words ? set->word_starts.data : set->byte_starts.data;
    ret_input->count = set->count;
    return true;
}

static enum text_status run_part(struct text_set *set, enum text_part part,
                                 const struct engine *engine, double *ret_matrix)
{
    struct sequences input;
    if (!input_of(set, part, ret_matrix, &input)) {
        return TEXT_ERR_ARGUMENT;
    }
    return engine ? run_all(set, engine, &input, ret_matrix) : run_rows(set, &input, ret_matrix);
}

/* 32 registers hold five or six blocks and their edges; clang 14 starts to spill at five. */
#if defined(__clang__)
#define BLOCKS_AVX512 4
#else
#define BLOCKS_AVX512 6
#endif

#define ENGINES_PLAIN(X)                                                                           \
    X(dp, text_cpu_any, NULL)                                                                      \
    X(myers, text_cpu_any, (&(const struct engine){1, 4, tile_plain}))
#if TEXT_X86
#define ENGINES_X86(X)                                                                             \
    X(avx2, text_cpu_avx2, (&(const struct engine){4, 4, tile_avx2}))                              \
    X(avx512, text_cpu_avx512, (&(const struct engine){8, BLOCKS_AVX512, tile_avx512}))
#else
#define ENGINES_X86(X)
#endif
#define ENGINES(X) ENGINES_PLAIN(X) ENGINES_X86(X)

#define DEFINE(id, available, engine)                                                              \
    static enum text_status bytes_##id(struct text_set *set, double *ret_matrix)                   \
    {                                                                                              \
        return run_part(set, TEXT_BYTES, engine, ret_matrix);                                      \
    }                                                                                              \
    static enum text_status words_##id(struct text_set *set, double *ret_matrix)                   \
    {                                                                                              \
        return run_part(set, TEXT_WORDS, engine, ret_matrix);                                      \
    }
#define BYTES_ROW(id, available, engine) {#id, available, TEXT_BYTES, bytes_##id},
#define WORDS_ROW(id, available, engine) {#id, available, TEXT_WORDS, words_##id},

ENGINES(DEFINE)

const struct text_variant text_levenshtein_variants[] = {ENGINES(BYTES_ROW){0}};
const struct text_variant text_levenshtein_words_variants[] = {ENGINES(WORDS_ROW){0}};

enum text_status text_levenshtein(struct text_span a, struct text_span b, size_t *ret_distance)
{
    struct text_set *set = NULL;
    enum text_status status = ret_distance ? text_set_new(&set) : TEXT_ERR_ARGUMENT;
    double matrix[4];
    if (!status) {
        status = text_set_read(set, (const struct text_span[]){a, b}, 2, TEXT_BYTES);
    }
    if (!status) {
        status = bytes_myers(set, matrix);
    }
    if (!status) {
        *ret_distance = (size_t)((const int64_t *)set->scores.data)[1];
    }
    text_set_free(set);
    return status;
}

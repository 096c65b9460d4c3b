/* The consensus: from responses to opinions, by one thread or by a crew.
 *
 * Each member of the crew has a share of the responses, neighbours that have about as many bytes as
 * any other share.  With one member the words get their numbers at once.  With several, each
 * numbers the words of its share; the different words of all shares, a text a share, are then
 * numbered once more by the caller, which gives each member the map from its numbers to
 * everybody's.
 *
 * A member owns the lanes of its responses: it counts their words into a table (lanes.c) and then
 * takes every response of the panel once, in order, to add its products to its own lanes.  Nothing
 * is summed across members, so that the result does not depend on how many there are.  One member
 * with a few responses counts them into rows instead and multiplies them pair by pair (few.c): the
 * same whole numbers, in the same order.  The sum of cosines, dot(i, j) / (|i| |j|), is taken as
 * 1 / |i| times the sum of dot(i, j) times 1 / |j|: that needs one division a response.
 *
 * Invariants: 1. words[i] are numbers below `distinct` of response i, from `map` on.  2. A table
 * has the counts of one block of lanes; a share with one block is not counted twice. */
#include "panel.h"

#include <stdlib.h>
#include <string.h>

#define LINE 64u

struct share {
    _Alignas(LINE) struct text_set *set;
    size_t first, count;  /* responses */
    struct buffer terms;  /* the different words as one text */
    struct buffer ids;    /* uint16_t, everybody's numbers of the words */
    struct buffer counts; /* of the table */
    struct lane_table table;
    enum experts_status status;
};

struct experts_panel {
    struct experts_crew *crew;
    const struct experts_kernel *kernel;
    struct buffer memory; /* of the shares */
    struct share *shares;
    size_t members;           /* shares of the crew */
    struct text_set *merged;  /* the texts of different words; one member needs none */
    struct buffer texts;      /* struct text_span, of `merged` */
    struct buffer words;      /* struct words[count] */
    struct buffer inverse;    /* double[count], 1 / norm, 0 without words */
    struct buffer agreements; /* double[count] */
    const struct text_span *responses;
    size_t count, distinct, without; /* responses, words, responses without words */
    bool few;                        /* counted by few.c, in rows of `stride` */
    size_t stride;
};

const char *experts_status_text(enum experts_status status)
{
    switch (status) {
    case EXPERTS_OK:
        return "no error";
    case EXPERTS_ERR_ARGUMENT:
        return "invalid argument";
    case EXPERTS_ERR_MEMORY:
        return "out of memory";
    case EXPERTS_ERR_LIMIT:
        return "too many responses, bytes or words";
    case EXPERTS_ERR_THREADS:
        return "cannot start a thread";
    }
    return "unknown status";
}

enum experts_status experts_status_of(enum text_status status)
{
    switch (status) {
    case TEXT_OK:
        return EXPERTS_OK;
    case TEXT_ERR_ARGUMENT:
        return EXPERTS_ERR_ARGUMENT;
    case TEXT_ERR_MEMORY:
        return EXPERTS_ERR_MEMORY;
    case TEXT_ERR_LIMIT:
        return EXPERTS_ERR_LIMIT;
    }
    return EXPERTS_ERR_ARGUMENT;
}

enum experts_status buffer_reserve(struct buffer *buffer, size_t size)
{
    if (size <= buffer->size && buffer->data) {
        return EXPERTS_OK;
    }
    if (size > SIZE_MAX / 2) {
        return EXPERTS_ERR_LIMIT;
    }
    const size_t grown = size + size / 4 + LINE;
    char *base = malloc(grown + LINE);
    if (!base) {
        return EXPERTS_ERR_MEMORY;
    }
    buffer_release(buffer);
    *buffer = (struct buffer){base, base + (LINE - (uintptr_t)base % LINE), grown};
    return EXPERTS_OK;
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->base);
    *buffer = (struct buffer){0};
}

enum experts_status experts_check(const struct text_span *responses, size_t count)
{
    if (!responses && count > 0) {
        return EXPERTS_ERR_ARGUMENT;
    }
    if (count > EXPERTS_MAX) {
        return EXPERTS_ERR_LIMIT;
    }
    for (size_t i = 0; i < count; i++) {
        if (!responses[i].bytes && responses[i].length > 0) {
            return EXPERTS_ERR_ARGUMENT;
        }
        if (responses[i].length > TEXT_LENGTH_MAX) {
            return EXPERTS_ERR_LIMIT;
        }
    }
    return EXPERTS_OK;
}

enum experts_status experts_panel_new(struct experts_crew *crew, struct experts_panel **ret_panel)
{
    if (!ret_panel) {
        return EXPERTS_ERR_ARGUMENT;
    }
    const size_t members = experts_crew_size(crew);
    struct experts_panel *panel = calloc(1, sizeof *panel);
    if (!panel) {
        return EXPERTS_ERR_MEMORY;
    }
    panel->crew = crew;
    if (buffer_reserve(&panel->memory, members * sizeof *panel->shares)) {
        free(panel);
        return EXPERTS_ERR_MEMORY;
    }
    struct share *shares = panel->shares = panel->memory.data;
    memset(shares, 0, members * sizeof *shares);
    panel->members = members;
    enum text_status status = text_set_new(&panel->merged);
    for (size_t i = 0; !status && i < members; i++) {
        status = text_set_new(&shares[i].set);
    }
    if (status) {
        experts_panel_free(panel);
        return experts_status_of(status);
    }
    experts_panel_kernel(panel, NULL);
    *ret_panel = panel;
    return EXPERTS_OK;
}

void experts_panel_free(struct experts_panel *panel)
{
    if (!panel) {
        return;
    }
    for (size_t i = 0; i < panel->members; i++) {
        text_set_free(panel->shares[i].set);
        buffer_release(&panel->shares[i].terms);
        buffer_release(&panel->shares[i].ids);
        buffer_release(&panel->shares[i].counts);
    }
    text_set_free(panel->merged);
    buffer_release(&panel->texts);
    buffer_release(&panel->words);
    buffer_release(&panel->inverse);
    buffer_release(&panel->agreements);
    buffer_release(&panel->memory);
    free(panel);
}

size_t experts_panel_bytes(const struct experts_panel *panel)
{
    size_t bytes = sizeof *panel + panel->memory.size + panel->texts.size + panel->words.size +
                   panel->inverse.size + panel->agreements.size;
    for (size_t i = 0; i < panel->members; i++) {
        const struct share *share = &panel->shares[i];
        bytes += share->terms.size + share->ids.size + share->counts.size;
    }
    return bytes;
}

void experts_panel_kernel(struct experts_panel *panel, const struct experts_kernel *kernel)
{
    const struct text_splitter *splitter = NULL;
    for (const struct text_splitter *s = text_splitters; kernel && s->name; s++) {
        splitter = strcmp(s->name, kernel->name) == 0 && s->available() ? s : splitter;
    }
    for (const struct experts_kernel *k = experts_kernels; !kernel && k->name; k++) {
        if (k->available()) {
            panel->kernel = k;
        }
    }
    panel->kernel = kernel ? kernel : panel->kernel;
    text_set_splitter(panel->merged, splitter);
    for (size_t i = 0; i < panel->members; i++) {
        text_set_splitter(panel->shares[i].set, splitter);
    }
}

/* ---- shares -------------------------------------------------------------------------------- */

static enum experts_status reserve(struct experts_panel *panel)
{
    const size_t count = panel->count;
    enum experts_status status = buffer_reserve(&panel->words, count * sizeof(struct words));
    if (!status) {
        status = buffer_reserve(&panel->texts, panel->members * sizeof(struct text_span));
    }
    if (!status) {
        status = buffer_reserve(&panel->inverse, count * sizeof(double));
    }
    return status ? status : buffer_reserve(&panel->agreements, count * sizeof(double));
}

/* Neighbours with about the same number of bytes for each member. */
static void divide(struct experts_panel *panel)
{
    size_t total = 0, done = 0, next = 0;
    for (size_t i = 0; i < panel->count; i++) {
        total += panel->responses[i].length;
    }
    for (size_t member = 0; member < panel->members; member++) {
        struct share *share = &panel->shares[member];
        const size_t until = total / panel->members * (member + 1);
        share->first = next;
        share->status = EXPERTS_OK;
        while (next < panel->count && (done < until || member + 1 == panel->members)) {
            done += panel->responses[next++].length;
        }
        share->count = next - share->first;
    }
}

/* Words of the share with numbers of its own. */
static enum experts_status read_share(const struct experts_panel *panel, struct share *share)
{
    const struct text_span *own = panel->count ? panel->responses + share->first : NULL;
    enum text_status status = text_set_read(share->set, own, share->count, TEXT_WORDS);
    struct words *words = (struct words *)panel->words.data + share->first;
    for (size_t i = 0; !status && i < share->count; i++) {
        words[i].ids = text_set_words(share->set, i, &words[i].count);
    }
    return experts_status_of(status);
}

/* The different words of a share, in the order of their numbers, as one text. */
static enum experts_status list_terms(const struct experts_panel *panel, struct share *share)
{
    const size_t distinct = text_set_distinct(share->set);
    size_t length = 0;
    for (size_t id = 0; id < distinct; id++) {
        length += text_set_word(share->set, id).length + 1;
    }
    enum experts_status status = buffer_reserve(&share->terms, length);
    if (status) {
        return status;
    }
    char *end = share->terms.data;
    for (size_t id = 0; id < distinct; id++) {
        const struct text_span word = text_set_word(share->set, id);
        memcpy(end, word.bytes, word.length);
        end[word.length] = ' ';
        end += word.length + 1;
    }
    struct text_span *texts = panel->texts.data;
    texts[share - panel->shares] = (struct text_span){share->terms.data, length};
    return EXPERTS_OK;
}

static void read_member(void *state, unsigned member)
{
    struct experts_panel *panel = state;
    struct share *share = &panel->shares[member];
    share->status = read_share(panel, share);
    if (!share->status && panel->members > 1) {
        share->status = list_terms(panel, share);
    }
}

/* Everybody's numbers in place of the share's own. */
static enum experts_status translate(const struct experts_panel *panel, struct share *share)
{
    struct words *words = (struct words *)panel->words.data + share->first;
    size_t terms, total = 0;
    const uint16_t *map = text_set_words(panel->merged, (size_t)(share - panel->shares), &terms);
    for (size_t i = 0; i < share->count; i++) {
        total += words[i].count;
    }
    enum experts_status status = buffer_reserve(&share->ids, total * sizeof(uint16_t));
    if (status) {
        return status;
    }
    uint16_t *ids = share->ids.data;
    for (size_t i = 0; i < share->count; i++) {
        for (size_t k = 0; k < words[i].count; k++) {
            ids[k] = map[words[i].ids[k]];
        }
        words[i].ids = ids;
        ids += words[i].count;
    }
    return EXPERTS_OK;
}

/* ---- counts -------------------------------------------------------------------------------- */

static void count_wide(uint32_t *counts, const struct words *words, size_t used)
{
    for (size_t i = 0; i < used; i++) {
        for (size_t k = 0; k < words[i].count; k++) {
            counts[(size_t)words[i].ids[k] * LANES_WIDE + i]++;
        }
    }
}

/* Counts `used` responses from `first` on; false when they need a wide table. */
static bool count_block(const struct experts_panel *panel, struct share *share, size_t first,
                        size_t used)
{
    const struct lane_table *table = &share->table;
    const struct words *words = (const struct words *)panel->words.data + first;
    const size_t cells = panel->distinct * table->lanes;
    memset(share->counts.data, 0, cells * (table->wide ? sizeof(uint32_t) : sizeof(uint8_t)));
    if (table->wide) {
        count_wide(share->counts.data, words, used);
        return true;
    }
    const unsigned shift = (unsigned)__builtin_ctzl(table->lanes);
    return cells_count(&(struct cells){share->counts.data, shift, 1, UINT8_MAX}, words, used);
}

static lanes_add *adder(const struct experts_panel *panel, const struct share *share)
{
    return share->table.wide ? lanes_add_wide : panel->kernel->add;
}

/* The norms of the responses that were counted last. */
static void find_norms(const struct experts_panel *panel, const struct share *share, size_t first,
                       size_t used)
{
    const struct words *words = (const struct words *)panel->words.data + first;
    double *inverse = (double *)panel->inverse.data + first;
    double unused[LANES_MAX] = {0};
    for (size_t i = 0; i < used; i++) {
        inverse[i] = adder(panel, share)(&share->table, words[i], i, 0, unused);
    }
}

static size_t block_size(const struct share *share, size_t done)
{
    const size_t rest = share->count - done;
    return rest < share->table.lanes ? rest : share->table.lanes;
}

/* Does one table hold all responses?  Then norms are found while adding. */
static bool one_block(const struct experts_panel *panel, const struct share *share)
{
    return panel->members == 1 && share->count <= share->table.lanes;
}

/* Counts all blocks one after the other: their norms stay, and the counts of the last one. */
static enum experts_status count_share(const struct experts_panel *panel, struct share *share,
                                       bool wide, bool *ret_done)
{
    const size_t narrow = share->count <= LANES_MAX / 2 ? LANES_MAX / 2 : LANES_MAX;
    const size_t lanes = wide ? LANES_WIDE : narrow;
    const size_t size = panel->distinct * lanes * (wide ? sizeof(uint32_t) : sizeof(uint8_t));
    enum experts_status status = buffer_reserve(&share->counts, size);
    share->table = (struct lane_table){share->counts.data, lanes, wide};
    *ret_done = true;
    for (size_t done = 0; !status && *ret_done && done < share->count;) {
        const size_t used = block_size(share, done), first = share->first + done;
        *ret_done = count_block(panel, share, first, used);
        if (*ret_done && !one_block(panel, share)) {
            find_norms(panel, share, first, used);
        }
        done += used;
    }
    return status;
}

/* Few responses have a row of counts each (few.c); *ret_done tells whether these can. */
static enum experts_status count_few(struct experts_panel *panel, struct share *share,
                                     bool *ret_done)
{
    *ret_done = false;
    if (panel->members > 1 || panel->count > FEW_MAX) {
        return EXPERTS_OK;
    }
    panel->stride = (panel->distinct + FEW_ALIGNMENT - 1) / FEW_ALIGNMENT * FEW_ALIGNMENT;
    const size_t size = panel->count * panel->stride;
    enum experts_status status = buffer_reserve(&share->counts, size);
    if (!status) {
        memset(share->counts.data, 0, size);
        *ret_done =
            cells_count(&(struct cells){share->counts.data, 0, panel->stride, FEW_COUNT_MAX},
                        panel->words.data, panel->count);
    }
    return status;
}

static bool any_long(const struct experts_panel *panel)
{
    const struct words *words = panel->words.data;
    for (size_t i = 0; i < panel->count; i++) {
        if (words[i].count > NARROW_WORDS) {
            return true;
        }
    }
    return false;
}

static void count_member(void *state, unsigned member)
{
    struct experts_panel *panel = state;
    struct share *share = &panel->shares[member];
    bool done = false;
    panel->few = false;
    if (panel->members > 1) {
        share->status = translate(panel, share);
    } else {
        share->status = count_few(panel, share, &done);
        panel->few = done;
    }
    if (!share->status && !done && !any_long(panel)) {
        share->status = count_share(panel, share, false, &done);
    }
    if (!share->status && !done) {
        share->status = count_share(panel, share, true, &done);
    }
}

/* ---- agreement ----------------------------------------------------------------------------- */

/* The agreement of a response, from the sum over the others; rounding may lead past 1. */
static double agreement_of(const struct experts_panel *panel, size_t i, double sum)
{
    const double inverse = ((const double *)panel->inverse.data)[i];
    const double all = inverse > 0 ? inverse * sum : (double)(panel->without - 1);
    const double mean = panel->count > 1 ? all / (double)(panel->count - 1) : 1;
    return mean < 1 ? mean : 1;
}

static void add_block(const struct experts_panel *panel, const struct share *share, size_t first,
                      size_t used)
{
    const struct words *words = panel->words.data;
    double *inverse = panel->inverse.data;
    lanes_add *add = adder(panel, share);
    double sums[LANES_MAX] = {0};
    for (size_t j = 0; j < panel->count; j++) {
        const size_t own = j - first < used ? j - first : NO_LANE;
        const double found = add(&share->table, words[j], own, inverse[j], sums);
        if (one_block(panel, share)) {
            inverse[j] = found;
        }
    }
    double *agreements = (double *)panel->agreements.data + first;
    for (size_t i = 0; i < used; i++) {
        agreements[i] = agreement_of(panel, first + i, sums[i]);
    }
}

static void add_few(const struct experts_panel *panel, const struct share *share)
{
    double *sums = panel->agreements.data;
    few_sum(panel->kernel->dots,
            &(struct few_rows){share->counts.data, panel->stride, panel->count},
            panel->inverse.data, sums);
    for (size_t i = 0; i < panel->count; i++) {
        sums[i] = agreement_of(panel, i, sums[i]);
    }
}

static void add_member(void *state, unsigned member)
{
    struct experts_panel *panel = state;
    struct share *share = &panel->shares[member];
    if (panel->few) {
        add_few(panel, share);
        return;
    }
    for (size_t done = 0; done < share->count;) {
        const size_t used = block_size(share, done);
        if (share->count > share->table.lanes) {
            count_block(panel, share, share->first + done, used);
        }
        add_block(panel, share, share->first + done, used);
        done += used;
    }
}

/* ---- the way of a question ----------------------------------------------------------------- */

static enum experts_status run(struct experts_panel *panel,
                               void (*work)(void *state, unsigned member))
{
    experts_crew_run(panel->crew, work, panel);
    for (size_t i = 0; i < panel->members; i++) {
        if (panel->shares[i].status) {
            return panel->shares[i].status;
        }
    }
    return EXPERTS_OK;
}

static enum experts_status number_words(struct experts_panel *panel)
{
    const struct text_set *all = panel->shares[0].set;
    enum text_status status = TEXT_OK;
    if (panel->members > 1) {
        all = panel->merged;
        status = text_set_read(panel->merged, panel->texts.data, panel->members, TEXT_WORDS);
    }
    panel->distinct = text_set_distinct(all);
    panel->without = 0;
    const struct words *words = panel->words.data;
    for (size_t i = 0; i < panel->count; i++) {
        panel->without += words[i].count == 0;
    }
    return experts_status_of(status);
}

static struct experts_verdict verdict_of(const struct experts_panel *panel,
                                         struct experts_opinion *ret_opinions)
{
    const double *agreements = panel->agreements.data;
    const double count = (double)panel->count;
    struct experts_verdict verdict = {0};
    double sum = 0;
    for (size_t i = 0; i < panel->count; i++) {
        sum += agreements[i];
        if (agreements[i] > agreements[verdict.winner]) {
            verdict.winner = i;
        }
    }
    for (size_t i = 0; ret_opinions && i < panel->count; i++) {
        const double weight = sum > 0 ? agreements[i] / sum : 1 / count;
        ret_opinions[i] = (struct experts_opinion){agreements[i], weight};
    }
    if (panel->count > 0) {
        verdict.score = agreements[verdict.winner];
        verdict.mean = sum / count;
    }
    return verdict;
}

enum experts_status experts_panel_judge(struct experts_panel *panel,
                                        const struct text_span *responses, size_t count,
                                        struct experts_opinion *ret_opinions,
                                        struct experts_verdict *ret_verdict)
{
    enum experts_status status = EXPERTS_ERR_ARGUMENT;
    if (panel && ret_verdict) {
        status = experts_check(responses, count);
    }
    if (status) {
        return status;
    }
    panel->responses = responses;
    panel->count = count;
    status = reserve(panel);
    if (!status) {
        divide(panel);
        status = run(panel, read_member);
    }
    if (!status) {
        status = number_words(panel);
    }
    if (!status) {
        status = run(panel, count_member);
    }
    if (!status) {
        status = run(panel, add_member);
    }
    if (!status) {
        *ret_verdict = verdict_of(panel, ret_opinions);
    }
    return status;
}

/* Fuzz target: all kernels of components/experts judge alike, and all cutters and ownerships merge
 * alike.  The input is cut at bytes 0xFF into up to 12 responses. */
#include <stdlib.h>
#include <string.h>

#include "experts.h"

#define TEXTS_MAX 12u
#define SEPARATOR 0xFF

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t cut(const uint8_t *data, size_t size, struct text_span *ret_texts)
{
    size_t count = 0, begin = 0;
    for (size_t i = 0; i <= size && count < TEXTS_MAX; i++) {
        if (i == size || data[i] == SEPARATOR) {
            ret_texts[count++] = (struct text_span){(const char *)data + begin, i - begin};
            begin = i + 1;
        }
    }
    return count;
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_judges(const struct text_span *texts, size_t count)
{
    struct experts_opinion want[TEXTS_MAX], got[TEXTS_MAX];
    struct experts_verdict first = {0}, verdict = {0};
    struct experts_panel *panel = NULL;
    require(experts_panel_new(NULL, &panel) == EXPERTS_OK);
    experts_panel_kernel(panel, experts_kernels);
    require(experts_panel_judge(panel, texts, count, want, &first) == EXPERTS_OK);
    require(first.winner < count && first.score >= 0 && first.score <= 1);
    for (const struct experts_kernel *k = experts_kernels + 1; k->name; k++) {
        if (k->available()) {
            experts_panel_kernel(panel, k);
            require(experts_panel_judge(panel, texts, count, got, &verdict) == EXPERTS_OK);
            require(memcmp(&verdict, &first, sizeof first) == 0);
            require(memcmp(got, want, count * sizeof *got) == 0);
        }
    }
    experts_panel_free(panel);
}

/* Merged in this way; freed by the caller. */
static struct experts_aggregate *merge(enum experts_ownership ownership,
                                       const struct experts_cutter *cutter,
                                       const struct text_span *texts, size_t count)
{
    struct experts_aggregate *aggregate = NULL;
    require(experts_aggregate_new(ownership, &aggregate) == EXPERTS_OK);
    experts_aggregate_cutter(aggregate, cutter);
    require(experts_aggregate_merge(aggregate, texts, count) == EXPERTS_OK);
    return aggregate;
}

static void check_merges(const struct text_span *texts, size_t count)
{
    size_t length, other;
    struct experts_aggregate *plain = merge(EXPERTS_VIEWS, experts_cutters, texts, count);
    const char *want = experts_aggregate_text(plain, &length);
    for (const struct experts_cutter *c = experts_cutters; c->name; c++) {
        for (int o = EXPERTS_VIEWS; c->available() && o <= EXPERTS_COPIES; o++) {
            struct experts_aggregate *merged = merge((enum experts_ownership)o, c, texts, count);
            const char *got = experts_aggregate_text(merged, &other);
            require(other == length && memcmp(got, want, length) == 0);
            experts_aggregate_free(merged);
        }
    }
    experts_aggregate_free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_span texts[TEXTS_MAX];
    const size_t count = cut(data, size, texts);
    check_judges(texts, count);
    check_merges(texts, count);
    return 0;
}

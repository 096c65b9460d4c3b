/* Packed samples and percentiles from memory: refused, or read into values that pack and unpack
 * again to themselves. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_samples(const uint8_t *data, size_t size)
{
    sample_vec samples = {0}, again = {0};
    struct buf packed;
    buf_init(&packed, (size_t)1 << 24);
    if (unpack_samples(data, size, &samples) == ASSAY_OK) {
        require(samples.count * 4 <= size);
        pack_samples(&samples, &packed);
        require(packed.status == ASSAY_OK && packed.length <= size);
        require(unpack_samples(packed.text, packed.length, &again) == ASSAY_OK);
        require(again.count == samples.count);
    } else {
        require(samples.items == NULL && samples.count == 0);
    }
    for (size_t i = 0; i < samples.count; i++) {
        const struct sample *a = &samples.items[i], *b = &again.items[i];
        require(a->iterations > 0 && isfinite(a->ns));
        require(a->iterations == b->iterations && a->launch == b->launch && a->ns == b->ns);
    }
    vec_release(&samples);
    vec_release(&again);
    buf_release(&packed);
}

static void check_percentiles(const uint8_t *data, size_t size)
{
    struct percentile percentiles[PERCENTILE_COUNT] = {{0}}, again[PERCENTILE_COUNT] = {{0}};
    struct buf one, two;
    if (unpack_percentiles(data, size, percentiles) != ASSAY_OK)
        return;
    buf_init(&one, 1000);
    buf_init(&two, 1000);
    pack_percentiles(percentiles, &one);
    require(one.status == ASSAY_OK && one.length == size);
    require(unpack_percentiles(one.text, one.length, again) == ASSAY_OK);
    pack_percentiles(again, &two);
    require(two.length == size && memcmp(one.text, two.text, size) == 0);
    buf_release(&one);
    buf_release(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_samples(data, size);
    check_percentiles(data, size);
    return 0;
}

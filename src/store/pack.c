/* Packing by bytes and shifts, so that padding, byte order and the width of types cannot matter.
 * Invariant: unpacking reads no byte behind `length` and believes no count that the length denies.
 */
#include "store/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_u32(struct buf *out, uint32_t value)
{
    const char bytes[] = {(char)value, (char)(value >> 8), (char)(value >> 16),
                          (char)(value >> 24)};
    buf_add(out, bytes, sizeof bytes);
}

static void put_u64(struct buf *out, uint64_t value)
{
    put_u32(out, (uint32_t)value);
    put_u32(out, (uint32_t)(value >> 32));
}

static void put_f64(struct buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_u64(out, bits);
}

static uint32_t get_u32(const unsigned char **at)
{
    uint32_t value = 0;
    for (int i = 3; i >= 0; i--)
        value = value << 8 | (*at)[i];
    *at += 4;
    return value;
}

static uint64_t get_u64(const unsigned char **at)
{
    uint64_t low = get_u32(at);
    return low | (uint64_t)get_u32(at) << 32;
}

static double get_f64(const unsigned char **at)
{
    uint64_t bits = get_u64(at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static size_t stretch_length(const sample_vec *samples, size_t first)
{
    const struct sample *head = &samples->items[first];
    size_t end = first + 1;
    while (end < samples->count && samples->items[end].launch == head->launch &&
           samples->items[end].iterations == head->iterations)
        end++;
    return end - first;
}

void pack_samples(const sample_vec *samples, struct buf *out)
{
    for (size_t i = 0, count; i < samples->count; i += count) {
        const struct sample *head = &samples->items[i];
        count = stretch_length(samples, i);
        put_u32(out, head->launch);
        put_u32(out, (uint32_t)count);
        put_u64(out, head->iterations);
        for (size_t k = 0; k < count; k++) {
            float each = (float)(samples->items[i + k].ns / (double)head->iterations);
            uint32_t bits;
            memcpy(&bits, &each, sizeof bits);
            put_u32(out, bits);
        }
    }
}

static assay_status unpack_stretch(const unsigned char **at, const unsigned char *end,
                                   sample_vec *samples)
{
    enum { HEADER_BYTES = 16, SAMPLE_BYTES = 4 };
    if (end - *at < HEADER_BYTES)
        return ASSAY_ERR_PARSE;
    struct sample sample = {.launch = get_u32(at)};
    uint32_t count = get_u32(at);
    sample.iterations = get_u64(at);
    if (count == 0 || sample.iterations == 0 || (uint64_t)(end - *at) / SAMPLE_BYTES < count)
        return ASSAY_ERR_PARSE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bits = get_u32(at);
        float each;
        memcpy(&each, &bits, sizeof each);
        struct sample *added = isfinite(each) ? vec_add(samples) : NULL;
        if (added == NULL)
            return isfinite(each) ? ASSAY_ERR_MEMORY : ASSAY_ERR_PARSE;
        sample.ns = (double)each * (double)sample.iterations;
        *added = sample;
    }
    return ASSAY_OK;
}

assay_status unpack_samples(const void *bytes, size_t length, sample_vec *ret_samples)
{
    sample_vec samples = {0};
    if (length == 0)
        return ASSAY_OK;
    const unsigned char *at = bytes, *end = at + length;
    while (at < end) {
        assay_status status = unpack_stretch(&at, end, &samples);
        if (status != ASSAY_OK) {
            vec_release(&samples);
            return status;
        }
    }
    *ret_samples = samples;
    return ASSAY_OK;
}

void pack_percentiles(const struct percentile *percentiles, struct buf *out)
{
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        const struct percentile *p = &percentiles[i];
        const double numbers[] = {p->rank, p->value, p->interval.low, p->interval.high,
                                  p->interval.level};
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            put_f64(out, numbers[k]);
        buf_putc(out, p->sufficient ? 1 : 0);
    }
}

assay_status unpack_percentiles(const void *bytes, size_t length,
                                struct percentile *ret_percentiles)
{
    enum { PERCENTILE_BYTES = 5 * 8 + 1 };
    const unsigned char *at = bytes;
    if (length != (size_t)PERCENTILE_COUNT * PERCENTILE_BYTES)
        return ASSAY_ERR_PARSE;
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        struct percentile *p = &ret_percentiles[i];
        p->rank = get_f64(&at);
        p->value = get_f64(&at);
        p->interval.low = get_f64(&at);
        p->interval.high = get_f64(&at);
        p->interval.level = get_f64(&at);
        p->sufficient = *at++ != 0;
    }
    return ASSAY_OK;
}

/* CRC-32C of one page.  The oracle divides polynomials bit by bit and must give the check value
 * of the CRC catalogues: 0xe3069283 for "123456789". */
#define ASSAY_SUITE "checksum"
#include <assay.h>

#include "crc32c.h"
#define PAGE_BYTES 4096

static uint32_t bitwise(const unsigned char *data, size_t length)
{
    uint32_t crc = ~0u;
    for (size_t bit = 0; bit < 8 * length; bit++) {
        crc ^= data[bit / 8] >> bit % 8 & 1;
        crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
    }
    return ~crc;
}

static void setup(struct assay_bench *b)
{
    unsigned char *page = b->state = assay_alloc(b, PAGE_BYTES);
    for (uint32_t i = 0; i < PAGE_BYTES; i++)
        page[i] = (unsigned char)(i * 2654435761u >> 24); /* Knuth's multiplicative hash */
}

static void check(struct assay_bench *b)
{
    if (bitwise((const unsigned char *)"123456789", 9) != 0xe3069283u)
        assay_fail(b, "the oracle is wrong");
    for (size_t length = 0; length <= PAGE_BYTES; length += 61)
        if (crc32c(b->state, length) != bitwise(b->state, length))
            assay_fail(b, "differs from the bitwise oracle at %zu bytes", length);
}

ASSAY_BENCH(crc32c, .bytes = PAGE_BYTES, .setup = setup, .check = check)
{
    ASSAY_LOOP(b) assay_keep(crc32c(assay_opaque((unsigned char *)b->state), PAGE_BYTES));
}

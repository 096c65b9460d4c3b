/* components/machine: every kernel and design does all of its work, for counts that fill no vector
 * and at addresses that no vector is aligned to. */
#include <stdint.h>

#include "../harness.h"
#include "machine.h"

#define COUNT_MAX 3000u

static void fill(uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        numbers[i] = (uint32_t)(i + 1) * UINT32_C(0x9E3779B9);
    }
}

static uint32_t sum_of(const uint32_t *numbers, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += numbers[i];
    }
    return sum;
}

TEST(every_design_reads_every_number_once)
{
    static const unsigned STREAMS[] = {1, 2, 4, 8, 3, 0};
    uint32_t *numbers = malloc((COUNT_MAX + 1) * sizeof *numbers);
    CHECK(numbers != NULL);
    fill(numbers, COUNT_MAX + 1);
    for (size_t k = 0; machine_kernels[k] != NULL; k++) {
        if (!machine_kernels[k]->available()) {
            continue;
        }
        for (size_t i = 0; i < 12 * sizeof STREAMS / sizeof *STREAMS; i++) {
            const struct machine_design design = {STREAMS[i / 12], i % 2 != 0};
            const size_t count = i % 12 * 271;
            CHECK_EQ(machine_kernels[k]->read(numbers, count, &design), sum_of(numbers, count));
            CHECK_EQ(machine_kernels[k]->read(numbers + 1, count, &design),
                     sum_of(numbers + 1, count));
        }
    }
    free(numbers);
}

TEST(a_copy_is_whole_and_writes_nothing_beyond)
{
    uint32_t *from = malloc((COUNT_MAX + 1) * sizeof *from);
    uint32_t *to = aligned_alloc(64, (COUNT_MAX + 72) / 16 * 16 * sizeof *to);
    CHECK(from != NULL && to != NULL);
    fill(from, COUNT_MAX + 1);
    for (size_t k = 0; machine_kernels[k] != NULL; k++) {
        for (size_t count = 0; count < COUNT_MAX && machine_kernels[k]->available(); count += 97) {
            memset(to, 0, (COUNT_MAX + 1) * sizeof *to);
            machine_kernels[k]->copy(to, from + 1, count);
            CHECK(memcmp(to, from + 1, count * sizeof *to) == 0);
            CHECK_EQ(to[count], 0);
        }
    }
    free(from);
    free(to);
}

TEST(all_multiplications_are_done)
{
    for (size_t k = 0; machine_kernels[k] != NULL; k++) {
        if (machine_kernels[k]->available()) {
            CHECK_EQ(machine_kernels[k]->multiply(0), 66);    /* 0 + 1 + .. + 11 */
            CHECK_EQ(machine_kernels[k]->multiply(1), 39);    /* 66 / 2 + 12 / 2 */
            CHECK_EQ(machine_kernels[k]->multiply(2), 25.5);  /* 39 / 2 + 12 / 2 */
            CHECK_EQ(machine_kernels[k]->multiply(1000), 12); /* where all chains lead */
        }
    }
}

TEST(the_fastest_kernel_is_one_that_this_processor_has)
{
    CHECK(machine_fastest()->available());
    CHECK(machine_fastest()->width >= machine_kernels[0]->width);
}

TEST_MAIN

/* components/attention: every allocation fails once; nothing may leak, and what was there stays. */
#include "../harness.h"
#include "attention.h"

#define COUNT 300u

static float numbers[COUNT * 8], outputs[COUNT * 8];

/* A first attention of few memories, then of many: the second one needs more room; sequences, too.
 */
static bool attend_twice(void *unused)
{
    (void)unused;
    struct attention *attention = NULL;
    float output[8];
    struct attention_memory memory = {.keys = numbers, .values = numbers, .count = 10};
    enum attention_status status =
        attention_new(&(struct attention_options){.heads = 2, .dim = 4}, &attention);
    if (status == ATTENTION_OK) {
        status = attention_plain(attention, &memory, numbers, output, NULL);
    }
    if (status == ATTENTION_OK) {
        memory.count = COUNT;
        status = attention_plain(attention, &memory, numbers, output, NULL);
    }
    if (attention != NULL) {
        CHECK(attention_flash(attention, &memory, numbers, output, NULL) == ATTENTION_OK);
    }
    for (size_t rows = 10; status == ATTENTION_OK && rows <= COUNT; rows *= 30) {
        const struct attention_sequence sequence = {
            .queries = numbers, .keys = numbers, .values = numbers, .count = rows};
        status = attention_self(attention, &sequence, outputs, NULL);
    }
    attention_free(attention);
    CHECK(status == ATTENTION_OK || status == ATTENTION_ERR_MEMORY);
    return status == ATTENTION_OK;
}

TEST(any_allocation_may_fail)
{
    CHECK_EQ(torture(attend_twice, NULL), 6);
}

TEST_MAIN

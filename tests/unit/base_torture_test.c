/* Fails every allocation of buf, arena and vec in turn: nothing crashes, nothing leaks, and what
 * was there before is still there. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/vec.h"
#include "harness.h"

static bool build_text(void *arg)
{
    struct buf buf;
    (void)arg;
    buf_init(&buf, 100000);
    buf_puts(&buf, "start ");
    for (int i = 0; i < 2000; i++)
        buf_printf(&buf, "%d,", i);
    assay_status status = buf.status;
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK_EQ(strlen(buf.text), buf.length); /* terminated also after a failure */
    CHECK(buf.length == 0 || strncmp(buf.text, "start ", 6) == 0);
    buf_release(&buf);
    return status == ASSAY_OK;
}

TEST(a_text_survives_every_failing_allocation)
{
    CHECK(torture(build_text, NULL) >= 5);
}

static bool fill_arena(void *arg)
{
    struct arena arena = {0};
    bool good = true;
    (void)arg;
    char *first = arena_copy(&arena, "first");
    for (int i = 0; i < 100 && good; i++)
        good = arena_printf(&arena, "%01000d", i) != NULL && arena_alloc(&arena, 20000) != NULL;
    if (first != NULL)
        CHECK_STR(first, "first");
    arena_release(&arena);
    return good && first != NULL;
}

TEST(an_arena_survives_every_failing_allocation)
{
    CHECK(torture(fill_arena, NULL) >= 100);
}

static bool fill_array(void *arg)
{
    VEC(int) numbers = {0};
    (void)arg;
    for (int i = 0; i < 100; i++) {
        int *item = vec_add(&numbers);
        if (item == NULL) {
            CHECK_EQ(numbers.count, i);
            break;
        }
        *item = i;
    }
    bool good = numbers.count == 100;
    for (size_t i = 0; i < numbers.count; i++)
        CHECK_EQ(numbers.items[i], i);
    vec_release(&numbers);
    return good;
}

TEST(an_array_survives_every_failing_allocation)
{
    CHECK_EQ(torture(fill_array, NULL), 5); /* 8, 16, 32, 64, 128 */
}

static bool capture(void *arg)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"echo hello; exit 6"}, NULL};
    struct buf printed;
    int exit_code = -1;
    (void)arg;
    buf_init(&printed, 1000);
    assay_status status = child_capture(argv, &printed, &exit_code);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY || status == ASSAY_ERR_IO);
    if (status == ASSAY_OK) {
        CHECK_STR(printed.text, "hello\n");
        CHECK_EQ(exit_code, 6);
    }
    buf_release(&printed);
    return status == ASSAY_OK;
}

TEST(capturing_a_command_survives_every_failing_allocation)
{
    CHECK(torture(capture, NULL) >= 1);
}

TEST_MAIN

/* src/base: texts that grow to a limit, memory that goes at once, arrays, child processes,
 * statuses. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/sha256.h"
#include "base/status.h"
#include "base/vec.h"
#include "harness.h"

TEST(a_new_text_is_empty_and_terminated)
{
    struct buf buf;
    buf_init(&buf, 10);
    CHECK_STR(buf.text, "");
    CHECK_EQ(buf.length, 0);
    CHECK_EQ(buf.status, ASSAY_OK);
    buf_release(&buf);
    CHECK_STR(buf.text, "");
}

TEST(a_text_holds_exactly_its_limit)
{
    BUF_AUTO buf;
    buf_init(&buf, 5);
    buf_puts(&buf, "abc");
    buf_puts(&buf, "de");
    CHECK_EQ(buf.status, ASSAY_OK);
    CHECK_STR(buf.text, "abcde");
    buf_putc(&buf, 'f');
    CHECK_EQ(buf.status, ASSAY_ERR_LIMIT);
    CHECK_STR(buf.text, "abcde");
}

TEST(what_passes_the_limit_is_not_added_in_part)
{
    BUF_AUTO buf;
    buf_init(&buf, 5);
    buf_puts(&buf, "abc");
    buf_puts(&buf, "def");
    CHECK_STR(buf.text, "abc");
    CHECK_EQ(buf.length, 3);
    CHECK_EQ(buf.status, ASSAY_ERR_LIMIT);
}

TEST(an_error_of_a_text_stays_until_it_is_cleared)
{
    BUF_AUTO buf;
    buf_init(&buf, 3);
    buf_puts(&buf, "abcd");
    buf_puts(&buf, "x"); /* would fit, but the text before it is missing */
    buf_printf(&buf, "%d", 1);
    CHECK_STR(buf.text, "");
    CHECK_EQ(buf.status, ASSAY_ERR_LIMIT);
    buf_clear(&buf);
    buf_puts(&buf, "x");
    CHECK_EQ(buf.status, ASSAY_OK);
    CHECK_STR(buf.text, "x");
}

TEST(a_length_near_the_largest_number_is_over_the_limit)
{
    BUF_AUTO buf;
    buf_init(&buf, BUF_LENGTH_MAX);
    buf_puts(&buf, "a");
    buf_add(&buf, "b", SIZE_MAX);
    CHECK_EQ(buf.status, ASSAY_ERR_LIMIT);
    CHECK_STR(buf.text, "a");
}

TEST(a_text_grows_byte_by_byte_to_any_length)
{
    BUF_AUTO buf;
    buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++)
        buf_putc(&buf, (char)('a' + i % 26));
    CHECK_EQ(buf.status, ASSAY_OK);
    CHECK_EQ(strlen(buf.text), 100000);
    CHECK_EQ(buf.text[99999], 'a' + 99999 % 26);
}

TEST(formatted_text_grows_the_buffer)
{
    BUF_AUTO buf;
    buf_init(&buf, 3000);
    buf_puts(&buf, "[");
    buf_printf(&buf, "%02000d|%s", 7, "end");
    CHECK_EQ(buf.length, 2005);
    CHECK_CONTAINS(buf.text, "[00000");
    CHECK_STR(buf.text + 2000, "7|end");
    buf_printf(&buf, "%1000s", "");
    CHECK_EQ(buf.status, ASSAY_ERR_LIMIT);
    CHECK_EQ(buf.length, 2005);
}

TEST(a_text_may_hold_nul_bytes)
{
    BUF_AUTO buf;
    buf_init(&buf, 10);
    buf_add(&buf, "a\0b", 3);
    CHECK_EQ(buf.length, 3);
    CHECK(memcmp(buf.text, "a\0b", 4) == 0);
}

TEST(an_error_message_replaces_what_was_there_and_hands_on_its_status)
{
    BUF_AUTO buf;
    buf_init(&buf, 20);
    buf_puts(&buf, "this text is longer than its limit");
    CHECK_EQ(buf_error(&buf, ASSAY_ERR_IO, "no %s", "disk"), ASSAY_ERR_IO);
    CHECK_STR(buf.text, "no disk");
    CHECK_EQ(buf.status, ASSAY_OK);
    CHECK_EQ(buf_error(NULL, ASSAY_ERR_PARSE, "nobody reads this"), ASSAY_ERR_PARSE);
}

TEST(memory_of_an_arena_is_zeroed_aligned_and_stays)
{
    struct arena arena = {0};
    unsigned char *all[500];
    for (size_t i = 0; i < 500; i++) {
        all[i] = arena_alloc(&arena, i);
        CHECK(all[i] != NULL && (uintptr_t)all[i] % 16 == 0);
        for (size_t k = 0; k < i; k++)
            CHECK(all[i][k] == 0);
        memset(all[i], (int)(i % 251), i);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(all[i][k] == i % 251);
    arena_release(&arena);
}

TEST(an_arena_gives_more_than_one_block_at_once)
{
    struct arena arena = {0};
    char *small = arena_copy(&arena, "small");
    char *large = arena_alloc(&arena, 1000000);
    CHECK(large != NULL);
    large[0] = large[999999] = 'x';
    CHECK_STR(small, "small");
    arena_release(&arena);
    CHECK(arena.newest == NULL && arena.used == 0);
}

TEST(an_arena_refuses_a_size_that_would_wrap_around)
{
    struct arena arena = {0};
    for (size_t bytes = SIZE_MAX; bytes > SIZE_MAX - 40; bytes--)
        CHECK(arena_alloc(&arena, bytes) == NULL);
    CHECK(arena_alloc(&arena, 1) != NULL);
    arena_release(&arena);
}

TEST(an_arena_copies_and_formats_texts)
{
    struct arena arena = {0};
    CHECK_STR(arena_copy(&arena, ""), "");
    CHECK_STR(arena_copy_n(&arena, "abcdef", 3), "abc");
    CHECK_STR(arena_copy_n(&arena, "abcdef", 0), "");
    CHECK_STR(arena_printf(&arena, "%s/%d", "suite", 12), "suite/12");
    char *long_text = arena_printf(&arena, "%040000d", 1);
    CHECK_EQ(strlen(long_text), 40000);
    arena_release(&arena);
}

TEST(an_array_grows_and_keeps_its_items)
{
    VEC(long) numbers = {0};
    for (long i = 0; i < 1000; i++) {
        long *item = vec_add(&numbers);
        CHECK(item != NULL);
        *item = i * i;
    }
    CHECK_EQ(numbers.count, 1000);
    for (long i = 0; i < 1000; i++)
        CHECK_EQ(numbers.items[i], i * i);
    vec_release(&numbers);
    CHECK(numbers.items == NULL && numbers.count == 0 && numbers.capacity == 0);
}

static assay_status run_shell(const char *script, struct buf *printed, int *ret_exit_code)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)(uintptr_t)script, NULL};
    return child_capture(argv, printed, ret_exit_code);
}

static void start_shell(const char *script, struct child *child)
{
    char *argv[] = {(char[]){"/bin/sh"}, (char[]){"-c"}, (char *)(uintptr_t)script, NULL};
    BUF_AUTO error;
    buf_init(&error, 1000);
    if (child_start(argv, child, &error) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s", error.text);
}

TEST(a_captured_command_gives_its_output_and_exit_code)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1000);
    CHECK_EQ(run_shell("printf out; printf err >&2; exit 7", &printed, &exit_code), ASSAY_OK);
    CHECK_STR(printed.text, "outerr");
    CHECK_EQ(exit_code, 7);
}

TEST(a_captured_command_reads_an_empty_input)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1000);
    CHECK_EQ(run_shell("cat; echo done", &printed, &exit_code), ASSAY_OK);
    CHECK_STR(printed.text, "done\n");
    CHECK_EQ(exit_code, 0);
}

TEST(output_larger_than_a_pipe_is_captured_whole)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1 << 20);
    CHECK_EQ(run_shell("head -c 500000 /dev/zero | tr '\\0' x", &printed, &exit_code), ASSAY_OK);
    CHECK_EQ(printed.length, 500000);
    CHECK_EQ(strspn(printed.text, "x"), 500000);
    CHECK_EQ(exit_code, 0);
}

TEST(output_over_the_limit_is_dropped_and_the_command_still_ends)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1000);
    CHECK_EQ(run_shell("head -c 500000 /dev/zero; exit 4", &printed, &exit_code), ASSAY_ERR_LIMIT);
    CHECK(printed.length <= 1000);
    CHECK_EQ(exit_code, 4);
}

TEST(a_missing_program_is_an_error_with_its_name)
{
    char *argv[] = {(char[]){"assay-no-such-program"}, NULL};
    struct child child = {.pid = 12345};
    BUF_AUTO text;
    int exit_code = -7;
    buf_init(&text, 1000);
    CHECK_EQ(child_start(argv, &child, &text), ASSAY_ERR_IO);
    CHECK_STR(text.text, "cannot start 'assay-no-such-program': No such file or directory");
    CHECK_EQ(child.pid, 12345);
    CHECK_EQ(child_capture(argv, &text, &exit_code), ASSAY_ERR_IO);
    CHECK_EQ(exit_code, -7);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

TEST(no_descriptor_is_left_open)
{
    BUF_AUTO printed;
    int exit_code = 0, before = open_descriptors();
    char *missing[] = {(char[]){"assay-no-such-program"}, NULL};
    struct child child;
    buf_init(&printed, 100000);
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(run_shell("echo", &printed, &exit_code), ASSAY_OK);
        CHECK_EQ(child_start(missing, &child, NULL), ASSAY_ERR_IO);
        start_shell("exec sleep 60", &child);
        child_stop(&child);
    }
    CHECK_EQ(open_descriptors(), before);
}

TEST(a_child_talks_over_descriptors_3_and_4)
{
    struct child child;
    char answer[32] = "";
    start_shell("read line <&3; echo \"got $line\" >&4; echo printed", &child);
    CHECK_EQ(write(child.to, "hello\n", 6), 6);
    CHECK_EQ(read(child.from, answer, sizeof answer - 1), 10);
    CHECK_STR(answer, "got hello\n");
    child_wait(&child, false);
    CHECK_EQ(read(child.printed, answer, sizeof answer), 8);
    CHECK_EQ(read(child.from, answer, sizeof answer), 0);
    CHECK_EQ(child.exit_code, 0);
    CHECK_EQ(child.signal, 0);
    child_stop(&child);
    CHECK(child.pid == 0 && child.to == -1 && child.from == -1 && child.printed == -1);
    child_stop(&child);
}

TEST(a_child_gets_no_descriptor_but_its_five)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1000);
    for (int fd = 5; fd < 1024; fd++)
        close(fd); /* what the test runner left open is not ours */
    CHECK_EQ(run_shell("ls /proc/self/fd | tr '\\n' ' '", &printed, &exit_code), ASSAY_OK);
    CHECK_STR(printed.text, "0 1 2 3 4 5 "); /* 5 is the folder that ls itself opened */
}

TEST(the_exit_code_of_a_child_is_told)
{
    struct child child;
    start_shell("exit 42", &child);
    child_wait(&child, false);
    CHECK_EQ(child.exit_code, 42);
    CHECK_EQ(child.signal, 0);
    child_stop(&child);
    CHECK_EQ(child.exit_code, 42);
}

TEST(the_signal_that_ended_a_child_is_told)
{
    struct child child;
    start_shell("kill -SEGV $$", &child);
    child_wait(&child, false);
    CHECK_EQ(child.signal, SIGSEGV);
    CHECK_EQ(child.exit_code, -1);
    child_stop(&child);
}

TEST(a_running_child_has_not_ended_and_a_killed_one_has)
{
    struct child child;
    start_shell("exec sleep 60", &child);
    CHECK(!child_has_ended(&child));
    CHECK_EQ(kill(child.pid, SIGTERM), 0);
    for (int i = 0; i < 5000 && !child_has_ended(&child); i++)
        poll(NULL, 0, 1);
    CHECK(child_has_ended(&child));
    child_wait(&child, false); /* asking did not collect it */
    CHECK_EQ(child.signal, SIGTERM);
    CHECK(child_has_ended(&child));
    child_stop(&child);
}

/* Whether the process does no more work: gone, or dead and not yet collected by its new parent. */
static bool is_gone(long pid)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    for (int i = 0; i < 2000; i++) {
        FILE *file = fopen(path, "r");
        if (file == NULL)
            return true;
        bool known = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
        fclose(file);
        if (!known || state == 'Z' || state == 'X')
            return true;
        poll(NULL, 0, 1);
    }
    return false;
}

static long read_number(int fd)
{
    char text[64] = "";
    CHECK(read(fd, text, sizeof text - 1) > 0);
    return strtol(text, NULL, 10);
}

TEST(a_stopped_child_takes_its_grandchild_along)
{
    struct child child;
    start_shell("sleep 60 & echo $! >&4; sleep 60", &child);
    long parent = child.pid, grandchild = read_number(child.from);
    CHECK(grandchild > 1 && kill((pid_t)grandchild, 0) == 0);
    child_stop(&child);
    CHECK_EQ(child.signal, SIGKILL);
    CHECK(is_gone(parent) && is_gone(grandchild));
}

TEST(what_an_ended_child_left_behind_ends_with_the_wait)
{
    struct child child;
    start_shell("sleep 60 & echo $! >&4; exit 5", &child);
    long grandchild = read_number(child.from);
    child_wait(&child, false);
    CHECK_EQ(child.exit_code, 5);
    CHECK(is_gone(grandchild));
    child_stop(&child);
}

TEST(a_captured_command_does_not_wait_for_what_it_left_running)
{
    BUF_AUTO printed;
    int exit_code = -7;
    buf_init(&printed, 1000);
    CHECK_EQ(run_shell("sleep 300 & echo $!; exit 3", &printed, &exit_code), ASSAY_OK);
    CHECK_EQ(exit_code, 3);
    CHECK(is_gone(strtol(printed.text, NULL, 10)));
}

TEST(a_child_starts_with_default_signals_and_none_blocked)
{
    struct child child;
    sigset_t all;
    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    start_shell("kill -PIPE $$; exit 9", &child);
    child_wait(&child, false);
    CHECK_EQ(child.signal, SIGPIPE);
    child_stop(&child);
}

TEST(every_status_has_a_text_of_its_own_and_an_exit_code)
{
#define CODE(name, code, text, exit_code) name,
    static const assay_status all[] = {ASSAY_STATUSES(CODE)};
    const size_t count = sizeof all / sizeof *all;
    CHECK_EQ(count, 12);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(all[i], -(int)i); /* codes are stable: they only grow at the end */
        CHECK(strlen(status_text(all[i])) > 3);
        CHECK(strcmp(status_text(all[i]), "unknown status") != 0);
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(status_text(all[i]), status_text(all[k])) != 0);
    }
}

TEST(usage_errors_exit_with_2_and_the_worlds_errors_with_3)
{
    CHECK_EQ(status_exit_code(ASSAY_OK), 0);
    CHECK_EQ(status_exit_code(ASSAY_ERR_ARGUMENT), 2);
    CHECK_EQ(status_exit_code(ASSAY_ERR_PARSE), 2);
    CHECK_EQ(status_exit_code(ASSAY_ERR_NOT_FOUND), 2);
    CHECK_EQ(status_exit_code(ASSAY_ERR_MEMORY), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_IO), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_LIMIT), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_TOO_FEW), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_HOST), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_TIMEOUT), 3);
    CHECK_EQ(status_exit_code(ASSAY_ERR_VERSION), 3);
}

TEST(a_status_that_does_not_exist_is_an_unknown_one)
{
    CHECK_STR(status_text((assay_status)-99), "unknown status");
    CHECK_EQ(status_exit_code((assay_status)-99), 3);
}

/* ---- SHA-256 ---- */

static void check_hash(const char *text, size_t repeats, const char *want)
{
    char digits[SHA256_DIGITS + 1];
    struct sha256 hash;
    sha256_begin(&hash);
    for (size_t i = 0; i < repeats; i++)
        sha256_add(&hash, text, strlen(text));
    sha256_end(&hash, digits);
    CHECK_STR(digits, want);
}

/* FIPS 180-2, appendix B, and the empty message of the NIST short message vectors. */
TEST(hashes_are_those_of_the_standard)
{
    check_hash("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check_hash("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check_hash("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(a_hash_does_not_depend_on_how_the_bytes_are_handed_over)
{
    static const char TEXT[] = "The padding is one byte at 55, a block more at 56, none at 64.....";
    for (size_t length = 0; length < sizeof TEXT; length++) {
        char whole[SHA256_DIGITS + 1], parts[SHA256_DIGITS + 1];
        struct sha256 hash;
        sha256_text(TEXT, length, whole);
        sha256_begin(&hash);
        for (size_t i = 0; i < length; i++)
            sha256_add(&hash, TEXT + i, 1);
        sha256_end(&hash, parts);
        CHECK_STR(parts, whole);
    }
}

TEST(the_hash_of_a_file_is_that_of_its_bytes)
{
    BUF_AUTO error;
    char digits[SHA256_DIGITS + 1];
    buf_init(&error, 1000);
    CHECK(chdir(test_folder()) == 0);
    FILE *file = fopen("abc", "we");
    CHECK(file != NULL && fputs("abc", file) >= 0 && fclose(file) == 0);
    CHECK_EQ(sha256_file("abc", digits, &error), ASSAY_OK);
    CHECK_STR(digits, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_EQ(sha256_file("gone", digits, &error), ASSAY_ERR_IO);
    CHECK_STR(error.text, "cannot hash 'gone': No such file or directory");
    CHECK_EQ(sha256_file(".", digits, &error), ASSAY_ERR_IO);
}

TEST_MAIN

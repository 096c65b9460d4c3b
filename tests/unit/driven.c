#include "driven.h"

#include <poll.h>
#include <signal.h>

const char *fixture_path(const char *name)
{
    static char paths[8][512];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, 512, FIXTURES_FOLDER "/%s.so", name);
    return path;
}

void prepare_hosts(void)
{
    signal(SIGPIPE, SIG_IGN);
    setenv("ASAN_OPTIONS",
           "handle_segv=0:handle_abort=0:detect_leaks=0:detect_odr_violation=0:"
           "allocator_may_return_null=1",
           1);
    setenv("TSAN_OPTIONS", "handle_segv=0:handle_abort=0:allocator_may_return_null=1", 1);
}

bool is_gone(long pid)
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

long read_number(const char *path)
{
    char *text = read_whole(path, NULL);
    long number = strtol(text, NULL, 10);
    free(text);
    CHECK(number > 1);
    return number;
}

char *read_whole(const char *path, size_t *ret_length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        test_fail(__FILE__, __LINE__, "cannot read '%s'", path);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    size_t length = (size_t)ftell(file);
    char *bytes = calloc(1, length + 1);
    rewind(file);
    CHECK(bytes != NULL && fread(bytes, 1, length, file) == length);
    fclose(file);
    if (ret_length != NULL)
        *ret_length = length;
    return bytes;
}

void write_whole(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        test_fail(__FILE__, __LINE__, "cannot write '%s'", path);
    CHECK(fwrite(bytes, 1, length, file) == length && fclose(file) == 0);
}

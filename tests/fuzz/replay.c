/* Stands in for libFuzzer where there is none: runs every file of a corpus through the fuzz target,
 * then seeded mutations of them.  The sequence is the same each time, so a failure can be seen
 * again.
 *
 * usage: TARGET_fuzz CORPUS_FOLDER MUTATIONS; prints TAP. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"

enum { INPUT_BYTES_MAX = 4096, CHANGES_MAX = 6 };

struct input {
    unsigned char *bytes;
    size_t length;
};
typedef VEC(struct input) input_vec;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t random_state = 20260101;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/* From a copy of the exact length, so that a sanitizer sees reads past the end. */
static void run(const unsigned char *bytes, size_t length)
{
    unsigned char *copy = malloc(length > 0 ? length : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, length);
    LLVMFuzzerTestOneInput(copy, length);
    free(copy);
}

static int keep_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void read_file(const char *path, input_vec *inputs)
{
    FILE *file = fopen(path, "rb");
    struct input *input = vec_add(inputs);
    unsigned char *bytes = malloc(INPUT_BYTES_MAX);
    if (file == NULL || input == NULL || bytes == NULL)
        abort();
    *input = (struct input){bytes, fread(bytes, 1, INPUT_BYTES_MAX, file)};
    fclose(file);
}

static void read_corpus(const char *folder, input_vec *inputs)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, keep_entry, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        read_file(path, inputs);
        free(entries[i]);
    }
    free(entries);
}

/* Opens a gap of `bytes` at `at`, as far as the input may grow. */
static size_t open_gap(struct input *input, size_t at, size_t bytes)
{
    if (bytes > INPUT_BYTES_MAX - input->length)
        bytes = INPUT_BYTES_MAX - input->length;
    memmove(input->bytes + at + bytes, input->bytes + at, input->length - at);
    input->length += bytes;
    return bytes;
}

static void change(struct input *input, const input_vec *inputs)
{
    static const unsigned char telling[] = "\0\n\r\t %=,:/\"'#[]{}&*-.0129azAZ~\x7f\x80\xc3\xff";
    const struct input *other = &inputs->items[random_below(inputs->count)];
    size_t at = random_below(input->length + 1), gap, from;
    switch (random_below(6)) {
    case 0: /* one bit */
        if (at < input->length)
            input->bytes[at] ^= (unsigned char)(1 << random_below(8));
        return;
    case 1: /* one byte that parsers care about */
        if (at < input->length)
            input->bytes[at] = telling[random_below(sizeof telling)];
        return;
    case 2: /* the same, in between */
        if (open_gap(input, at, 1) > 0)
            input->bytes[at] = telling[random_below(sizeof telling)];
        return;
    case 3: /* a part is lost */
        gap = random_below(input->length - at + 1);
        memmove(input->bytes + at, input->bytes + at + gap, input->length - at - gap);
        input->length -= gap;
        return;
    case 4: /* cut off */
        input->length = at;
        return;
    default: /* a part of another input */
        from = random_below(other->length + 1);
        gap = open_gap(input, at, random_below(other->length - from + 1));
        memcpy(input->bytes + at, other->bytes + from, gap);
    }
}

static void run_mutation(const input_vec *inputs)
{
    unsigned char bytes[INPUT_BYTES_MAX];
    const struct input *start = &inputs->items[random_below(inputs->count)];
    struct input input = {bytes, start->length};
    memcpy(bytes, start->bytes, start->length);
    for (uint64_t i = random_below(CHANGES_MAX) + 1; i > 0; i--)
        change(&input, inputs);
    run(input.bytes, input.length);
}

int main(int argc, char **argv)
{
    input_vec inputs = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: %s CORPUS_FOLDER MUTATIONS\n", argv[0]);
        return 2;
    }
    read_corpus(argv[1], &inputs);
    for (size_t i = 0; i < inputs.count; i++)
        run(inputs.items[i].bytes, inputs.items[i].length);
    printf("%s 1 - %zu files of the corpus\n", inputs.count ? "ok" : "not ok", inputs.count);
    fflush(stdout);
    const unsigned long mutations = strtoul(argv[2], NULL, 10);
    for (unsigned long i = 0; i < mutations && inputs.count > 0; i++)
        run_mutation(&inputs);
    printf("ok 2 - %lu mutations\n1..2\n", mutations);
    for (size_t i = 0; i < inputs.count; i++)
        free(inputs.items[i].bytes);
    int exit_code = inputs.count > 0 ? 0 : 1;
    vec_release(&inputs);
    return exit_code;
}

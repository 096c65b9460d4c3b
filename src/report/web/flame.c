/* Stacks in the order of their frames have most of them in common with their neighbour: rows that
 * name the rest alone make deep ones small, and a tree out of them needs one walk. */
#include "report/web/flame.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/values/json_values.h"

typedef VEC(struct stack_line) line_vec;

static int by_frames(const void *a_, const void *b_)
{
    const struct stack_line *a = a_, *b = b_;
    const int order = memcmp(a->frames, b->frames, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/* How many whole frames both begin with; `ret_bytes` gets where the next one of `line` begins. */
static size_t shared_frames(const struct stack_line *before, const struct stack_line *line,
                            size_t *ret_bytes)
{
    struct stack_line a = *before, b = *line;
    const char *name_a, *name_b;
    size_t length_a, length_b, frames = 0;
    *ret_bytes = 0;
    while (stack_next_frame(&a, &name_a, &length_a) && stack_next_frame(&b, &name_b, &length_b) &&
           length_a == length_b && memcmp(name_a, name_b, length_a) == 0) {
        frames++;
        *ret_bytes = (size_t)(b.frames - line->frames);
    }
    return frames;
}

static void add_text(struct buf *out, const char *text, size_t length)
{
    BUF_AUTO copy;
    buf_init(&copy, BUF_LENGTH_MAX);
    buf_add(&copy, text, length);
    json_t *value = copy.status == ASSAY_OK ? report_json_text(copy.text) : NULL;
    char *written = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(value);
    if (written != NULL)
        buf_puts(out, written);
    else if (out->status == ASSAY_OK)
        out->status = ASSAY_ERR_MEMORY;
    free(written);
}

static void add_rows(struct buf *out, const line_vec *lines)
{
    buf_puts(out, ",\"rows\":[");
    for (size_t i = 0; i < lines->count; i++) {
        const struct stack_line none = {"", 0, 0}, *line = &lines->items[i];
        size_t bytes;
        const size_t shared = shared_frames(i > 0 ? &lines->items[i - 1] : &none, line, &bytes);
        buf_printf(out, "%s[%zu,", i > 0 ? "," : "", shared);
        add_text(out, line->frames + bytes, line->length - bytes);
        buf_printf(out, ",%" PRIu64 "]", line->samples);
    }
    buf_putc(out, ']');
}

assay_status web_flame(const struct stacks *stacks, struct buf *out)
{
    line_vec lines = {0};
    struct stack_line line;
    for (const char *at = stacks->folded; stacks_next(&at, &line);) {
        struct stack_line *added = vec_add(&lines);
        if (added == NULL) {
            vec_release(&lines);
            return ASSAY_ERR_MEMORY;
        }
        *added = line;
    }
    if (lines.count > 0)
        qsort(lines.items, lines.count, sizeof *lines.items, by_frames);
    buf_printf(out,
               "{\"samples\":%" PRIu64 ",\"lost\":%" PRIu64 ",\"cut\":%" PRIu64
               ",\"cpu_seconds\":%.6g",
               stacks->samples, stacks->lost, stacks->cut, stacks->cpu_seconds);
    add_rows(out, &lines);
    buf_putc(out, '}');
    vec_release(&lines);
    return out->status;
}

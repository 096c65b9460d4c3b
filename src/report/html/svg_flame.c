/* The flame graph of the page without scripts; the front end draws its own (web/src/charts).
 * What is narrower than a few pixels, or deeper than a page is long, is left out: there its name
 * could not be read, and the table of the hottest functions beside it has it.
 * Invariant: names come from outside and get here through html_text alone. */
#include "report/html/svg_flame.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "model/stacks/frames.h"
#include "report/html/escape.h"
#include "report/html/svg.h"

enum { WIDTH = 1000, ROW = 19, ROWS_MAX = 30, NAME_MAX_BYTES = 300, SHADES = 4 };
#define NARROWEST 4.0 /* of WIDTH */
#define NARROWEST_NAMED 24.0
#define CHARACTER 6.3 /* as wide as most are */

const char SVG_FLAME_STYLE[] =
    ":root{--f0:#c9dfee;--f1:#b4d3e8;--f2:#d9e8f3;--f3:#a3c8e2;--fx:#e2e6ea}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--f0:#264a63;--f1:#2f5b79;--f2:#1f3d52;"
    "--f3:#376a8c;--fx:#343b43}}\n"
    ".f0{fill:var(--f0)}.f1{fill:var(--f1)}.f2{fill:var(--f2)}.f3{fill:var(--f3)}.fx{fill:var(--fx)"
    "}\n"
    "svg.still{min-width:44rem}svg.still text{fill:var(--ink)}svg.still rect{stroke:var(--paper)}"
    "figure.stacks{margin-top:1.25rem}\n";

static bool is_anonymous(const struct stack_frame *frame)
{
    const char *name = frame->name, *end = name + frame->length;
    if (frame->length >= 2 && name[0] == '[' && end[-1] == ']')
        return true;
    while (end > name && strchr("0123456789abcdef", end[-1]) != NULL)
        end--;
    return end < name + frame->length && end - name >= 3 && memcmp(end - 3, "+0x", 3) == 0;
}

static void add_class(struct buf *out, const struct stack_frame *frame)
{
    uint32_t hash = 7;
    for (size_t i = 0; i < frame->length; i++)
        hash = hash * 31 + (unsigned char)frame->name[i];
    if (frame->depth == 0 || is_anonymous(frame))
        buf_puts(out, "fx");
    else
        buf_printf(out, "f%u", hash % SHADES);
}

/* As much of the name as there is room for. */
static void add_label(struct buf *out, const char *name, double width)
{
    const size_t room = (size_t)((width - 6) / CHARACTER);
    if (width < NARROWEST_NAMED)
        return;
    buf_puts(out, "<text x=\"4\" y=\"13\">");
    html_text_short(out, name, strlen(name) <= room ? room : room - 1);
    buf_puts(out, "</text>");
}

/* A picture inside the picture: so nothing of a name is drawn beyond its frame. */
static void add_frame(struct buf *out, const struct stack_frame *frame, uint64_t all)
{
    const double scale = (double)WIDTH / (double)all, width = (double)frame->samples * scale;
    BUF_AUTO name;
    buf_init(&name, BUF_LENGTH_MAX);
    buf_add(&name, frame->name, frame->length);
    buf_puts(out, "<svg x=\"");
    svg_number(out, (double)frame->from * scale, 1);
    buf_printf(out, "\" y=\"%zu\" width=\"", frame->depth * ROW);
    svg_number(out, width, 1);
    buf_printf(out, "\" height=\"%d\"><title>", ROW);
    html_text_short(out, name.text, NAME_MAX_BYTES);
    buf_puts(out, ": ");
    svg_decimal(out, 100 * (double)frame->samples / (double)all, 1);
    buf_printf(out, " %%, %" PRIu64 " of %" PRIu64 " samples</title><rect class=\"", frame->samples,
               all);
    add_class(out, frame);
    buf_puts(out, "\" width=\"100%\" height=\"100%\"/>");
    add_label(out, name.text, width);
    buf_puts(out, "</svg>\n");
}

static bool is_wide(const struct stack_frame *frame, uint64_t all)
{
    return (double)frame->samples * WIDTH >= NARROWEST * (double)all;
}

/* How many rows are wide enough; `ret_deep`: whether there are more than are drawn. */
static size_t rows_of(const stack_frame_vec *frames, bool *ret_deep)
{
    size_t rows = 1;
    for (size_t i = 1; i < frames->count; i++)
        if (is_wide(&frames->items[i], frames->items[0].samples) && frames->items[i].depth >= rows)
            rows = frames->items[i].depth + 1;
    *ret_deep = rows > ROWS_MAX;
    return *ret_deep ? ROWS_MAX : rows;
}

static void add_picture(struct buf *out, const stack_frame_vec *frames)
{
    const uint64_t all = frames->items[0].samples;
    bool is_deep;
    const size_t rows = rows_of(frames, &is_deep);
    buf_printf(out,
               "<figure class=\"stacks\"><div class=\"wide\" tabindex=\"0\"><svg class=\"still\" "
               "viewBox=\"0 0 %d %zu\" role=\"img\" aria-label=\"Flame graph of %" PRIu64
               " samples; the table of functions has its numbers\">\n",
               WIDTH, rows * ROW, all);
    for (size_t i = 0; i < frames->count; i++)
        if (frames->items[i].depth < rows && is_wide(&frames->items[i], all))
            add_frame(out, &frames->items[i], all);
    buf_puts(out, "</svg></div><figcaption>Flame graph: share of CPU time, callers above what they "
                  "call, the widest on the left.");
    if (is_deep)
        buf_printf(out, " Frames deeper than %d are not drawn.", ROWS_MAX);
    buf_puts(out, "</figcaption></figure>\n");
}

void svg_flame(struct buf *out, const struct stacks *stacks)
{
    stack_frame_vec frames;
    const assay_status status = stack_frames(stacks, &frames);
    if (status != ASSAY_OK)
        out->status = out->status == ASSAY_OK ? status : out->status;
    else if (frames.items[0].samples > 0)
        add_picture(out, &frames);
    vec_release(&frames);
}

/* The file that keeps a roofline: any bytes are refused, or give sizes in order and positive rates,
 * which are written and read back alike. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/roofline/roofline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_kept(const struct roofline *roofline)
{
    struct roofline again;
    struct buf text;
    for (size_t i = 0; i < roofline->read_count; i++)
        if (!(roofline->reads[i].bytes_per_s > 0) ||
            (i > 0 && roofline->reads[i].bytes <= roofline->reads[i - 1].bytes))
            abort();
    buf_init(&text, 1 << 16);
    roofline_write(roofline, "m", &text);
    if (!roofline_parse(text.text, "m", &again) || again.read_count != roofline->read_count)
        abort();
    buf_clear(&text);
    roofline_describe(roofline, &text);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roofline roofline;
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (roofline_parse(text, "m", &roofline))
        check_kept(&roofline);
    else if (roofline.read_count != 0)
        abort();
    free(text);
    return 0;
}

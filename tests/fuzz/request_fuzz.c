/* Targets of requests: any bytes are either taken apart into sound texts, or refused with words;
 * and what is sound comes back the same when it is written as an address. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const struct request *request, const char *text)
{
    if (text < request->text || text > request->text + REQUEST_BYTES_MAX)
        abort();
    if (!text_is_utf8(text, strlen(text)))
        abort();
    for (const char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            abort();
}

static void add_target(struct buf *out, const struct request *request)
{
    for (size_t i = 0; i < request->segment_count; i++) {
        buf_putc(out, '/');
        request_encode(out, request->segments[i]);
    }
    buf_puts(out, request->segment_count == 0 ? "/" : "");
    for (size_t i = 0; i < request->parameter_count; i++) {
        buf_putc(out, i == 0 ? '?' : '&');
        request_encode(out, request->parameters[i].name);
        buf_putc(out, '=');
        request_encode(out, request->parameters[i].value);
    }
}

/* The same parts again, when the address did not become too long by being written in full. */
static void check_again(const struct request *request)
{
    static struct request again;
    struct buf target;
    buf_init(&target, 8 * REQUEST_BYTES_MAX);
    add_target(&target, request);
    if (target.status == ASSAY_OK && target.length <= REQUEST_BYTES_MAX) {
        if (request_parse(target.text, &again, NULL) != ASSAY_OK ||
            again.segment_count != request->segment_count ||
            again.parameter_count != request->parameter_count)
            abort();
        for (size_t i = 0; i < again.segment_count; i++)
            if (strcmp(again.segments[i], request->segments[i]) != 0)
                abort();
        for (size_t i = 0; i < again.parameter_count; i++)
            if (strcmp(again.parameters[i].value, request->parameters[i].value) != 0)
                abort();
    }
    buf_release(&target);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct request request;
    char *target = malloc(size + 1);
    struct buf error;
    if (target == NULL)
        return 0;
    memcpy(target, data, size);
    target[size] = '\0';
    buf_init(&error, 8192);
    assay_status status = request_parse(target, &request, &error);
    if (status != ASSAY_OK && error.length == 0)
        abort();
    for (size_t i = 0; i < request.segment_count && status == ASSAY_OK; i++)
        check_text(&request, request.segments[i]);
    for (size_t i = 0; i < request.parameter_count && status == ASSAY_OK; i++) {
        check_text(&request, request.parameters[i].name);
        check_text(&request, request.parameters[i].value);
    }
    if (status == ASSAY_OK)
        check_again(&request);
    buf_release(&error);
    free(target);
    return 0;
}

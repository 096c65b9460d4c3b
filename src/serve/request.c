/* Taking request targets apart.  Why our own reader and not that of the HTTP library: what is
 * refused, and with which words, is then in one place that is tested and fuzzed without a socket.
 *
 * Invariant: nothing that request_parse accepts holds a control character, and no segment can mean
 * a folder; '/' is told from "%2F" before anything is decoded. */
#include "serve/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int hexadecimal(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes `length` bytes to where they stand, which is never longer, and ends them.  In a query a
 * '+' is a blank. */
static assay_status decode(char *text, size_t length, bool in_query, struct buf *error)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            int high = i + 1 < length ? hexadecimal(text[i + 1]) : -1;
            int low = i + 2 < length ? hexadecimal(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return buf_error(error, ASSAY_ERR_ARGUMENT,
                                 "the address has a '%%' that is not followed by two hexadecimal "
                                 "digits");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && in_query) {
            c = ' ';
        }
        if ((unsigned char)c < ' ' || c == 0x7F)
            return buf_error(error, ASSAY_ERR_ARGUMENT, "the address has a control character");
        text[used++] = c;
    }
    if (!text_is_utf8(text, used))
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the address is not UTF-8");
    text[used] = '\0';
    return ASSAY_OK;
}

static assay_status add_segment(struct request *request, char *text, size_t length,
                                struct buf *error)
{
    if (request->segment_count == REQUEST_SEGMENTS_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "the path has more than %d parts",
                         REQUEST_SEGMENTS_MAX);
    TRY(decode(text, length, false, error));
    if (text[0] == '\0' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the path has an empty part, '.' or '..'");
    request->segments[request->segment_count++] = text;
    return ASSAY_OK;
}

/* Reads "/a/b": `path` begins with '/', and the byte behind its end may be overwritten. */
static assay_status parse_path(struct request *request, char *path, size_t length,
                               struct buf *error)
{
    char *end = path + length;
    if (length > 1 && path[length - 1] == '/')
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the path ends with '/'");
    for (char *at = path + 1; at < end;) {
        char *slash = memchr(at, '/', (size_t)(end - at));
        char *stop = slash != NULL ? slash : end;
        TRY(add_segment(request, at, (size_t)(stop - at), error));
        at = stop + 1;
    }
    return ASSAY_OK;
}

static assay_status add_parameter(struct request *request, char *text, size_t length,
                                  struct buf *error)
{
    char shown[TEXT_SHOWN_MAX];
    char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    if (request->parameter_count == REQUEST_PARAMETERS_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "more than %d parameters", REQUEST_PARAMETERS_MAX);
    if (equals != NULL)
        TRY(decode(equals + 1, length - name_length - 1, true, error));
    TRY(decode(text, name_length, true, error));
    const char *value = equals != NULL ? equals + 1 : text + strlen(text);
    if (text[0] == '\0')
        return buf_error(error, ASSAY_ERR_ARGUMENT, "a parameter has no name");
    if (request_parameter(request, text, NULL) != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "parameter '%s' is given twice",
                         text_shown(text, shown));
    request->parameters[request->parameter_count++] = (struct parameter){text, value};
    return ASSAY_OK;
}

static assay_status parse_query(struct request *request, char *query, struct buf *error)
{
    char *end = query + strlen(query);
    for (char *at = query; at < end;) {
        char *ampersand = memchr(at, '&', (size_t)(end - at));
        char *stop = ampersand != NULL ? ampersand : end;
        if (stop > at)
            TRY(add_parameter(request, at, (size_t)(stop - at), error));
        at = stop + 1;
    }
    return ASSAY_OK;
}

assay_status request_parse(const char *target, struct request *ret_request, struct buf *error)
{
    size_t length = strlen(target);
    *ret_request = (struct request){.segment_count = 0};
    if (length > REQUEST_BYTES_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "the address has more than %d bytes",
                         REQUEST_BYTES_MAX);
    memcpy(ret_request->text, target, length + 1);
    char *question = strchr(ret_request->text, '?');
    size_t path_length = question != NULL ? (size_t)(question - ret_request->text) : length;
    if (path_length == 0 || target[0] != '/')
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the address does not begin with '/'");
    TRY(parse_path(ret_request, ret_request->text, path_length, error));
    return question != NULL ? parse_query(ret_request, question + 1, error) : ASSAY_OK;
}

const char *request_parameter(const struct request *request, const char *name,
                              const char *otherwise)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return otherwise;
}

assay_status request_count(const struct request *request, const char *name, size_t max,
                           size_t otherwise, size_t *ret_count, struct buf *error)
{
    char *end;
    const char *value = request_parameter(request, name, NULL);
    if (value == NULL) {
        *ret_count = otherwise;
        return ASSAY_OK;
    }
    unsigned long long count = strtoull(value, &end, 10);
    bool is_digits = strspn(value, "0123456789") == strlen(value) && strlen(value) < 10;
    if (!is_digits || *end != '\0' || count < 1 || count > max)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "parameter '%s' must be a whole number from 1 to %zu", name, max);
    *ret_count = (size_t)count;
    return ASSAY_OK;
}

assay_status request_check_names(const struct request *request, const char *const *names,
                                 struct buf *error)
{
    for (size_t i = 0; i < request->parameter_count; i++) {
        char shown[TEXT_SHOWN_MAX];
        const char *const *name = names;
        while (*name != NULL && strcmp(*name, request->parameters[i].name) != 0)
            name++;
        if (*name == NULL)
            return buf_error(error, ASSAY_ERR_ARGUMENT, "unknown parameter '%s'",
                             text_shown(request->parameters[i].name, shown));
    }
    return ASSAY_OK;
}

void request_encode(struct buf *out, const char *text)
{
    static const char PLAIN[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr(PLAIN, *c) != NULL)
            buf_putc(out, *c);
        else
            buf_printf(out, "%%%02X", (unsigned char)*c);
    }
}

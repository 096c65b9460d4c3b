/* Requests by libcurl.  Why redirects are refused and not followed: the request carries a token.
 * Why no time limit of the caller's: what is sent and fetched here is small, and a server that
 * takes half a minute is asked again (retry.c). */
#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "ci/http/http.h"

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct http_reply *reply = context;
    buf_add(&reply->body, data, size * count);
    return reply->body.status == ASSAY_OK ? size * count : 0;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    http_reply_header(context, data, size * count, (double)now.tv_sec);
    return size * count;
}

static assay_status failed(const struct http_request *request, CURLcode code,
                           const struct http_reply *reply, struct buf *error)
{
    const char *why = curl_easy_strerror(code);
    assay_status status = ASSAY_ERR_IO;
    if (code == CURLE_OUT_OF_MEMORY || reply->body.status == ASSAY_ERR_MEMORY)
        return ASSAY_ERR_MEMORY;
    if (code == CURLE_OPERATION_TIMEDOUT)
        status = ASSAY_ERR_TIMEOUT;
    else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
        status = ASSAY_ERR_ARGUMENT;
    else if (reply->body.status == ASSAY_ERR_LIMIT) {
        status = ASSAY_ERR_LIMIT;
        why = "the answer is longer than 16 MiB";
    }
    return buf_error(error, status, "%s %s: %s", request->method, request->url, why);
}

static assay_status set_up(CURL *curl, const struct http_request *request, struct http_reply *reply,
                           struct curl_slist *headers)
{
    CURLcode code = CURLE_OK;
#define SET(option, value) code = code == CURLE_OK ? curl_easy_setopt(curl, option, value) : code
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_CUSTOMREQUEST, request->method);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, 10L);
    SET(CURLOPT_TIMEOUT, (long)HTTP_SECONDS_MAX);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, reply);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    SET(CURLOPT_HEADERDATA, reply);
    if (request->body != NULL)
        SET(CURLOPT_POSTFIELDS, request->body);
#undef SET
    return code == CURLE_OK ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status add_headers(const struct http_request *request, struct curl_slist **headers)
{
    for (size_t i = 0; request->headers[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(*headers, request->headers[i]);
        if (longer == NULL)
            return ASSAY_ERR_MEMORY;
        *headers = longer;
    }
    return ASSAY_OK;
}

assay_status http_send(const struct http_request *request, struct http_reply *reply,
                       struct buf *error)
{
    struct curl_slist *headers = NULL;
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = add_headers(request, &headers);
    if (status == ASSAY_OK)
        status = set_up(curl, request, reply, headers);
    CURLcode code = status == ASSAY_OK ? curl_easy_perform(curl) : CURLE_OK;
    if (status == ASSAY_OK && code != CURLE_OK)
        status = failed(request, code, reply, error);
    if (status == ASSAY_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

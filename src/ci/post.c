/* Find it, then make or change it.
 * Why finding comes again after a lost answer to POST: the server may have made the comment before
 * it failed, and a second one is what nobody wants.  Changing the same text twice does no harm.
 * Invariant: what a server says passes forge_hide_secrets before anything else sees it. */
#include "ci/post.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGES_MAX = 20, HEADER_MAX = 1024 };

const char *post_did_name(enum post_did did)
{
    static const char *const NAMES[] = {"nothing",   "created", "updated",
                                        "unchanged", "closed",  "dry_run"};
    return NAMES[did];
}

/* ---- one request ----------------------------------------------------------------------------- */

static const char *authorization(const struct forge *forge, char header[HEADER_MAX])
{
    static const char *const STARTS[FORGE_COUNT] = {"Authorization: Bearer ",
                                                    "PRIVATE-TOKEN: ", "Authorization: token "};
    int length = snprintf(header, HEADER_MAX, "%s%s", STARTS[forge->kind], forge->token);
    return length < HEADER_MAX ? header : NULL;
}

static assay_status refused(const struct http_request *request, const struct http_reply *reply,
                            const struct forge *forge, struct buf *error)
{
    BUF_AUTO reason;
    buf_init(&reason, 4096);
    reply_reason(reply->body.text ? reply->body.text : "", reply->body.length, &reason);
    const char *hint = reply->status == 401 || reply->status == 403
                           ? " (the token may not be allowed to write here)"
                           : "";
    return buf_error(error, ASSAY_ERR_IO, "%s: %s %s: %ld%s%s", forge->name, request->method,
                     request->url, reply->status, reason.text, hint);
}

/* Sends, and answers with the body of a good answer. */
static assay_status ask(const struct post *post, struct http_request *request,
                        struct http_reply *reply, bool *ret_unsure, struct buf *error)
{
    char header[HEADER_MAX];
    const char *const headers[] = {authorization(post->forge, header), "Accept: application/json",
                                   "Content-Type: application/json", "User-Agent: assay", NULL};
    *ret_unsure = false;
    if (headers[0] == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the token is longer than tokens are");
    request->headers = headers;
    assay_status status = retry_send(post->transport, request, reply, ret_unsure, error);
    explicit_bzero(header, sizeof header);
    forge_hide_secrets(&reply->body);
    if (status == ASSAY_OK && !*ret_unsure && (reply->status < 200 || reply->status > 299))
        status = refused(request, reply, post->forge, error);
    if (status != ASSAY_OK && error != NULL)
        forge_hide_secrets(error);
    return status;
}

static assay_status tell(const struct post *post, const char *method, const char *url,
                         const char *body, const char *when)
{
    struct post_step *step = vec_add(post->steps);
    if (step == NULL || url == NULL || body == NULL)
        return ASSAY_ERR_MEMORY;
    *step = (struct post_step){method, url, body, when};
    return ASSAY_OK;
}

/* ---- finding --------------------------------------------------------------------------------- */

static bool take_marked(const struct reply_page *page, const char *marker, struct reply_item *found)
{
    for (size_t i = 0; i < page->items.count; i++)
        if (strstr(page->items.items[i].body, marker) != NULL) {
            *found = page->items.items[i];
            return true;
        }
    return false;
}

/* Reads one page; `ret_more` when there may be another. */
static assay_status read_page(const struct post *post, enum forge_thing thing, unsigned number,
                              struct reply_page *page, bool *ret_more, struct buf *error)
{
    struct http_reply reply;
    bool unsure;
    struct http_request request = {.method = "GET",
                                   .url = forge_list_url(post->forge, thing, number, post->arena)};
    if (request.url == NULL)
        return ASSAY_ERR_MEMORY;
    http_reply_init(&reply);
    assay_status status = ask(post, &request, &reply, &unsure, error);
    if (status == ASSAY_OK)
        status = reply_list(reply.body.text, reply.body.length, forge_shape(post->forge, thing),
                            post->arena, page, error);
    *ret_more = page->listed >= forge_page_size(post->forge);
    http_reply_release(&reply);
    return status;
}

/* `found->id` is 0 when nothing has the marker.  A server that knows no pages answers the same list
 * again, which is how its end is seen. */
static assay_status find_marked(const struct post *post, enum forge_thing thing, const char *marker,
                                struct reply_item *found, struct buf *error)
{
    uint64_t first = 0;
    bool more = true;
    *found = (struct reply_item){0, "", ""};
    for (unsigned number = 1; more && number <= PAGES_MAX; number++) {
        struct reply_page page = {0};
        assay_status status = read_page(post, thing, number, &page, &more, error);
        if (status == ASSAY_OK && take_marked(&page, marker, found))
            more = false;
        more = more && (page.items.count == 0 || page.items.items[0].id != first);
        first = page.items.count > 0 ? page.items.items[0].id : first;
        vec_release(&page.items);
        TRY(status);
    }
    return ASSAY_OK;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The members of an issue or a comment; `state` NULL leaves it as it is. */
static char *document_of(const struct post *post, enum forge_thing thing, bool is_new,
                         const char *body, const char *state)
{
    const bool gitlab = post->forge->kind == FORGE_GITLAB;
    json_t *object = json_object();
    int failed =
        json_object_set_new(object, forge_shape(post->forge, thing)->body, json_string(body));
    if (thing == FORGE_ISSUE && is_new)
        failed |= json_object_set_new(object, "title", json_string(FORGE_ISSUE_TITLE));
    if (thing == FORGE_ISSUE && is_new && post->forge->kind != FORGE_FORGEJO)
        failed |= json_object_set_new(object, "labels",
                                      gitlab ? json_string("assay") : json_pack("[s]", "assay"));
    if (state != NULL)
        failed |= json_object_set_new(object, gitlab ? "state_event" : "state", json_string(state));
    char *text = failed == 0 ? json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(object);
    return text;
}

static const char *document(const struct post *post, enum forge_thing thing, bool is_new,
                            const char *body, const char *state)
{
    char *text = document_of(post, thing, is_new, body, state);
    const char *kept = text ? arena_copy(post->arena, text) : NULL;
    free(text);
    return kept;
}

static assay_status write_thing(const struct post *post, struct http_request *request,
                                const struct reply_shape *shape, struct reply_item *ret_item,
                                bool *ret_unsure, struct buf *error)
{
    struct http_reply reply;
    if (request->url == NULL || request->body == NULL)
        return ASSAY_ERR_MEMORY;
    http_reply_init(&reply);
    assay_status status = ask(post, request, &reply, ret_unsure, error);
    if (status == ASSAY_OK && !*ret_unsure)
        status = reply_one(reply.body.text, reply.body.length, shape, post->arena, ret_item, error);
    http_reply_release(&reply);
    return status;
}

static assay_status create(const struct post *post, enum forge_thing thing, const char *body,
                           struct post_result *ret_result, bool *ret_unsure, struct buf *error)
{
    struct reply_item made = {0, "", ""};
    struct http_request request = {.method = "POST",
                                   .url = forge_new_url(post->forge, thing, post->arena),
                                   .body = document(post, thing, true, body, NULL)};
    TRY(write_thing(post, &request, forge_shape(post->forge, thing), &made, ret_unsure, error));
    *ret_result = (struct post_result){POST_CREATED, made.id, made.url};
    return ASSAY_OK;
}

/* What an item is changed to. */
struct change {
    enum forge_thing thing;
    const char *body, *state; /* NULL: the state stays */
};

static assay_status edit(const struct post *post, const struct change *change,
                         const struct reply_item *found, struct post_result *ret_result,
                         struct buf *error)
{
    const enum forge_thing thing = change->thing;
    struct reply_item made;
    bool unsure;
    struct http_request request = {
        .method = forge_edit_method(post->forge),
        .url = forge_edit_url(post->forge, thing, found->id, post->arena),
        .body = document(post, thing, false, change->body, change->state),
    };
    enum post_did did = change->state != NULL ? POST_CLOSED : POST_UPDATED;
    if (change->state == NULL && strcmp(found->body, change->body) == 0) {
        *ret_result = (struct post_result){POST_UNCHANGED, found->id, found->url};
        return ASSAY_OK;
    }
    TRY(write_thing(post, &request, forge_shape(post->forge, thing), &made, &unsure, error));
    *ret_result = (struct post_result){did, found->id, found->url};
    return ASSAY_OK;
}

static assay_status put(const struct post *post, enum forge_thing thing, const char *marker,
                        const char *body, struct post_result *ret_result, struct buf *error)
{
    for (unsigned tried = 1; tried <= RETRY_TRIES_MAX; tried++) {
        struct reply_item found;
        bool unsure = false;
        TRY(find_marked(post, thing, marker, &found, error));
        if (found.id != 0)
            return edit(post, &(struct change){thing, body, NULL}, &found, ret_result, error);
        TRY(create(post, thing, body, ret_result, &unsure, error));
        if (!unsure)
            return ASSAY_OK;
    }
    return buf_error(error, ASSAY_ERR_IO, "%s: the server failed %d times", post->forge->name,
                     RETRY_TRIES_MAX);
}

/* ---- dry runs -------------------------------------------------------------------------------- */

/* An address of something whose number only the server knows. */
static const char *some_edit_url(const struct post *post, enum forge_thing thing)
{
    const char *url = forge_edit_url(post->forge, thing, 0, post->arena);
    size_t length = url ? strlen(url) : 0;
    return url ? arena_printf(post->arena, "%.*sID", (int)(length - 1), url) : NULL;
}

static assay_status tell_put(const struct post *post, enum forge_thing thing, const char *body)
{
    TRY(tell(post, "GET", forge_list_url(post->forge, thing, 1, post->arena), "", ""));
    TRY(tell(post, forge_edit_method(post->forge), some_edit_url(post, thing),
             document(post, thing, false, body, NULL), "when one of them has the marker"));
    return tell(post, "POST", forge_new_url(post->forge, thing, post->arena),
                document(post, thing, true, body, NULL), "else");
}

assay_status post_comment(const struct post *post, const char *marker, const char *body,
                          struct post_result *ret_result, struct buf *error)
{
    *ret_result = (struct post_result){POST_TOLD, 0, ""};
    return post->steps != NULL ? tell_put(post, FORGE_COMMENT, body)
                               : put(post, FORGE_COMMENT, marker, body, ret_result, error);
}

/* ---- issues ---------------------------------------------------------------------------------- */

static const char *closed_state(const struct forge *forge)
{
    return forge->kind == FORGE_GITLAB ? "close" : "closed";
}

static assay_status tell_close(const struct post *post, const char *body)
{
    TRY(tell(post, "GET", forge_list_url(post->forge, FORGE_ISSUE, 1, post->arena), "", ""));
    return tell(post, forge_edit_method(post->forge), some_edit_url(post, FORGE_ISSUE),
                document(post, FORGE_ISSUE, false, body, closed_state(post->forge)),
                "when one of them has the marker");
}

assay_status post_issue(const struct post *post, enum issue_wish wish, const char *marker,
                        const char *body, struct post_result *ret_result, struct buf *error)
{
    struct reply_item found;
    *ret_result = (struct post_result){wish == ISSUE_LEAVE ? POST_NOTHING : POST_TOLD, 0, ""};
    if (wish == ISSUE_LEAVE)
        return ASSAY_OK;
    if (post->steps != NULL)
        return wish == ISSUE_OPEN ? tell_put(post, FORGE_ISSUE, body) : tell_close(post, body);
    if (wish == ISSUE_OPEN)
        return put(post, FORGE_ISSUE, marker, body, ret_result, error);
    TRY(find_marked(post, FORGE_ISSUE, marker, &found, error));
    *ret_result = (struct post_result){POST_NOTHING, 0, ""};
    if (found.id == 0)
        return ASSAY_OK;
    const struct change change = {FORGE_ISSUE, body, closed_state(post->forge)};
    return edit(post, &change, &found, ret_result, error);
}

/* Workflows, texts and requests whose allocations fail, one after the other: refused, nothing
 * leaks, and never a second POST. */
#include "ci/post.h"
#include "ci/text.h"
#include "ci/workflow.h"
#include "harness.h"

static bool render_once(void *context)
{
    const struct workflow_request request = {"main", NULL, "make", "one two"};
    struct buf out;
    (void)context;
    buf_init(&out, 1 << 20);
    assay_status status = workflow_render(workflow_find("gitlab"), &request, &out, NULL);
    buf_release(&out);
    return status == ASSAY_OK;
}

TEST(workflows_bear_every_failed_allocation)
{
    CHECK(torture(render_once, NULL) > 3);
}

/* A forge without comments that makes one. */
static assay_status answer(void *context, const struct http_request *request,
                           struct http_reply *reply, struct buf *error)
{
    const bool is_get = strcmp(request->method, "GET") == 0;
    (void)error;
    *(int *)context += !is_get;
    reply->status = 200;
    buf_puts(&reply->body, is_get ? "[]" : "{\"id\":3,\"body\":\"x\"}");
    return reply->body.status;
}

static void wait_for_nothing(void *context, double seconds)
{
    (void)context;
    (void)seconds;
}

struct posting {
    int posts;
    bool dry_run;
};

static assay_status post_in(struct posting *posting, struct arena *arena, struct buf *body,
                            post_step_vec *steps)
{
    struct ci_finding items[] = {{"a/b", "gate", "time_ns", "slower", FINDING_ERROR}};
    const ci_finding_vec findings = {.items = items, .count = 1};
    const struct ci_text text = {&findings, "gate", "", "https://job"};
    const struct forge_request request = {"github", "https://host/api", "me/it", "7", true, false};
    const struct transport transport = {answer, wait_for_nothing, &posting->posts};
    struct forge forge;
    struct post_result result;
    const char *marker = ci_marker("gate", arena);
    if (marker == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(ci_body(&text, ISSUE_OPEN, body));
    TRY(forge_find(&request, arena, &forge, NULL));
    const struct post post = {&forge, &transport, arena, posting->dry_run ? steps : NULL};
    return post_comment(&post, marker, body->text, &result, NULL);
}

static bool post_once(void *context)
{
    struct posting *posting = context;
    struct arena arena = {0};
    struct buf body;
    post_step_vec steps = {0};
    posting->posts = 0;
    buf_init(&body, CI_BODY_MAX);
    assay_status status = post_in(posting, &arena, &body, &steps);
    CHECK(posting->posts <= 1);
    buf_release(&body);
    vec_release(&steps);
    arena_release(&arena);
    return status == ASSAY_OK;
}

TEST(posting_bears_every_failed_allocation_and_never_posts_twice)
{
    struct posting posting = {0, false}, told = {0, true};
    CHECK(torture(post_once, &posting) > 3);
    CHECK_EQ(posting.posts, 1);
    CHECK(torture(post_once, &told) > 3);
    CHECK_EQ(told.posts, 0);
}

TEST_MAIN

/* Continuous integration without a network, a clock or git: when to ask again, what headers say,
 * which baseline is taken, what becomes of an issue. */
#include "ci/post.h"
#include "ci/text.h"
#include "harness.h"
#include "session/ci/choose.h"

/* ---- asking again ---------------------------------------------------------------------------- */

/* A server that answers `codes` one after the other; 0 is a lost connection. */
struct server {
    const long *codes;
    double retry_after;
    unsigned asked;
    double waited;
};

static assay_status answer(void *context, const struct http_request *request,
                           struct http_reply *reply, struct buf *error)
{
    struct server *server = context;
    (void)request;
    reply->status = server->codes[server->asked++];
    reply->retry_after = server->retry_after;
    return reply->status == 0 ? buf_error(error, ASSAY_ERR_IO, "lost") : ASSAY_OK;
}

static void wait_for_nothing(void *context, double seconds)
{
    ((struct server *)context)->waited += seconds;
}

static assay_status ask(struct server *server, const char *method, bool *ret_unsure, long *ret_code)
{
    const struct transport transport = {answer, wait_for_nothing, server};
    const struct http_request request = {.method = method, .url = "http://x"};
    struct http_reply reply;
    struct buf error;
    buf_init(&error, 1024);
    http_reply_init(&reply);
    assay_status status = retry_send(&transport, &request, &reply, ret_unsure, &error);
    *ret_code = reply.status;
    http_reply_release(&reply);
    buf_release(&error);
    return status;
}

TEST(waits_double_until_an_answer_comes)
{
    const long codes[] = {503, 502, 0, 200};
    struct server server = {.codes = codes, .retry_after = (double)NAN};
    bool unsure;
    long code;
    CHECK(ask(&server, "GET", &unsure, &code) == ASSAY_OK);
    CHECK_EQ(code, 200);
    CHECK_EQ(server.asked, 4);
    CHECK_EQ(server.waited, 1 + 2 + 4);
    CHECK(!unsure);
}

TEST(five_tries_are_all)
{
    const long codes[] = {500, 500, 500, 500, 500, 200};
    struct server server = {.codes = codes, .retry_after = 0};
    bool unsure;
    long code;
    CHECK(ask(&server, "PATCH", &unsure, &code) == ASSAY_OK);
    CHECK_EQ(code, 500);
    CHECK_EQ(server.asked, RETRY_TRIES_MAX);
}

TEST(a_lost_connection_stays_an_error_when_it_does_not_come_back)
{
    const long codes[] = {0, 0, 0, 0, 0};
    struct server server = {.codes = codes, .retry_after = (double)NAN};
    bool unsure;
    long code;
    CHECK(ask(&server, "GET", &unsure, &code) == ASSAY_ERR_IO);
}

TEST(what_is_refused_is_not_asked_again)
{
    const long refusals[] = {400, 401, 403, 404, 422, 501};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct server server = {.codes = &refusals[i], .retry_after = (double)NAN};
        bool unsure;
        long code;
        CHECK(ask(&server, "GET", &unsure, &code) == ASSAY_OK);
        CHECK_EQ(server.asked, 1);
    }
}

TEST(a_post_that_may_have_been_done_is_unsure_and_one_that_was_limited_is_not)
{
    const long lost[] = {500, 201}, limited[] = {429, 201};
    struct server server = {.codes = lost, .retry_after = 0};
    bool unsure;
    long code;
    CHECK(ask(&server, "POST", &unsure, &code) == ASSAY_OK && unsure);
    CHECK_EQ(server.asked, 1);
    server = (struct server){.codes = limited, .retry_after = 3};
    CHECK(ask(&server, "POST", &unsure, &code) == ASSAY_OK && !unsure);
    CHECK_EQ(code, 201);
    CHECK_EQ(server.waited, 3);
}

TEST(a_limit_that_lasts_longer_than_a_minute_is_told_and_not_waited_for)
{
    const long codes[] = {429, 200};
    struct server server = {.codes = codes, .retry_after = 61};
    bool unsure;
    long code;
    CHECK(ask(&server, "GET", &unsure, &code) == ASSAY_ERR_LIMIT);
    CHECK_EQ(server.waited, 0);
}

/* ---- headers --------------------------------------------------------------------------------- */

static struct http_reply after(const char *line)
{
    struct http_reply reply;
    http_reply_init(&reply);
    http_reply_header(&reply, line, strlen(line), 1000);
    return reply;
}

TEST(headers_say_how_long_to_wait)
{
    CHECK_EQ(after("Retry-After: 12\r\n").retry_after, 12);
    CHECK_EQ(after("retry-after:7").retry_after, 7);
    CHECK_EQ(after("X-RateLimit-Reset: 1030\r\n").retry_after, 30);
    CHECK_EQ(after("RateLimit-Reset: 900\r\n").retry_after, 0);
    CHECK(after("X-RateLimit-Remaining: 0\r\n").rate_limited);
    CHECK(!after("X-RateLimit-Remaining: 1\r\n").rate_limited);
    CHECK(isnan(after("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n").retry_after));
    CHECK(isnan(after("Retry-After: -3\r\n").retry_after));
    CHECK(isnan(after("Retry-After: inf\r\n").retry_after));
    CHECK(isnan(after("Retry-After").retry_after));
    CHECK(isnan(after("Retry-Afterwards: 3").retry_after));
}

/* ---- choosing -------------------------------------------------------------------------------- */

static struct baseline kept_rows[] = {{.name = "ci-a", .run_id = "20260101"},
                                      {.name = "ci-c", .run_id = "20260103"},
                                      {.name = "ci-x", .run_id = "20260109"},
                                      {.name = "good-a", .run_id = "20260101"},
                                      {.name = "release", .run_id = "20260110"}};
static const baseline_vec BASELINES = {.items = kept_rows, .count = 5};

static const char *chosen(const char *const *ancestors, size_t count, size_t fork_at,
                          const char *prefix, enum choose_kind kind)
{
    const struct choose_facts facts = {ancestors, count, fork_at};
    const struct choice choice = choose_baseline(&facts, prefix, &BASELINES);
    CHECK_STR(choose_kind_name(choice.kind), choose_kind_name(kind));
    return choice.baseline ? choice.baseline->name : "";
}

TEST(the_fork_point_goes_before_a_nearer_commit_of_the_branch_itself)
{
    const char *const ancestors[] = {"c", "b", "a"}; /* c is ours, b and a are the main branch's */
    CHECK_STR(chosen(ancestors, 3, 1, CHOOSE_EVERY, CHOOSE_FORK_POINT), "ci-a");
    CHECK_STR(chosen(ancestors, 3, 0, CHOOSE_EVERY, CHOOSE_FORK_POINT), "ci-c");
}

TEST(without_a_fork_point_the_nearest_parent_that_was_measured_is_taken)
{
    const char *const ancestors[] = {"d", "c", "b", "a"};
    CHECK_STR(chosen(ancestors, 4, SIZE_MAX, CHOOSE_EVERY, CHOOSE_PARENT), "ci-c");
    CHECK_STR(chosen(ancestors, 4, SIZE_MAX, CHOOSE_GOOD, CHOOSE_PARENT), "good-a");
    CHECK_STR(chosen(ancestors, 2, 2, CHOOSE_EVERY, CHOOSE_PARENT), "ci-c");
}

TEST(without_a_measured_parent_the_newest_is_taken_and_names_of_others_never)
{
    const char *const ancestors[] = {"q", "release"};
    CHECK_STR(chosen(ancestors, 2, SIZE_MAX, CHOOSE_EVERY, CHOOSE_LATEST), "ci-x");
    CHECK_STR(chosen(ancestors, 2, SIZE_MAX, CHOOSE_GOOD, CHOOSE_LATEST), "good-a");
    CHECK_STR(chosen(ancestors, 2, SIZE_MAX, "other-", CHOOSE_NONE), "");
}

/* ---- issues ---------------------------------------------------------------------------------- */

static enum issue_wish wish(enum ci_level first, enum ci_level second)
{
    struct ci_finding items[] = {{.level = first}, {.level = second}};
    return ci_issue_wish(&(ci_finding_vec){.items = items, .count = 2});
}

TEST(an_issue_closes_only_when_nothing_fails_and_nothing_is_open)
{
    CHECK_EQ(wish(FINDING_PASS, FINDING_ERROR), ISSUE_OPEN);
    CHECK_EQ(wish(FINDING_ERROR, FINDING_WARNING), ISSUE_OPEN);
    CHECK_EQ(wish(FINDING_PASS, FINDING_WARNING), ISSUE_LEAVE);
    CHECK_EQ(wish(FINDING_PASS, FINDING_SKIPPED), ISSUE_CLOSE);
    CHECK_EQ(ci_issue_wish(&(ci_finding_vec){.count = 0}), ISSUE_LEAVE);
}

/* ---- secrets --------------------------------------------------------------------------------- */

TEST(tokens_and_passwords_are_taken_out_of_any_text)
{
    struct buf text;
    buf_init(&text, 1024);
    setenv("GITHUB_TOKEN", "abc123", 1);
    unsetenv("GITLAB_TOKEN");
    unsetenv("FORGEJO_TOKEN");
    buf_puts(&text, "abc123 at https://me:pw@host/x and abc123, ssh://git@host, a@b");
    forge_hide_secrets(&text);
    CHECK_STR(text.text, "[token] at https://host/x and [token], ssh://host, a@b");
    buf_release(&text);
}

TEST_MAIN

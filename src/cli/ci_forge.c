/* `assay ci comment` and `assay ci issue`: what a gate printed becomes a text at a forge.
 * Why the document of a gate and not a gate: it decided once, and the job that may write at the
 * forge need not be the one that ran the code. */
#include <stdlib.h>
#include <string.h>

#include "ci/text.h"
#include "cli/ci.h"
#include "session/exchange/import.h"

/* What both work with. */
struct posting {
    const struct ci_call *call;
    struct arena arena;
    ci_finding_vec findings;
    struct forge forge;
    const char *marker;
    struct buf body;
    post_step_vec steps;
};

static const char *commit_of_job(void)
{
    const char *commit = getenv("GITHUB_SHA");
    commit = commit != NULL && commit[0] != '\0' ? commit : getenv("CI_COMMIT_SHA");
    bool good = commit != NULL && strspn(commit, "0123456789abcdef") == strlen(commit);
    return good ? commit : "";
}

static assay_status check_words(const struct ci_call *call, const char *key, const char *link)
{
    if (call->operand == NULL)
        return buf_error(&call->cli->error, ASSAY_ERR_ARGUMENT,
                         "which file? assay ci %s GATE.json, what 'assay gate --json' printed",
                         call->name);
    if (!ci_key_is_good(key))
        return buf_error(&call->cli->error, ASSAY_ERR_ARGUMENT,
                         "'%s' is no key: letters, digits, '-', '_' and '.'", key);
    if (link[0] != '\0' && (strncmp(link, "http", 4) != 0 || strpbrk(link, " ()<>\r\n") != NULL))
        return buf_error(&call->cli->error, ASSAY_ERR_ARGUMENT, "'%s' is no address", link);
    return ASSAY_OK;
}

/* Reads the findings, asks who the forge is, writes the text. */
static assay_status prepare(struct posting *posting, bool is_issue)
{
    const struct ci_call *call = posting->call;
    const struct ci_options *options = call->options;
    const char *key = options->key ? options->key : "gate";
    const char *link = options->link ? options->link : "";
    const struct forge_request request = {options->forge,  options->api, options->repository,
                                          options->number, !is_issue,    !options->dry_run};
    struct buf *error = &call->cli->error;
    BUF_AUTO text;
    buf_init(&text, IMPORT_BYTES_MAX);
    TRY(check_words(call, key, link));
    TRY(import_read_file(call->operand, &text, error));
    TRY(findings_parse(text.text, text.length, call->operand, &posting->arena, &posting->findings,
                       error));
    TRY(forge_find(&request, &posting->arena, &posting->forge, error));
    posting->marker = ci_marker(key, &posting->arena);
    const struct ci_text words = {&posting->findings, key, commit_of_job(), link};
    TRY(ci_body(&words, is_issue ? ci_issue_wish(&posting->findings) : ISSUE_OPEN, &posting->body));
    forge_hide_secrets(&posting->body);
    return posting->marker && posting->body.status == ASSAY_OK ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status send_findings(struct posting *posting, bool is_issue,
                                  struct post_result *ret_result)
{
    const struct post post = {&posting->forge, &RETRY_TRANSPORT, &posting->arena,
                              posting->call->options->dry_run ? &posting->steps : NULL};
    struct buf *error = &posting->call->cli->error;
    return is_issue ? post_issue(&post, ci_issue_wish(&posting->findings), posting->marker,
                                 posting->body.text, ret_result, error)
                    : post_comment(&post, posting->marker, posting->body.text, ret_result, error);
}

static assay_status print_result(struct posting *posting, const struct post_result *result)
{
    struct ci_report_request *requests =
        arena_alloc(&posting->arena, (posting->steps.count + 1) * sizeof *requests);
    if (requests == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < posting->steps.count; i++) {
        const struct post_step *step = &posting->steps.items[i];
        requests[i] = (struct ci_report_request){step->method, step->url, step->body, step->when};
    }
    const struct ci_report report = {
        .command = posting->call->name,
        .did = post_did_name(result->did),
        .url = result->url,
        .id = result->id,
        .requests = requests,
        .request_count = posting->steps.count,
    };
    return ci_print(posting->call, &report);
}

static assay_status post_findings(const struct ci_call *call, bool is_issue)
{
    struct posting posting = {.call = call};
    struct post_result result;
    buf_init(&posting.body, CI_BODY_MAX);
    assay_status status = prepare(&posting, is_issue);
    if (status == ASSAY_OK)
        status = send_findings(&posting, is_issue, &result);
    if (status == ASSAY_OK)
        status = print_result(&posting, &result);
    forge_hide_secrets(&call->cli->error);
    vec_release(&posting.findings);
    vec_release(&posting.steps);
    buf_release(&posting.body);
    arena_release(&posting.arena);
    return status;
}

assay_status ci_comment(const struct ci_call *call)
{
    return post_findings(call, false);
}

assay_status ci_issue(const struct ci_call *call)
{
    return post_findings(call, true);
}

/* Experts: what several responses to one question have in common.
 *
 *   struct experts_panel *panel = NULL;
 *   struct experts_verdict verdict;
 *   experts_panel_new(NULL, &panel);
 *   experts_panel_judge(panel, responses, count, NULL, &verdict);    verdict.winner, verdict.score
 *   experts_panel_free(panel);
 *
 * Consensus.  A response is its term frequencies: words are runs of bytes other than ASCII white
 * space, compared byte by byte.  Its agreement is the mean cosine to all other responses, its
 * weight its share of all agreement, and the response that agrees most wins (the first of equals).
 * Two responses without any word are equal, 1; one without and one with words share nothing, 0.
 * A single response agrees with itself, 1.
 *
 * Aggregation (aggregate.c) merges the statements of all responses: equal ones become one, with a
 * vote of each response that has it, and those with most votes come first.
 *
 * Needs the C library, pthreads, and components/text for finding words.  A panel, an aggregate and
 * a crew belong to one thread at a time. */
#ifndef EXPERTS_H
#define EXPERTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

#define EXPERTS_MAX TEXT_COUNT_MAX /* responses at once */

enum experts_status {
    EXPERTS_OK = 0,
    EXPERTS_ERR_ARGUMENT = -1, /* NULL where something is needed */
    EXPERTS_ERR_MEMORY = -2,   /* an allocation failed */
    EXPERTS_ERR_LIMIT = -3,    /* too many responses, bytes or different words (text.h) */
    EXPERTS_ERR_THREADS = -4,  /* a thread could not be started */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *experts_status_text(enum experts_status status);

/* ---- a crew of threads --------------------------------------------------------------------- */

#define EXPERTS_THREADS_MAX 64u
#define EXPERTS_SPINS_DEFAULT UINT32_MAX /* some 20 us; none where threads outnumber processors */

/* Threads that wait for work: they look for it a while, then sleep. */
struct experts_crew;

/* Starts threads - 1 threads; the caller of experts_crew_run is the other one.
 *
 * threads   1 .. EXPERTS_THREADS_MAX.
 * spins     how often a thread looks for work before it sleeps; 0: it sleeps at once.
 * ret_crew  written only on EXPERTS_OK; freed by experts_crew_free.
 *
 * EXPERTS_ERR_ARGUMENT, EXPERTS_ERR_MEMORY, EXPERTS_ERR_THREADS. */
enum experts_status experts_crew_new(unsigned threads, uint32_t spins,
                                     struct experts_crew **ret_crew);

/* Ends the threads; NULL is allowed. */
void experts_crew_free(struct experts_crew *crew);

/* Number of threads, the caller's included; 1 for NULL, which is a crew of the caller alone. */
unsigned experts_crew_size(const struct experts_crew *crew);

/* Calls work(state, 0) here and work(state, 1 .. size - 1) on the threads, and waits for all. */
void experts_crew_run(struct experts_crew *crew, void (*work)(void *state, unsigned member),
                      void *state);

/* ---- consensus ----------------------------------------------------------------------------- */

/* What a panel thinks of one response. */
struct experts_opinion {
    double agreement; /* mean cosine to the others, 0 .. 1 */
    double weight;    /* agreement / sum of all; 1 / count when nobody agrees with anybody */
};

struct experts_verdict {
    size_t winner; /* index of the response that agrees most; 0 when there is none */
    double score;  /* its agreement; 0 when there is no response */
    double mean;   /* of all agreements */
};

/* Judges responses, and keeps its memory from one question to the next. */
struct experts_panel;

/* crew      lent, for as long as the panel lives; NULL: the caller's thread alone.
 * ret_panel written only on EXPERTS_OK; freed by experts_panel_free. */
enum experts_status experts_panel_new(struct experts_crew *crew, struct experts_panel **ret_panel);

/* NULL is allowed. */
void experts_panel_free(struct experts_panel *panel);

/* Judges `count` responses.
 *
 * responses     not kept.
 * ret_opinions  room for `count`, or NULL.
 * ret_verdict   written only on EXPERTS_OK, as are the opinions.
 *
 * EXPERTS_ERR_ARGUMENT  panel or ret_verdict is NULL, responses is NULL while count > 0, or a span
 *                       has NULL bytes and a length.
 * EXPERTS_ERR_LIMIT     more than EXPERTS_MAX responses, or a limit of components/text.
 * EXPERTS_ERR_MEMORY    no memory.
 *
 * O(bytes + count * words) time, 64 responses at a time in lanes of a register.
 * O(words + distinct words + count) memory: no matrix of pairs is kept.
 * All numbers are the same bits for any crew and any kernel: scalar products are whole numbers, and
 * the sums over responses are always taken in the order of the responses. */
enum experts_status experts_panel_judge(struct experts_panel *panel,
                                        const struct text_span *responses, size_t count,
                                        struct experts_opinion *ret_opinions,
                                        struct experts_verdict *ret_verdict);

/* Bytes of memory that the panel holds beside those of components/text. */
size_t experts_panel_bytes(const struct experts_panel *panel);

struct lane_table;
struct few_rows;
struct words;

/* One way to compute scalar products, and the splitter of words that goes with it. */
struct experts_kernel {
    const char *name;
    bool (*available)(void);

    /* For experts_panel_judge only: see lanes_add in panel.h. */
    double (*add)(const struct lane_table *table, struct words words, size_t own, double inverse,
                  double *sums);
    void (*dots)(const struct few_rows *rows, int32_t *ret_dots); /* few_dots in panel.h */
};

/* Names: scalar, avx2, avx512, the slowest first; a row without a name ends the table. */
extern const struct experts_kernel experts_kernels[];

/* Makes the panel use this kernel, and the splitter of the same name, from now on; NULL: the
 * fastest available ones, which a new panel uses. */
void experts_panel_kernel(struct experts_panel *panel, const struct experts_kernel *kernel);

/* ---- aggregation --------------------------------------------------------------------------- */

/* A statement: a line, or the part of one that ends with '.', '!' or '?' before white space;
 * without the white space around it.  Statements are equal when their bytes are. */
struct experts_statement {
    struct text_span text; /* a view into a response, or into the aggregate's own copy */
    uint32_t votes;        /* responses that have it */
    uint32_t first;        /* the first of them */
};

/* Where the bytes of statements live. */
enum experts_ownership {
    EXPERTS_VIEWS,  /* views into the responses, which must outlive the result: nothing is copied */
    EXPERTS_ARENA,  /* copies, one after the other in memory that is kept for the next call */
    EXPERTS_COPIES, /* every statement is first copied into memory of its own, as strdup would */
};

/* Merges statements, and keeps its memory from one call to the next. */
struct experts_aggregate;

enum experts_status experts_aggregate_new(enum experts_ownership ownership,
                                          struct experts_aggregate **ret_aggregate);

/* NULL is allowed. */
void experts_aggregate_free(struct experts_aggregate *aggregate);

/* Replaces the content by the statements of `count` responses, most votes first, then in order of
 * appearance.
 *
 * EXPERTS_ERR_ARGUMENT, EXPERTS_ERR_LIMIT, EXPERTS_ERR_MEMORY  as experts_panel_judge; after an
 * error the aggregate is empty. O(bytes) time, unless statements are chosen to collide in the hash
 * table. */
enum experts_status experts_aggregate_merge(struct experts_aggregate *aggregate,
                                            const struct text_span *responses, size_t count);

/* The ranked statements; lent until the next merge. */
const struct experts_statement *experts_aggregate_statements(
    const struct experts_aggregate *aggregate, size_t *ret_count);

/* The ranked statements as one text, a line each; lent until the next merge.  NULL when there is no
 * memory; *ret_length is then 0. */
const char *experts_aggregate_text(struct experts_aggregate *aggregate, size_t *ret_length);

/* One way to find where statements end. */
struct experts_cutter {
    const char *name;
    bool (*available)(void);

    /* Bit k is set where byte k of up to 64 is white space that ends a statement: a newline, or
     * behind a stop.  *stop tells whether the byte before them was one, and then of their last. */
    uint64_t (*cuts)(const char *bytes, size_t length, bool *stop);
};

/* Names: scalar, avx2, avx512, the slowest first; a row without a name ends the table. */
extern const struct experts_cutter experts_cutters[];

/* Makes the aggregate use this cutter from now on; NULL: the fastest available one, as a new one
 * does. */
void experts_aggregate_cutter(struct experts_aggregate *aggregate,
                              const struct experts_cutter *cutter);

/* ---- strings that are copied when they are changed ------------------------------------------ */

/* Bytes with a count of their owners.  Sharing costs a number, changing a shared one a copy. */
struct experts_string;

/* A new string with one owner; NULL when there is no memory or the text is longer than
 * TEXT_LENGTH_MAX. */
struct experts_string *experts_string_new(struct text_span text);

/* The same string with one owner more; every owner calls experts_string_release once. Owners may
 * live in different threads. */
struct experts_string *experts_string_share(struct experts_string *string);
void experts_string_release(struct experts_string *string);

/* Its bytes; lent until this owner changes or releases the string. */
struct text_span experts_string_view(const struct experts_string *string);

/* Bytes that only this owner has, for changing: when others share them, *string becomes a copy.
 * NULL, and nothing changed, when there is no memory for it. */
char *experts_string_change(struct experts_string **string);

#endif

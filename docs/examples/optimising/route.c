/* Which of 32 experts answers a message.  The same messages come again and again (here: 64 kinds,
 * the first half of them nine times of ten); the last decision of each of 32 places is kept. */
#define ASSAY_SUITE "tips"
#include <assay.h>

enum { EXPERTS = 32, DIMENSIONS = 64, KINDS = 64, MESSAGES = 1024, PLACES = 32 };

static float experts[EXPERTS][DIMENSIONS], kinds[KINDS][DIMENSIONS];
static unsigned char messages[MESSAGES];

static void prepare(struct assay_bench *b)
{
    for (int e = 0; e < EXPERTS; e++)
        for (int i = 0; i < DIMENSIONS; i++)
            experts[e][i] = (float)assay_random_unit(b) - 0.5F;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < DIMENSIONS; i++)
            kinds[k][i] = (float)assay_random_unit(b) - 0.5F;
    for (int m = 0; m < MESSAGES; m++) {
        const uint64_t half = assay_random_below(b, 10) == 0 ? KINDS / 2 : 0;
        messages[m] = (unsigned char)(half + assay_random_below(b, KINDS / 2));
    }
}

static int decide(int kind)
{
    int best = 0;
    float most = -1e9F;
    for (int e = 0; e < EXPERTS; e++) {
        float sum = 0;
        for (int i = 0; i < DIMENSIONS; i++)
            sum += experts[e][i] * kinds[kind][i];
        best = sum > most ? e : best;
        most = sum > most ? sum : most;
    }
    return best;
}

static int route(int kind)
{
#ifdef AFTER
    static struct {
        int kind, expert;
    } known[PLACES]; /* kind + 1, so that zero is none */
    const int place = kind % PLACES;
    if (known[place].kind != kind + 1) {
        known[place].expert = decide(kind);
        known[place].kind = kind + 1;
    }
    return known[place].expert;
#else
    return decide(kind);
#endif
}

static void check(struct assay_bench *b)
{
    for (int m = 0; m < MESSAGES; m++)
        if (route(messages[m]) != decide(messages[m]))
            assay_fail(b, "message %d goes elsewhere", m);
}

ASSAY_BENCH(route, .setup = prepare, .check = check, .items = MESSAGES)
{
    ASSAY_LOOP(b)
    {
        int sum = 0;
        for (int m = 0; m < MESSAGES; m++)
            sum += route(assay_opaque((int)messages[m]));
        assay_keep(sum);
    }
}

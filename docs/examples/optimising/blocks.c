/* The transpose of a matrix of 1024 x 1024 floats.  Column by column every store meets another
 * cache line and another page; blocks of 16 x 16 use a line up before they leave it. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <stdlib.h>

enum { SIDE = 1024, BLOCK = 16 };

struct matrices {
    float from[SIDE][SIDE], to[SIDE][SIDE];
};

static void prepare(struct assay_bench *b)
{
    struct matrices *m = malloc(sizeof *m);
    for (int y = 0; m != NULL && y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            m->from[y][x] = (float)(y * SIDE + x);
    if (m == NULL)
        assay_fail(b, "out of memory");
    b->state = m;
}

static void done(struct assay_bench *b)
{
    free(b->state);
}

static void transpose(struct matrices *m)
{
#ifdef AFTER
    for (int top = 0; top < SIDE; top += BLOCK)
        for (int left = 0; left < SIDE; left += BLOCK)
            for (int y = top; y < top + BLOCK; y++)
                for (int x = left; x < left + BLOCK; x++)
                    m->to[x][y] = m->from[y][x];
#else
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            m->to[x][y] = m->from[y][x];
#endif
}

static void check(struct assay_bench *b)
{
    struct matrices *m = b->state;
    transpose(m);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            if ((int)m->to[x][y] != y * SIDE + x) {
                assay_fail(b, "row %d, column %d", x, y);
                return;
            }
}

ASSAY_BENCH(blocks, .setup = prepare, .check = check, .teardown = done)
{
    struct matrices *m = b->state;
    ASSAY_LOOP(b)
    {
        transpose(m);
        assay_keep(m->to[1][1]);
    }
}

/* The trajectory through the plane: steps, turns and the convex hull of its points.
 *
 * Points are (x[i], x[i + 1]) with whole numbers below `symbols`, so the lowest and highest point
 * of each column are all that a hull can touch, and columns come sorted: no sorting, O(length +
 * symbols).  Areas and turns at corners are exact in whole numbers. */
#include <math.h>

#include "internal.h"

struct point {
    int x, y;
};

/* Twice the area of the triangle; positive when c lies to the left of the way from a to b. */
static int area_twice(struct point a, struct point b, struct point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool is_same(struct point a, struct point b)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a hull has points */
    return a.x == b.x && a.y == b.y;
}

/* Appends a point to the half of a hull that began at corner `first` and turns left. */
static size_t append(struct point *corners, size_t first, size_t count, struct point point)
{
    while (count >= first + 2 && area_twice(corners[count - 2], corners[count - 1], point) <= 0) {
        count--;
    }
    corners[count] = point;
    return count + 1;
}

/* Lowest and highest y of each column x; columns without points have low > high. */
static void find_columns(struct patterns *patterns)
{
    uint8_t *low = patterns->low, *high = patterns->high;
    for (size_t x = 0; x < patterns->symbols; x++) {
        low[x] = UINT8_MAX;
        high[x] = 0;
    }
    for (size_t i = 0; i + 1 < patterns->length; i++) {
        const uint8_t x = patterns->left[i], y = patterns->left[i + 1];
        low[x] = y < low[x] ? y : low[x];
        high[x] = y > high[x] ? y : high[x];
    }
}

/* Andrew's chain: along the lowest points to the right, along the highest back. */
static size_t find_hull(const struct patterns *patterns, struct point *corners)
{
    size_t count = 0;
    for (size_t x = 0; x < patterns->symbols; x++) {
        if (patterns->low[x] <= patterns->high[x]) {
            count = append(corners, 0, count, (struct point){(int)x, patterns->low[x]});
        }
    }
    const size_t turn = count - 1;
    for (size_t x = patterns->symbols; x-- > 0;) {
        const struct point point = {(int)x, patterns->high[x]};
        if (patterns->low[x] <= patterns->high[x] && !is_same(point, corners[count - 1])) {
            count = append(corners, turn, count, point);
        }
    }
    const bool closed = count > 1 && is_same(corners[count - 1], corners[0]);
    return count - closed;
}

static void measure_hull(const struct point *corners, size_t count,
                         struct patterns_geometry *geometry)
{
    int area = 0;
    double perimeter = 0;
    for (size_t i = 0; i < count; i++) {
        const struct point a = corners[i], b = corners[(i + 1) % count];
        area += a.x * b.y - a.y * b.x;
        perimeter += sqrt((double)((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)));
    }
    geometry->hull_corners = count;
    geometry->hull_area = area / 2.0;
    geometry->hull_perimeter = perimeter;
}

void geometry_run(struct patterns *patterns, struct patterns_geometry *ret_geometry)
{
    if (patterns->length < 2) {
        return;
    }
    struct point corners[2 * PATTERNS_SYMBOLS_MAX + 2];
    find_columns(patterns);
    measure_hull(corners, find_hull(patterns, corners), ret_geometry);

    const struct turn_sums sums = patterns->kernels->turns(patterns->left, patterns->length);
    ret_geometry->path = sums.path;
    ret_geometry->turns = (size_t)sums.turns;
    if (sums.turns > 0) {
        ret_geometry->turn_mean = atan2(sums.sines, sums.cosines);
        ret_geometry->turn_concentration = hypot(sums.sines, sums.cosines) / sums.turns;
    }
}

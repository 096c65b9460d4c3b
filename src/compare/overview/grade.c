/* The grade of a run: the first rule of GRADES that holds.  A row without an interval counts as one
 * whose interval is wide without bound, so that one launch cannot earn an A. */
#include <math.h>

#include "compare/overview/overview.h"

static bool is_wider(double half_width, double bound)
{
    return isnan(half_width) || half_width > bound;
}

static bool holds(const struct overview *overview, enum grade grade)
{
    const unsigned judged = overview->met + overview->missed + overview->undecided;
    switch (grade) {
    case GRADE_F:
        return overview->failed > 0 || overview->run->interrupted;
    case GRADE_NONE:
        return overview->ok == 0 || judged == 0;
    case GRADE_D:
        return overview->missed > 0;
    case GRADE_C:
        return is_wider(overview->half_width, GRADE_B_HALF_WIDTH);
    case GRADE_B:
        return overview->undecided > 0 || is_wider(overview->half_width, GRADE_A_HALF_WIDTH);
    case GRADE_A:
        return true;
    }
    return false;
}

enum grade overview_grade(const struct overview *overview)
{
    for (int i = 0; i < GRADE_RULES; i++)
        if (holds(overview, GRADES[i].grade))
            return GRADES[i].grade;
    return GRADE_NONE;
}

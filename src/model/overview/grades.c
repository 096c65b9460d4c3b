/* The rules of the grade, in the order in which they are asked.  Why nothing about speed: a number
 * is good or bad beside a promise, and promises are targets.  The texts and
 * compare/overview/grade.c change together. */
#include "model/overview/overview.h"

const struct grade_rule GRADES[GRADE_RULES] = {
    {GRADE_F, "F", "a benchmark failed, or the run was interrupted"},
    {GRADE_NONE, "none", "nothing was measured, or no target was judged: nothing was promised"},
    {GRADE_D, "D", "a target is missed"},
    {GRADE_C, "C", "half of the rows or more have an interval wider than +-5 %, or none"},
    {GRADE_B, "B",
     "a target is undecided, or half of the rows or more have an interval wider than +-2 %"},
    {GRADE_A, "A",
     "everything that was run was measured, every target of it is met, and more than half of the "
     "rows have an interval of +-2 % or narrower"},
};

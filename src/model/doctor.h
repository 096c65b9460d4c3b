/* The nouns of `assay doctor`: symptoms of a machine, the noise on it, and advice. */
#ifndef MODEL_DOCTOR_H
#define MODEL_DOCTOR_H

#include <math.h>

#include "model/model.h"

/* A number that the machine does not tell.  Comparisons with it are false. */
#define NOT_KNOWN ((double)NAN)

/* How a symptom is to be taken.  MARK_UNKNOWN: the machine does not say. */
enum mark { MARK_OK, MARK_NOTE, MARK_WARNING, MARK_BROKEN, MARK_UNKNOWN };
const char *mark_name(enum mark mark);

/* One thing that was looked at. */
struct symptom {
    const char *name;
    enum mark mark;
    const char *text;
    double value; /* what the mark was given for; NAN when not known or no number */
    const char *unit;
};
typedef VEC(struct symptom) symptom_vec;

/* Changes by more than these shares are counted as false alarms, in this order. */
enum { NOISE_LEVEL_COUNT = 3, NOISE_BUDGET_COUNT = 3 };
extern const double NOISE_LEVELS[NOISE_LEVEL_COUNT];   /* 0, 1 %, 5 % */
extern const double NOISE_BUDGETS[NOISE_BUDGET_COUNT]; /* seconds a benchmark: 0.1, 1, 10 */

/* A benchmark compared with itself, again and again.  Shares: 0.01 is 1 %. */
struct noise_row {
    const char *benchmark;
    enum outcome outcome;
    const char *reason; /* why there are no numbers, else "" */
    unsigned comparisons;
    unsigned alarms[NOISE_LEVEL_COUNT];
    double typical_ns;                  /* per iteration */
    double half_width;                  /* median over the comparisons */
    double seconds;                     /* that a comparison took, median */
    double visible[NOISE_BUDGET_COUNT]; /* smallest change that 9 of 10 comparisons would find */
};
typedef VEC(struct noise_row) noise_row_vec;

/* What a process sees that reads the clock over and over: gaps are what it was kept from. */
struct clock_gaps {
    double seconds;    /* that was watched; 0: nothing was */
    double cost_ns;    /* of a reading */
    double step_ns;    /* smallest step that was seen */
    double per_second; /* gaps */
    double lost_share; /* of the time */
    double longest_ns;
};

struct noise {
    noise_row_vec rows;
    struct clock_gaps clock;
    unsigned comparisons; /* of all rows */
    unsigned launches;    /* of one comparison */
    double level;         /* of its interval */
    unsigned alarms[NOISE_LEVEL_COUNT];
    double alarm_bounds[NOISE_LEVEL_COUNT]; /* the shares that the counts prove, at 95 % */
    double seconds;
    double others_cores;        /* that others used meanwhile; NAN: not known */
    double steal_share;         /* of all CPU time meanwhile; NAN: not known */
    double switches_per_second; /* involuntary ones, per second of the benchmarks' CPU time */
};

/* What would help here, how it is done, and what it was measured to bring. */
struct remedy {
    const char *name, *text, *how, *evidence;
};
typedef VEC(struct remedy) remedy_vec;

struct diagnosis {
    struct arena arena;
    struct environment environment;
    symptom_vec installation, machine;
    struct noise noise;
    const char *noise_reason; /* why there is no noise, else "" */
    remedy_vec advice;
    bool interrupted;
};

void diagnosis_release(struct diagnosis *diagnosis);

#endif

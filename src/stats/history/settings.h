/* The one setting of the detectors, for any series.  Chosen by simulation over the noises that
 * bench/history/detect makes (white, AR(1), two modes, outliers, drifts); docs/history.md has what
 * they give, and the numbers are not to be fitted to one kind of noise.
 *
 * Thresholds are squares of standard scores or twice log-likelihood ratios unless said. */
#ifndef STATS_HISTORY_SETTINGS_H
#define STATS_HISTORY_SETTINGS_H

#define CLIP_SD 3.0       /* values count as at most so far from their running median */
#define CLIP_REACH 5      /* values on each side that the median sees */
#define NOISE_LAG 8       /* the longer of the two lags of differences */
#define NOISE_TRIM 3.5    /* differences beyond so many robust sd are outliers */
#define RESOLUTION_SD 4.0 /* of the least difference, where most values are equal */
#define AUTOCORRELATION_MAX 0.95
#define SHORT_HISTORY 64  /* values that are also looked at around one step, for their noise */
#define SEGMENT_MIN 5     /* shorter levels are outliers in a row */
#define STEP_SCORE 23.5   /* 4.85 squared */
#define SHORT_SEGMENT 2.0 /* a level of n values needs 1 + 2/n times the score */

/* Drift explains a step when its log likelihood comes within so much of the step's. */
#define SLOPE_MARGIN 3.2
#define WALK_MARGIN 5.5
#define SLOPE_AND_STEP 4.0 /* a step on top of a slope: so much above half the score */

/* Autocorrelated values are fewer independent ones, which lowers scores and margins alike, by so
 * much a unit of log(long-run variance / variance), up to EFFECT_MAX of it. */
#define SCORE_RELIEF 8.0
#define MARGIN_RELIEF 4.0
#define EFFECT_MAX 1.25

#define PLACE_REACH 40    /* values around a candidate among which its place is looked for */
#define PLACE_TOLERANCE 5 /* the window of 11 values of struct history_change */
#define OUTLIER_SHARE 0.02
#define OUTLIER_RANGE_SD 30.0 /* outliers are spread evenly over so much */

/* ---- of the detector that looks at each value as it comes ---- */

/* Memory and patience. */
#define ONLINE_KEPT 512    /* values; an eighth is forgotten when they are full */
#define ONLINE_LEARNING 60 /* values of a level before the first alarm: the noise must be known */
#define ONLINE_WINDOW 100  /* the longest new level that is looked for */
#define ONLINE_FROZEN 30   /* the newest values never teach what noise is: they may be the step, */
#define ONLINE_FROZEN_PART 5 /* nor does the newest fifth, up to */
#define ONLINE_FROZEN_MAX 90 /* so many */
#define ONLINE_RELEARN 16    /* noise is estimated again after 4 + 1/16 more values */

/* What a value counts.  Two that support each other are a level; one beyond ONLINE_LONE_SD alone is
 * an outlier and counts as the level: 1 % of them, limited, would be 7 % of all variance. */
#define ONLINE_CLIP_SD 2.8
#define ONLINE_LONE_SD 4.0
#define ONLINE_NEIGHBOUR_SD 2.0 /* a neighbour so far on the same side supports it */
#define ONLINE_PAIR_SD 3.0      /* two values alone must agree so well */
#define ONLINE_USUAL_SD 2.3     /* one value in twenty lies beyond; normal ones and 1 %: 2.05 */
#define ONLINE_SD_MIN 0.9       /* of limited values: where most are equal two are no level yet */

/* The alarm.  Its square is that of some 1 in 10 000 values for the worst of white, autocorrelated
 * and bimodal noise, found by simulation: limits of renewal theory (Siegmund & Venkatraman 1995)
 * hold for known and white noise only. */
#define ONLINE_SCORE 3.82
#define ONLINE_SHORT 0.8   /* k values need 1 + 0.8/k times the square: tails, not means, decide */
#define ONLINE_YOUNG 6.0   /* n values that taught the noise: 1 + 6/n times */
#define ONLINE_EFFECT 1.95 /* added a squared log(long-run variance / variance): less is sure */
#define ONLINE_CORRELATED 5.0 /* autocorrelation is taken for 5/n larger: the safe side */

/* Recent values that scatter more raise what a step needs at once. */
#define ONLINE_NEAR 30     /* the newest, by their differences */
#define ONLINE_RECENT 60   /* those before them, around their mean */
#define ONLINE_OWN 8       /* a new level of as many values has a variance of its own */
#define ONLINE_UNREST 1.15 /* so many times the variance are chance */

/* Drift explains the step: as above, but what was seen before the step counts again, since a
 * history that drifted goes on drifting. */
#define ONLINE_BESIDE_SLOPE 5.0
#define ONLINE_OVER_WALK 5.0
#define ONLINE_WALKED 0.018 /* more a value of the new level: by then a walk has gone further */
#define ONLINE_RELIEF 3.0
#define ONLINE_PAST_WALK 2.0
#define ONLINE_PAST_SLOPE 1.0

#define OUTLIER_SD 4.0 /* from the running median: told as an outlier */

#define DRIFT_SCORE 25.0
#define DRIFT_MIN 40 /* values */

#endif

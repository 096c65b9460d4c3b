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

#define DRIFT_SCORE 25.0
#define DRIFT_MIN 40 /* values */

#endif

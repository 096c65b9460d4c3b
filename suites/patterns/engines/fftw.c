/* FFTW as an engine (Frigo and Johnson 2005, The design and implementation of FFTW3, Proceedings of
 * the IEEE 93(2)): double precision, planned with FFTW_PATIENT before anything is timed.  That
 * takes seconds, so what it learnt ("wisdom") is kept.
 *
 * Frequency: a real transform for each symbol, one back, and one for the powers, as its user would
 * write it. */
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static char *save_wisdom(void)
{
    return fftw_export_wisdom_to_string();
}

static void load_wisdom(const char *text)
{
    fftw_import_wisdom_from_string(text);
}

static const struct planner PLANNER = {save_wisdom, load_wisdom, fftw_version};

struct real {
    fftw_plan plan;
    double *values;
    fftw_complex *bins;
    size_t length;
};

static void close_real(void *state)
{
    struct real *real = state;
    if (real == NULL)
        return;
    if (real->plan != NULL)
        fftw_destroy_plan(real->plan);
    fftw_free(real->values);
    fftw_free(real->bins);
    free(real);
}

static void *open_real(size_t length)
{
    struct real *real = calloc(1, sizeof *real);
    if (real == NULL)
        return NULL;
    real->length = length;
    real->values = fftw_alloc_real(length);
    real->bins = fftw_alloc_complex(length / 2 + 1);
    if (real->values != NULL && real->bins != NULL)
        real->plan = fftw_plan_dft_r2c_1d((int)length, real->values, real->bins,
                                          FFTW_PATIENT | FFTW_PRESERVE_INPUT);
    if (real->plan != NULL)
        return real;
    close_real(real);
    return NULL;
}

static void run_real(void *state, const double *values)
{
    const struct real *real = state;
    memcpy(real->values, values, real->length * sizeof *values);
    fftw_execute(real->plan);
}

static void read_real(const void *state, size_t k, double *ret_re, double *ret_im)
{
    const struct real *real = state;
    *ret_re = real->bins[k][0];
    *ret_im = real->bins[k][1];
}

const struct transform_engine transform_fftw = {"fftw",   &PLANNER,  5e-15,     open_real,
                                                run_real, read_real, close_real};

struct frequency {
    struct sequence sequence;
    size_t size;
    struct real *indicator, *circular;
    fftw_plan back;
    fftw_complex *powers;
    double *matches;
};

static void close_frequency(void *state)
{
    struct frequency *frequency = state;
    if (frequency == NULL)
        return;
    if (frequency->back != NULL)
        fftw_destroy_plan(frequency->back);
    close_real(frequency->indicator);
    close_real(frequency->circular);
    fftw_free(frequency->powers);
    fftw_free(frequency->matches);
    free(frequency);
}

static void *open_frequency(const struct sequence *sequence)
{
    struct frequency *frequency = calloc(1, sizeof *frequency);
    if (frequency == NULL)
        return NULL;
    frequency->sequence = *sequence;
    frequency->size = padded_size(sequence->length);
    frequency->indicator = open_real(frequency->size);
    frequency->circular = open_real(sequence->length);
    frequency->powers = fftw_alloc_complex(frequency->size / 2 + 1);
    frequency->matches = fftw_alloc_real(frequency->size);
    if (frequency->powers != NULL && frequency->matches != NULL)
        frequency->back = fftw_plan_dft_c2r_1d((int)frequency->size, frequency->powers,
                                               frequency->matches, FFTW_PATIENT);
    if (frequency->indicator != NULL && frequency->circular != NULL && frequency->back != NULL)
        return frequency;
    close_frequency(frequency);
    return NULL;
}

static void add_symbol(const struct frequency *frequency, size_t symbol)
{
    const struct sequence *sequence = &frequency->sequence;
    double *values = frequency->indicator->values;
    memset(values, 0, frequency->size * sizeof *values);
    for (size_t i = 0; i < sequence->length; i++)
        if (sequence->numbers[i] == symbol)
            values[i] = 1;
    fftw_execute(frequency->indicator->plan);
    fftw_complex *bins = frequency->indicator->bins;
    for (size_t k = 0; k <= frequency->size / 2; k++)
        frequency->powers[k][0] += bins[k][0] * bins[k][0] + bins[k][1] * bins[k][1];
}

static void run_frequency(void *state)
{
    const struct frequency *frequency = state;
    const size_t length = frequency->sequence.length;
    memset(frequency->powers, 0, (frequency->size / 2 + 1) * sizeof *frequency->powers);
    for (size_t symbol = 0; symbol < frequency->sequence.symbols; symbol++)
        add_symbol(frequency, symbol);
    fftw_execute(frequency->back);
    double *matches = frequency->matches, *values = frequency->circular->values;
    for (size_t lag = 0; lag < length; lag++)
        matches[lag] = rint(matches[lag] / (double)frequency->size);
    values[0] = matches[0];
    for (size_t lag = 1; lag < length; lag++)
        values[lag] = matches[lag] + matches[length - lag];
    fftw_execute(frequency->circular->plan);
}

static void run_transforms(void *state)
{
    const struct frequency *frequency = state;
    for (size_t symbol = 0; symbol < frequency->sequence.symbols; symbol++)
        fftw_execute(frequency->indicator->plan);
}

static size_t matches_at(const void *state, size_t lag)
{
    const struct frequency *frequency = state;
    return (size_t)frequency->matches[lag];
}

static double power_at(const void *state, size_t k)
{
    const struct frequency *frequency = state;
    return frequency->circular->bins[k][0];
}

const struct frequency_engine frequency_fftw = {"fftw",         &PLANNER,      1e-13,
                                                open_frequency, run_frequency, run_transforms,
                                                matches_at,     power_at,      close_frequency};

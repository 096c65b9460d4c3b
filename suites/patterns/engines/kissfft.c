/* KissFFT as an engine (Mark Borgerding): single precision, as Debian builds it, so its values are
 * rounded to 24 bits and half as many bytes move; real transforms of even lengths only.
 *
 * Frequency: a real transform for each symbol, one back, and one for the powers, as its user would
 * write it. */
#include <kissfft/kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

struct real {
    kiss_fftr_cfg plan;
    size_t length;
    kiss_fft_scalar *values;
    kiss_fft_cpx *bins;
};

static void close_real(void *state)
{
    struct real *real = state;
    if (real == NULL)
        return;
    kiss_fftr_free(real->plan);
    free(real->values);
    free(real->bins);
    free(real);
}

static struct real *open_way(size_t length, int inverse)
{
    struct real *real = calloc(1, sizeof *real);
    if (real == NULL || length % 2 != 0) {
        free(real);
        return NULL;
    }
    real->length = length;
    real->plan = kiss_fftr_alloc((int)length, inverse, NULL, NULL);
    real->values = calloc(length, sizeof *real->values);
    real->bins = calloc(length / 2 + 1, sizeof *real->bins);
    if (real->plan != NULL && real->values != NULL && real->bins != NULL)
        return real;
    close_real(real);
    return NULL;
}

static void *open_real(size_t length)
{
    return open_way(length, 0);
}

static void run_real(void *state, const double *values)
{
    const struct real *real = state;
    for (size_t i = 0; i < real->length; i++)
        real->values[i] = (kiss_fft_scalar)values[i];
    kiss_fftr(real->plan, real->values, real->bins);
}

static void read_real(const void *state, size_t k, double *ret_re, double *ret_im)
{
    const struct real *real = state;
    *ret_re = (double)real->bins[k].r;
    *ret_im = (double)real->bins[k].i;
}

const struct transform_engine transform_kissfft = {"kissfft", NULL,      2e-6,      open_real,
                                                   run_real,  read_real, close_real};

struct frequency {
    struct sequence sequence;
    size_t size;
    struct real *indicator, *circular, *back;
    size_t *matches;
};

static void close_frequency(void *state)
{
    struct frequency *frequency = state;
    if (frequency == NULL)
        return;
    close_real(frequency->indicator);
    close_real(frequency->circular);
    close_real(frequency->back);
    free(frequency->matches);
    free(frequency);
}

static void *open_frequency(const struct sequence *sequence)
{
    struct frequency *frequency = calloc(1, sizeof *frequency);
    if (frequency == NULL)
        return NULL;
    frequency->sequence = *sequence;
    frequency->size = padded_size(sequence->length);
    frequency->indicator = open_way(frequency->size, 0);
    frequency->circular = open_way(sequence->length, 0);
    frequency->back = open_way(frequency->size, 1);
    frequency->matches = calloc(sequence->length, sizeof *frequency->matches);
    if (frequency->indicator != NULL && frequency->circular != NULL && frequency->back != NULL &&
        frequency->matches != NULL)
        return frequency;
    close_frequency(frequency);
    return NULL;
}

static void add_symbol(const struct frequency *frequency, size_t symbol)
{
    const struct sequence *sequence = &frequency->sequence;
    const struct real *real = frequency->indicator;
    memset(real->values, 0, frequency->size * sizeof *real->values);
    for (size_t i = 0; i < sequence->length; i++)
        if (sequence->numbers[i] == symbol)
            real->values[i] = 1;
    kiss_fftr(real->plan, real->values, real->bins);
    for (size_t k = 0; k <= frequency->size / 2; k++)
        frequency->back->bins[k].r +=
            real->bins[k].r * real->bins[k].r + real->bins[k].i * real->bins[k].i;
}

static void run_frequency(void *state)
{
    const struct frequency *frequency = state;
    const size_t length = frequency->sequence.length;
    const struct real *back = frequency->back, *circular = frequency->circular;
    memset(back->bins, 0, (frequency->size / 2 + 1) * sizeof *back->bins);
    for (size_t symbol = 0; symbol < frequency->sequence.symbols; symbol++)
        add_symbol(frequency, symbol);
    kiss_fftri(back->plan, back->bins, back->values);
    size_t *matches = frequency->matches;
    for (size_t lag = 0; lag < length; lag++)
        matches[lag] = (size_t)lrint((double)back->values[lag] / (double)frequency->size);
    circular->values[0] = (kiss_fft_scalar)matches[0];
    for (size_t lag = 1; lag < length; lag++)
        circular->values[lag] = (kiss_fft_scalar)(matches[lag] + matches[length - lag]);
    kiss_fftr(circular->plan, circular->values, circular->bins);
}

static void run_transforms(void *state)
{
    const struct frequency *frequency = state;
    const struct real *real = frequency->indicator;
    for (size_t symbol = 0; symbol < frequency->sequence.symbols; symbol++)
        kiss_fftr(real->plan, real->values, real->bins);
}

static size_t matches_at(const void *state, size_t lag)
{
    const struct frequency *frequency = state;
    return frequency->matches[lag];
}

static double power_at(const void *state, size_t k)
{
    const struct frequency *frequency = state;
    return (double)frequency->circular->bins[k].r;
}

const struct frequency_engine frequency_kissfft = {"kissfft",      NULL,          1e-6,
                                                   open_frequency, run_frequency, run_transforms,
                                                   matches_at,     power_at,      close_frequency};

/* Transforms: Stockham's passes for powers of two, and real transforms of any length over them.
 *
 * Each pass reads one pair of planes and writes the other, so that the result comes out sorted and
 * no bits are reversed.  Interleaved transforms of equal size are the same passes with a stride
 * that starts at their number: vectors then never meet a stride below their width.
 *
 * Real values of even length go as complex numbers through half the length (untangle_at in
 * internal.h).  Lengths without a power of two become a convolution with a chirp, since
 * jk = (j^2 + k^2 - (k - j)^2) / 2.  Twiddles are made in long double, which keeps them right to
 * the last bit but one whatever the angle. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define PI 3.14159265358979323846264338327950288L

void fft_root(size_t k, size_t n, double *ret_re, double *ret_im)
{
    const long double angle = -2 * PI * (long double)(k % n) / (long double)n;
    *ret_re = (double)cosl(angle);
    *ret_im = (double)sinl(angle);
}

size_t fft_size_for(size_t count)
{
    size_t size = 1;
    while (size < count) {
        size *= 2;
    }
    return size;
}

void fft_plan_lay(struct fft_plan *plan, size_t size, struct arena *arena)
{
    plan->size = size;
    plan->passes = 0;
    size_t left = size;
    for (; left >= 4; left /= 4) {
        plan->twiddles[plan->passes++] = arena_take(arena, left / 4 * 6 * sizeof(double));
    }
    plan->halves = left == 2;
}

void fft_plan_fill(struct fft_plan *plan)
{
    size_t size = plan->size;
    for (size_t pass = 0; pass < plan->passes; pass++, size /= 4) {
        const size_t groups = size / 4;
        for (size_t p = 0; p < groups; p++) {
            for (size_t j = 0; j < 3; j++) {
                double *w = plan->twiddles[pass] + 2 * j * groups + p;
                fft_root((j + 1) * p, size, w, w + groups);
            }
        }
    }
}

const struct patterns_kernels *fft_kernels(const struct patterns_kernels *kernels, size_t size)
{
    while (size % kernels->lanes != 0) {
        kernels = kernels->narrower;
    }
    return kernels;
}

struct planes fft_run(const struct fft_plan *plan, const struct patterns_kernels *kernels,
                      size_t batch, struct planes from, struct planes spare)
{
    size_t size = plan->size, stride = batch;
    for (size_t i = 0; i < plan->passes; i++, size /= 4, stride *= 4) {
        const struct fft_pass pass = {size / 4, stride, size * stride, plan->twiddles[i]};
        if (stride == 1) {
            fft_kernels(kernels, size / 4)->first4(&pass, from, spare);
        } else {
            fft_kernels(kernels, stride)->pass4(&pass, from, spare);
        }
        const struct planes swapped = from;
        from = spare;
        spare = swapped;
    }
    if (plan->halves) {
        fft_kernels(kernels, stride)->pass2(stride, from, spare);
        return spare;
    }
    return from;
}

static bool is_power_of_two(size_t n)
{
    return (n & (n - 1)) == 0;
}

static struct planes take_planes(struct arena *arena, size_t count)
{
    double *re = arena_take(arena, count * sizeof *re);
    return (struct planes){re, arena_take(arena, count * sizeof *re)};
}

void fft_lay(struct patterns_fft *fft, const struct patterns_kernels *kernels, size_t length,
             struct arena *arena)
{
    fft->kernels = kernels;
    fft->length = length;
    fft->half = length % 2 == 0 ? length / 2 : length;
    fft->convolved = !is_power_of_two(fft->half);
    fft_plan_lay(&fft->plan, fft_size_for(fft->convolved ? 2 * fft->half - 1 : fft->half), arena);
    fft->a = take_planes(arena, fft->plan.size);
    fft->b = take_planes(arena, fft->plan.size);
    if (length % 2 == 0) {
        fft->twiddles = arena_take(arena, 2 * fft->half * sizeof(double));
    }
    if (fft->convolved) {
        fft->chirp = take_planes(arena, fft->half);
        fft->filter = take_planes(arena, fft->plan.size);
    }
}

static struct planes swapped(struct planes planes)
{
    return (struct planes){planes.im, planes.re};
}

static void multiply(struct planes planes, struct planes by, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        const double re = planes.re[k], im = planes.im[k];
        planes.re[k] = re * by.re[k] - im * by.im[k];
        planes.im[k] = re * by.im[k] + im * by.re[k];
    }
}

/* chirp[k] = exp(-i pi k^2 / n), and the transform of its conjugate around index 0. */
static void fill_chirp(struct patterns_fft *fft)
{
    const size_t n = fft->half, size = fft->plan.size;
    for (size_t k = 0; k < n; k++) {
        const size_t square = (size_t)((uint64_t)k * k % (2 * n));
        fft_root(square, 2 * n, &fft->chirp.re[k], &fft->chirp.im[k]);
        const size_t mirror = (size - k) % size;
        fft->a.re[k] = fft->a.re[mirror] = fft->chirp.re[k] / (double)size;
        fft->a.im[k] = fft->a.im[mirror] = -fft->chirp.im[k] / (double)size;
    }
    const struct planes filter = fft_run(&fft->plan, &kernels_scalar, 1, fft->a, fft->b);
    memcpy(fft->filter.re, filter.re, size * sizeof(double));
    memcpy(fft->filter.im, filter.im, size * sizeof(double));
}

void fft_fill(struct patterns_fft *fft)
{
    fft_plan_fill(&fft->plan);
    for (size_t k = 0; k < fft->half && fft->length % 2 == 0; k++) {
        fft_root(k, fft->length, fft->twiddles + k, fft->twiddles + fft->half + k);
    }
    if (fft->convolved) {
        fill_chirp(fft);
    }
}

/* The complex transform of the first `half` values of fft->a. */
static struct planes transform(struct patterns_fft *fft)
{
    if (!fft->convolved) {
        return fft_run(&fft->plan, fft->kernels, 1, fft->a, fft->b);
    }
    const size_t n = fft->half, size = fft->plan.size;
    multiply(fft->a, fft->chirp, n);
    memset(fft->a.re + n, 0, (size - n) * sizeof(double));
    memset(fft->a.im + n, 0, (size - n) * sizeof(double));
    const struct planes product = fft_run(&fft->plan, fft->kernels, 1, fft->a, fft->b);
    const struct planes spare = product.re == fft->a.re ? fft->b : fft->a;
    multiply(product, fft->filter, size);
    /* With the planes swapped, the transform is the inverse one. */
    const struct planes back =
        swapped(fft_run(&fft->plan, fft->kernels, 1, swapped(product), swapped(spare)));
    multiply(back, fft->chirp, n);
    return back;
}

void patterns_fft_real(struct patterns_fft *fft, const double *values, double *ret_re,
                       double *ret_im)
{
    if (fft->length % 2 == 0) {
        fft->kernels->split(values, fft->half, fft->a);
        const struct planes parts = transform(fft);
        fft->kernels->untangle(fft->half, fft->twiddles, parts, (struct planes){ret_re, ret_im});
        return;
    }
    memcpy(fft->a.re, values, fft->length * sizeof *values);
    memset(fft->a.im, 0, fft->length * sizeof *values);
    const struct planes whole = transform(fft);
    memcpy(ret_re, whole.re, (fft->length / 2 + 1) * sizeof *ret_re);
    memcpy(ret_im, whole.im, (fft->length / 2 + 1) * sizeof *ret_im);
    ret_im[0] = 0;
}

enum patterns_status patterns_fft_new(const struct patterns_variant *variant, size_t length,
                                      struct patterns_fft **ret_fft)
{
    if (!ret_fft || length == 0) {
        return PATTERNS_ERR_ARGUMENT;
    }
    if (length > PATTERNS_FFT_MAX) {
        return PATTERNS_ERR_LIMIT;
    }
    variant = variant ? variant : patterns_best();
    if (!variant->available()) {
        return PATTERNS_ERR_CPU;
    }
    struct arena arena = {0};
    struct patterns_fft fft = {0};
    fft_lay(&fft, variant->kernels, length, &arena);
    struct patterns_fft *made = arena_allocate(&arena, sizeof fft, &fft.heap_bytes);
    if (!made) {
        return PATTERNS_ERR_MEMORY;
    }
    fft_lay(&fft, variant->kernels, length, &arena);
    fft_fill(&fft);
    *made = fft;
    *ret_fft = made;
    return PATTERNS_OK;
}

size_t patterns_fft_heap_bytes(const struct patterns_fft *fft)
{
    return fft->heap_bytes;
}

void patterns_fft_free(struct patterns_fft *fft)
{
    free(fft);
}

/* The kernels as an addon of Node.js: Node-API alone, so that one file serves all versions.
 *
 *     dot(a, b) -> number          attend(query, keys, values, output)
 *     multiply(matrix, vector, output)
 *     arena(floats) -> Float32Array, dotAt(..), attendAt(..), multiplyAt(..)
 *
 * Arguments are Float32Array, also views with an offset.  What a kernel does not accept throws a
 * RangeError, what is no Float32Array a TypeError.  To look into one costs more than a short
 * product: those ending in `At` take places in one arena instead, as WebAssembly does.
 *
 * Types are told by arrays.js, around functions here that nobody else can reach; what they read
 * here is where an array lies and how long it is. */
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>

#include "arrays.h"
#include "backends.h"

#define ARGUMENTS_MAX 6

struct floats {
    float *at;
    size_t count;
};

/* Memory of one environment.  It lives until that ends: who transfers its buffer keeps a good one.
 */
struct arena {
    float *floats;
    size_t count;
};

static const struct backends_kernels *kernels;

static const char *const TEXTS[] = {
    [BACKENDS_EMPTY] = "empty: every size must be at least 1",
    [BACKENDS_LENGTHS] = "lengths do not belong together",
    [BACKENDS_NOT_FINITE] = "not finite: NaN or infinity in the input, or too great a result",
};
static const char *const CODES[] = {[BACKENDS_EMPTY] = "EMPTY",
                                    [BACKENDS_LENGTHS] = "LENGTHS",
                                    [BACKENDS_NOT_FINITE] = "NOT_FINITE"};

static napi_value done(napi_env env, enum backends_status status)
{
    if (status != BACKENDS_OK)
        napi_throw_range_error(env, CODES[status], TEXTS[status]);
    return NULL;
}

/* `count` typed arrays, which arrays.js found to be Float32Array; false: it has thrown. */
static bool take_arrays(napi_env env, napi_callback_info info, struct floats *arrays, size_t count)
{
    napi_value values[ARGUMENTS_MAX];
    size_t given = count;
    if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok)
        return false;
    for (size_t i = 0; i < count; i++) {
        void *at;
        if (napi_get_typedarray_info(env, values[i], NULL, &arrays[i].count, &at, NULL, NULL) !=
            napi_ok) {
            napi_throw_type_error(env, "TYPE", "every argument must be a typed array");
            return false;
        }
        arrays[i].at = at;
    }
    return true;
}

static napi_value number(napi_env env, enum backends_status status, float x)
{
    napi_value made = NULL;
    if (status != BACKENDS_OK)
        return done(env, status);
    napi_create_double(env, (double)x, &made);
    return made;
}

static napi_value dot(napi_env env, napi_callback_info info)
{
    struct floats a[2];
    float sum = 0;
    if (!take_arrays(env, info, a, 2))
        return NULL;
    if (a[0].count != a[1].count)
        return done(env, BACKENDS_LENGTHS);
    const enum backends_status status = kernels->dot(a[0].at, a[1].at, a[0].count, &sum);
    return number(env, status, sum);
}

static enum backends_status attend_arrays(const struct floats *a)
{
    const size_t dim = a[0].count;
    if (dim == 0 || a[1].count == 0)
        return BACKENDS_EMPTY;
    if (a[1].count % dim != 0 || a[2].count != a[1].count || a[3].count != dim)
        return BACKENDS_LENGTHS;
    return kernels->attend(a[0].at, a[1].at, a[2].at, a[3].at, a[1].count / dim, dim);
}

static napi_value attend(napi_env env, napi_callback_info info)
{
    struct floats arrays[4];
    return take_arrays(env, info, arrays, 4) ? done(env, attend_arrays(arrays)) : NULL;
}

static enum backends_status multiply_arrays(const struct floats *a)
{
    if (a[1].count == 0 || a[2].count == 0)
        return BACKENDS_EMPTY;
    if (a[0].count / a[1].count != a[2].count || a[0].count % a[1].count != 0)
        return BACKENDS_LENGTHS;
    return kernels->multiply(a[0].at, a[1].at, a[2].at, a[2].count, a[1].count);
}

static napi_value multiply(napi_env env, napi_callback_info info)
{
    struct floats arrays[3];
    return take_arrays(env, info, arrays, 3) ? done(env, multiply_arrays(arrays)) : NULL;
}

/* ---- places in the arena ---- */

/* Whole numbers, and the arena that they mean; NULL: it has thrown. */
static const struct arena *take_places(napi_env env, napi_callback_info info, uint32_t *numbers,
                                       size_t count)
{
    napi_value values[ARGUMENTS_MAX];
    size_t given = count;
    void *arena;
    if (napi_get_cb_info(env, info, &given, values, NULL, &arena) != napi_ok)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (napi_get_value_uint32(env, values[i], &numbers[i]) != napi_ok) {
            napi_throw_type_error(env, "TYPE", "every argument must be a number");
            return NULL;
        }
    }
    return arena;
}

/* Where `rows` times `columns` floats begin; NULL: they do not all lie in the arena. */
static float *place(const struct arena *arena, uint32_t first, uint64_t rows, uint64_t columns)
{
    const bool inside = first <= arena->count && rows * columns <= arena->count - first;
    return inside ? arena->floats + first : NULL;
}

static napi_value dot_at(napi_env env, napi_callback_info info)
{
    uint32_t n[3];
    float sum = 0;
    const struct arena *arena = take_places(env, info, n, 3);
    if (arena == NULL)
        return NULL;
    const float *a = place(arena, n[0], n[2], 1), *b = place(arena, n[1], n[2], 1);
    if (a == NULL || b == NULL)
        return done(env, BACKENDS_LENGTHS);
    const enum backends_status status = kernels->dot(a, b, n[2], &sum);
    return number(env, status, sum);
}

static napi_value attend_at(napi_env env, napi_callback_info info)
{
    uint32_t n[6];
    const struct arena *arena = take_places(env, info, n, 6);
    if (arena == NULL)
        return NULL;
    const float *query = place(arena, n[0], 1, n[5]), *keys = place(arena, n[1], n[4], n[5]),
                *values = place(arena, n[2], n[4], n[5]);
    float *output = place(arena, n[3], 1, n[5]);
    const bool inside = query != NULL && keys != NULL && values != NULL && output != NULL;
    return done(env, inside ? kernels->attend(query, keys, values, output, n[4], n[5])
                            : BACKENDS_LENGTHS);
}

static napi_value multiply_at(napi_env env, napi_callback_info info)
{
    uint32_t n[5];
    const struct arena *arena = take_places(env, info, n, 5);
    if (arena == NULL)
        return NULL;
    const float *matrix = place(arena, n[0], n[3], n[4]), *vector = place(arena, n[1], 1, n[4]);
    float *output = place(arena, n[2], 1, n[3]);
    const bool inside = matrix != NULL && vector != NULL && output != NULL;
    return done(env,
                inside ? kernels->multiply(matrix, vector, output, n[3], n[4]) : BACKENDS_LENGTHS);
}

static napi_value make_arena(napi_env env, napi_callback_info info)
{
    uint32_t count;
    void *data;
    napi_value argument, buffer, made = NULL;
    size_t given = 1;
    napi_get_cb_info(env, info, &given, &argument, NULL, &data);
    struct arena *arena = data;
    if (napi_get_value_uint32(env, argument, &count) != napi_ok || count == 0) {
        napi_throw_type_error(env, "TYPE", "arena(floats): how many floats, at least 1");
        return NULL;
    }
    if (arena->floats != NULL) {
        napi_throw_range_error(env, "ARENA", "there is an arena already");
        return NULL;
    }
    const size_t bytes = ((size_t)count * sizeof(float) + 63) / 64 * 64;
    arena->floats = aligned_alloc(64, bytes);
    if (arena->floats == NULL ||
        napi_create_external_arraybuffer(env, arena->floats, (size_t)count * sizeof(float), NULL,
                                         NULL, &buffer) != napi_ok) {
        napi_throw_error(env, "MEMORY", "no memory for the arena");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        arena->floats[i] = 0;
    arena->count = count;
    napi_create_typedarray(env, napi_float32_array, count, buffer, 0, &made);
    return made;
}

/* What a call alone costs: without arguments, with four arrays, with six numbers. */
static napi_value nothing(napi_env env, napi_callback_info info)
{
    (void)env;
    (void)info;
    return NULL;
}

static napi_value look(napi_env env, napi_callback_info info)
{
    struct floats arrays[4];
    take_arrays(env, info, arrays, 4);
    return NULL;
}

static napi_value look_at(napi_env env, napi_callback_info info)
{
    uint32_t n[6];
    take_places(env, info, n, 6);
    return NULL;
}

struct function {
    const char *name;
    napi_callback call;
};
static const struct function OVER_ARRAYS[] = {
    {"dot", dot}, {"attend", attend}, {"multiply", multiply}, {"look", look}, {NULL, NULL}};
static const struct function OTHERS[] = {
    {"dotAt", dot_at},     {"attendAt", attend_at}, {"multiplyAt", multiply_at},
    {"arena", make_arena}, {"nothing", nothing},    {"lookAt", look_at},
    {NULL, NULL}};

static bool put_functions(napi_env env, napi_value object, const struct function *functions,
                          struct arena *arena)
{
    napi_value made;
    bool put = true;
    for (; put && functions->name != NULL; functions++)
        put = napi_create_function(env, functions->name, NAPI_AUTO_LENGTH, functions->call, arena,
                                   &made) == napi_ok &&
              napi_set_named_property(env, object, functions->name, made) == napi_ok;
    return put;
}

/* What arrays.js makes of the functions over arrays; NULL: it has thrown. */
static napi_value wrap_arrays(napi_env env)
{
    napi_value source, wrap, native, made, self;
    const bool ready =
        napi_create_object(env, &native) == napi_ok &&
        put_functions(env, native, OVER_ARRAYS, NULL) &&
        napi_get_undefined(env, &self) == napi_ok &&
        napi_create_string_utf8(env, TEMPLATE_arrays, NAPI_AUTO_LENGTH, &source) == napi_ok &&
        napi_run_script(env, source, &wrap) == napi_ok;
    return ready && napi_call_function(env, self, wrap, 1, &native, &made) == napi_ok ? made : NULL;
}

NAPI_MODULE_INIT()
{
    napi_value tier;
    struct arena *arena = calloc(1, sizeof *arena);
    kernels = backends_best();
    if (arena == NULL) {
        napi_throw_error(env, "MEMORY", "no memory for the addon");
        return NULL;
    }
    const napi_value made = wrap_arrays(env);
    if (made == NULL || !put_functions(env, made, OTHERS, arena) ||
        napi_create_string_utf8(env, kernels->name, NAPI_AUTO_LENGTH, &tier) != napi_ok ||
        napi_set_named_property(env, made, "tier", tier) != napi_ok) {
        napi_throw_error(env, "ADDON", "the addon's functions could not be made");
        return NULL;
    }
    (void)exports; /* the object that arrays.js made takes its place */
    return made;
}

/* The backends that JavaScript can call, each behind the same functions over arrays it made:
 * dot(), attend(), multiply(), and calls alone: nothing(), look().  What a kernel does not accept throws a RangeError. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Skip } from './assay.mjs';

export const ENGINES = 'napi,napi_at,wasm_simd,wasm_scalar,js';
const CODES = [null, 'EMPTY', 'LENGTHS', 'NOT_FINITE'];
const TEXTS = [null, 'empty', 'lengths do not belong together', 'not finite'];
const PAGE = 65536;

function refuse(status) {
    if (status !== 0) throw Object.assign(new RangeError(TEXTS[status]), { code: CODES[status] });
}

/* A file that the build made beside this one. */
function built(name, remedy) {
    const path = fileURLToPath(new URL(name, import.meta.url));
    if (existsSync(path)) return path;
    throw new Skip(`built without ${name}: ${remedy}, then build again`);
}

export function addon() {
    return createRequire(import.meta.url)(built('backends.node', 'npm ci in suites/backends'));
}

export function wasm(name) {
    const bytes = readFileSync(built(`${name}.wasm`, 'apt-get install clang lld'));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports;
}

/* ---- JavaScript: what one writes without any of the others ---- */

function dot(x, y) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
    return sum;
}

function multiply(matrix, vector, output) {
    for (let row = 0, at = 0; row < output.length; row++) {
        let sum = 0;
        for (let k = 0; k < vector.length; k++) sum += matrix[at++] * vector[k];
        output[row] = sum;
    }
}

function attend(query, keys, values, output) {
    const dim = query.length, count = keys.length / dim, scale = 1 / Math.sqrt(dim);
    const weights = new Float32Array(count);
    let greatest = -Infinity, total = 0;
    multiply(keys, query, weights);
    for (let i = 0; i < count; i++) greatest = Math.max(greatest, weights[i]);
    for (let i = 0; i < count; i++)
        total += weights[i] = Math.exp((weights[i] - greatest) * scale);
    output.fill(0);
    for (let i = 0, at = 0; i < count; i++)
        for (let k = 0; k < dim; k++) output[k] += weights[i] * values[at++];
    for (let k = 0; k < dim; k++) output[k] /= total;
}

const finite = (array) => refuse(array.every(Number.isFinite) ? 0 : 3);

function checked(arrays, fit, work) {
    return () => {
        refuse(arrays.some((array) => array.length === 0) ? 1 : fit() ? 0 : 2);
        return work(...arrays);
    };
}

function javascript(arrays) {
    const [a, b, c, d] = arrays;
    return {
        arrays, nothing: () => {}, look: checked(arrays, () => true, () => {}),
        dot: checked([a, b], () => a.length === b.length, (x, y) => {
            const sum = dot(x, y);
            refuse(Number.isFinite(sum) ? 0 : 3);
            return sum;
        }),
        attend: checked(arrays, () => b.length % a.length === 0 && b.length === c.length &&
            d.length === a.length, (...all) => { attend(...all); finite(d); }),
        multiply: checked(arrays, () => a.length === b.length * c.length,
            (...all) => { multiply(...all); finite(c); }),
    };
}

/* ---- addon ---- */

function arrayCalls(made, [a, b, c, d]) {
    return {
        arrays: d ? [a, b, c, d] : [a, b, c], nothing: made.nothing,
        look: () => made.look(a, b, c, d), dot: () => made.dot(a, b), attend: () => made.attend(a, b, c, d),
        multiply: () => made.multiply(a, b, c),
    };
}

/* Arrays one after the other, each at a multiple of 64 bytes; where they begin, in floats. */
function layout(lengths, first = 0) {
    const places = [];
    for (const length of lengths) {
        places.push(first);
        first += Math.ceil(length / 16) * 16;
    }
    return { places, end: first };
}

/* One for all engines of a process, as there is but one memory of WebAssembly. */
let arena = null;

function views(floats, places, lengths) {
    return places.map((place, i) => floats.subarray(place, place + lengths[i]));
}

function placeCalls(made, lengths) {
    const { places: [a, b, c, d], places, end } = layout(lengths), [dim, columns, rows] = lengths;
    if (!arena || arena.length < end) arena = made.arena(Math.max(end, 1 << 22));
    return {
        arrays: views(arena, places, lengths), nothing: made.nothing,
        look: () => made.lookAt(a, b, c, d, dim, dim), dot: () => made.dotAt(a, b, dim),
        attend: () => made.attendAt(a, b, c, d, columns / dim, dim),
        multiply: () => made.multiplyAt(a, b, c, rows, columns),
    };
}

/* ---- WebAssembly: places are addresses in bytes, sizes are 32 bits ---- */

function wasmCalls(made, lengths) {
    const first = Math.ceil(made.__heap_base.value / 64) * 16;
    const { places, end } = layout([...lengths, 1], first), [dim, columns, rows] = lengths;
    const missing = Math.ceil((4 * end - made.memory.buffer.byteLength) / PAGE);
    if (missing > 0) made.memory.grow(missing);
    const floats = new Float32Array(made.memory.buffer);
    const [a, b, c, d] = places.map((place) => 4 * place), sum = places.at(-1);
    return {
        arrays: views(floats, places.slice(0, -1), lengths), nothing: made.nothing,
        look: () => made.look(a, b, c, d, dim, dim),
        dot() {
            refuse(made.dot(a, b, dim, 4 * sum));
            return floats[sum];
        },
        attend: () => refuse(made.attend(a, b, c, d, columns / dim, dim)),
        multiply: () => refuse(made.multiply(a, b, c, rows, columns)),
    };
}

/** The functions of one backend over arrays of these lengths; Skip: it was not built. */
export function engine(name, lengths) {
    if (name === 'napi_at') return placeCalls(addon(), lengths);
    if (name.startsWith('wasm_')) return wasmCalls(wasm(name), lengths);
    const arrays = lengths.map((length) => new Float32Array(length));
    return name === 'napi' ? arrayCalls(addon(), arrays) : javascript(arrays);
}

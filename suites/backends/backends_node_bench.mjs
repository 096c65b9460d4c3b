#!/usr/bin/env node
/* The rows of backends_bench.c in Node.js: the same source as an addon (napi: a call with arrays;
 * napi_at: a call with places in one arena) and as WebAssembly, and JavaScript of its own (js).
 * All engines work on the same numbers, and are held against the definition in doubles first. */
import { bench, main } from './assay.mjs';
import { ENGINES, engine } from './backends.mjs';

const DIM = 64, COLUMNS = 512;

function prepare(b, lengths, bytes) {
    b.state = engine(b.params.engine, lengths);
    for (const array of b.state.arrays.slice(0, -1))
        for (let i = 0; i < array.length; i++) array[i] = 2 * b.random() - 1;
    b.bytes = bytes;
    b.items = Number(b.params.n);
}

/* The sum of products, and of their magnitudes. */
function product(x, y, first = 0) {
    let sum = 0, magnitude = 0;
    for (let i = 0; i < y.length; i++) {
        sum += x[first + i] * y[i];
        magnitude += Math.abs(x[first + i] * y[i]);
    }
    return { sum, magnitude };
}

function near(got, want, bound) {
    if (!(Math.abs(got - want) <= bound)) throw new Error(`${got} instead of ${want}`);
}

function checkDot({ state: { arrays: [x, y], dot } }) {
    const { sum, magnitude } = product(x, y);
    near(dot(), sum, 1e-5 * magnitude);
}

function checkAttend({ state: { arrays: [query, keys, values, output], attend } }) {
    const want = new Float64Array(DIM);
    let total = 0;
    attend();
    for (let first = 0; first < keys.length; first += DIM) {
        const weight = Math.exp(product(keys, query, first).sum / Math.sqrt(DIM));
        total += weight;
        for (let k = 0; k < DIM; k++) want[k] += weight * values[first + k];
    }
    want.forEach((sum, k) => near(output[k], sum / total, 1e-5));
}

function checkMultiply({ state: { arrays: [matrix, vector, output], multiply } }) {
    multiply();
    output.forEach((got, row) => {
        const { sum, magnitude } = product(matrix, vector, row * COLUMNS);
        near(got, sum, 1e-5 * magnitude);
    });
}

function row(name, { description, sizes, lengths, bytes, check }) {
    const setup = (b) => prepare(b, lengths(Number(b.params.n)), bytes(Number(b.params.n)));
    const sweep = `n=${sizes} engine=${ENGINES}`;
    bench(name, { suite: 'backends', description, sweep, setup, check, tags: 'traffic' },
        (b) => b.loop(b.state[name]));
}

/* The last array is the output; that of a dot product is returned. */
row('dot', { description: 'two vectors of n numbers', sizes: '16,64,256,1536,65536',
    lengths: (n) => [n, n, 1], bytes: (n) => 8 * n, check: checkDot });
row('attend', { description: 'softmax attention of one query to n keys of 64 numbers',
    sizes: '10,100,1000,10000', lengths: (n) => [DIM, n * DIM, n * DIM, DIM],
    bytes: (n) => 8 * n * DIM, check: checkAttend });
row('multiply', { description: 'a matrix of n rows of 512 by a vector', sizes: '4,64,512,4096',
    lengths: (n) => [n * COLUMNS, COLUMNS, n], bytes: (n) => 4 * n * COLUMNS,
    check: checkMultiply });

/* What a call alone costs; `look` takes what attend takes: four arrays, or six numbers. */
bench('call', {
    suite: 'backends', description: 'a call that does no work, without arguments and with those of attend',
    sweep: `work=nothing,look engine=${ENGINES}`,
    setup: (b) => { b.state = engine(b.params.engine, [1, 1, 1, 1]); },
    check({ state, params }) {
        if (state[params.work]() !== undefined) throw new Error('a call that does nothing answers');
    },
}, (b) => b.loop(b.state[b.params.work]));

main();

#!/usr/bin/env node
/* @ruvector/attention, the engine of AgentDB (Rust through Node-API), beside attention_bench.c:
 * the same sizes, numbers of its own.  It takes an array of arrays, and copies it in every call.
 * Products are held against their definition before they are timed; its hyperbolic and its experts'
 * outputs have definitions of their own, and must only be finite. */
import { createRequire } from 'node:module';
import { bench, main, Skip } from './assay.mjs';

const WIDTH = 512, HEADS = 8, CHOSEN = 2;
const PLACES = ['./node_modules/', '../../../suites/attention/node_modules/', ''];

/* Beside this file, in the source tree of a build folder, or wherever Node looks. */
function engine() {
    const require = createRequire(import.meta.url);
    for (const place of PLACES) {
        try {
            return require(`${place}@ruvector/attention`);
        } catch {
            continue;
        }
    }
    throw new Skip("no @ruvector/attention: run 'npm ci' in suites/attention");
}

function vectors(b, count, size) {
    return Array.from({ length: count },
        () => Float32Array.from({ length: WIDTH }, () => size * (2 * b.random() - 1)));
}

function setupWith(make, size = 1) {
    return (b) => {
        const count = Number(b.params.n);
        b.state = {
            query: vectors(b, 1, size)[0], keys: vectors(b, count, size),
            values: vectors(b, count, size), engine: make(engine()),
        };
        b.bytes = 2 * 4 * count * WIDTH;
        b.items = count;
    };
}

function attend({ engine: mechanism, query, keys, values }) {
    return mechanism.compute(query, keys, values);
}

/* softmax(K q / sqrt(dim)) V, head by head. */
function definition({ query, keys, values }, heads) {
    const dim = WIDTH / heads, output = new Float64Array(WIDTH);
    for (let first = 0; first < WIDTH; first += dim) {
        const scores = keys.map((key) => {
            let sum = 0;
            for (let k = first; k < first + dim; k++) sum += query[k] * key[k];
            return sum / Math.sqrt(dim);
        });
        const greatest = scores.reduce((a, x) => Math.max(a, x));
        const weights = scores.map((score) => Math.exp(score - greatest));
        const total = weights.reduce((a, x) => a + x);
        for (let k = first; k < first + dim; k++)
            output[k] = values.reduce((a, value, i) => a + weights[i] * value[k], 0) / total;
    }
    return output;
}

function checkProducts(heads) {
    return (b) => {
        const got = attend(b.state), want = definition(b.state, heads);
        const error = want.reduce((a, x, k) => Math.max(a, Math.abs(x - got[k])), 0);
        if (!(error < 1e-4)) throw new Error(`differs from the definition by ${error}`);
    };
}

function checkFinite(b) {
    const got = attend(b.state);
    if (got.length !== WIDTH || !got.every(Number.isFinite)) throw new Error('is not finite');
}

/* Hyperbolic and expert rows end at 1000: at 10 000 a call takes parts of seconds to seconds. */
const LONGEST = '10000';
function row(name, description, { fields, make, check, size, sizes = `100,1000,${LONGEST}` }) {
    const sweep = `n=${sizes} ${fields} engine=ruvector`.replace('  ', ' ');
    bench(name, { suite: 'attention', description, sweep, setup: setupWith(make, size), check,
        tags: sizes.endsWith(LONGEST) ? `traffic slow[n=${LONGEST}]` : 'traffic' },
        (b) => b.loop(() => attend(b.state)));
}

row('search', 'baseline: all scores, softmax, sum; one head of 512',
    { fields: '', make: (e) => new e.DotProductAttention(WIDTH), check: checkProducts(1) });
row('multi_head', '8 heads of 64, online softmax',
    { fields: '', make: (e) => new e.MultiHeadAttention(WIDTH, HEADS), check: checkProducts(HEADS) });
row('flash', 'online softmax over f32, f16 and int8; one head of 512',
    { fields: 'type=f32', make: (e) => new e.FlashAttention(WIDTH, 64), check: checkProducts(1) });
row('hyperbolic', 'distances, Einstein midpoint; one head of 512',
    { fields: 'form=poincare', make: (e) => new e.HyperbolicAttention(WIDTH, 1.0),
        check: checkFinite, size: 0.9 / Math.sqrt(WIDTH), sizes: '100,1000' });
row('experts', 'router and the chosen ones of 8 expert heads of 64',
    { fields: `chosen=${CHOSEN}`, make: (e) => e.MoEAttention.simple(WIDTH, HEADS, CHOSEN),
        check: checkFinite, sizes: '100,1000' });

main();

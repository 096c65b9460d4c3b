#!/usr/bin/env node
/* usearch (C++ through Node-API) beside vector_bench.c: the same sizes and kinds of data, numbers
 * of its own.  Its binding reads typed arrays from the beginning of their buffer, whatever their
 * offset is, so every query is an array of its own.  Exact search is held against cosines in
 * doubles; its graph against its exact search. */
import { createRequire } from 'node:module';
import { bench, main, Skip } from './assay.mjs';

const K = 10, QUERIES = 64, SPREAD = 0.35, ROWS_A_CLUSTER = 100;
const PLACES = ['./node_modules/', '../../../suites/vector/node_modules/', ''];

/* Beside this file, in the source tree of a build folder, or wherever Node looks. */
function engine() {
    const require = createRequire(import.meta.url);
    for (const place of PLACES) {
        try {
            return require(`${place}usearch`);
        } catch {
            continue;
        }
    }
    throw new Skip("no usearch: run 'npm ci' in suites/vector");
}

/* xorshift32, Marsaglia 2003: b.random() is slow for 150 million numbers. */
function generator(seed) {
    let state = seed >>> 0 || 1;
    return () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return ((state >>> 0) + 0.5) / 4294967296;
    };
}

/* The sum of three uniform numbers is near enough to a normal one, with variance 1. */
function noise(random) {
    return 2 * (random() + random() + random() - 1.5);
}

function makeRows(count, d, kind, random) {
    const centres = Math.max(10, Math.floor(count / ROWS_A_CLUSTER));
    const centre = kind === 'clustered' ? Float32Array.from({ length: centres * d }, () => noise(random)) : null;
    const fill = (rows) => {
        const all = new Float32Array(rows * d);
        for (let r = 0; r < rows; r++) {
            const from = Math.floor(random() * centres) * d;
            let square = 0;
            for (let k = 0; k < d; k++) {
                const x = centre ? centre[from + k] + SPREAD * noise(random) : noise(random);
                all[r * d + k] = x;
                square += x * x;
            }
            for (let k = 0; k < d; k++) all[r * d + k] /= Math.sqrt(square);
        }
        return all;
    };
    const rows = fill(count), some = fill(QUERIES);
    return { rows, queries: Array.from({ length: QUERIES }, (_, q) => some.slice(q * d, (q + 1) * d)) };
}

function setup(b) {
    const usearch = engine(), n = Number(b.params.n), d = Number(b.params.d);
    b.state = { usearch, n, d, next: 0, ...makeRows(n, d, b.params.kind ?? 'clustered', generator(20261121)) };
    b.items = n;
}

function exact({ usearch, rows, d }, query) {
    return usearch.exactSearch(rows, query, d, K, usearch.MetricKind.Cos, 1).keys;
}

function nextQuery(state) {
    state.next = (state.next + 1) % QUERIES;
    return state.queries[state.next];
}

/* The K-th of what is found must be as near as the K-th of all, but for f32. */
function checkExact(b) {
    const { rows, queries, n, d } = b.state, cosine = new Float64Array(n);
    for (let r = 0; r < n; r++) {
        let sum = 0;
        for (let k = 0; k < d; k++) sum += rows[r * d + k] * queries[0][k];
        cosine[r] = sum;
    }
    const found = Array.from(exact(b.state, queries[0]), (key) => cosine[Number(key)]);
    const least = cosine.slice().sort()[n - K];
    if (found.length !== K || !found.every((x) => x >= least - 1e-5))
        throw new Error('differs from cosines in doubles');
}

function setupGraph(b) {
    setup(b);
    const { usearch, rows, n, d } = b.state;
    const index = new usearch.Index({ dimensions: d, metric: 'cos', quantization: b.params.type,
        connectivity: 16, expansion_add: 200, expansion_search: Number(b.params.beam) });
    const before = process.cpuUsage();
    index.add(BigUint64Array.from({ length: n }, (_, i) => BigInt(i)), rows, 1);
    const cpu = process.cpuUsage(before);
    b.state.index = index;
    b.metric('build_cpu', (cpu.user + cpu.system) / 1e6, { unit: 's' });
}

function checkGraph(b) {
    let hits = 0;
    for (const query of b.state.queries) {
        const want = new Set(exact(b.state, query));
        for (const key of b.state.index.search(query, K, 1).keys) hits += want.has(key);
    }
    b.metric('recall', hits / (QUERIES * K), { better: 'higher', quality: true });
}

bench('flat', { suite: 'vector', description: 'other engines that look at all rows',
    sweep: 'n=1000,10000,100000 d=128 engine=usearch', setup, check: checkExact, tags: 'traffic' },
(b) => b.loop(() => exact(b.state, nextQuery(b.state))));
bench('flat_wide', { suite: 'vector', description: 'the same with 1536 numbers (614 MB)',
    sweep: 'n=100000 d=1536 engine=usearch', setup, check: checkExact, tags: 'traffic slow',
    limit_seconds: 1200 },
(b) => b.loop(() => exact(b.state, nextQuery(b.state))));
bench('graph', { suite: 'vector', description: 'approximate: graphs by the width of their beam',
    sweep: 'n=10000 d=128 kind=clustered,normal beam=64 type=f32,i8 engine=usearch', setup: setupGraph,
    check: checkGraph, tags: 'slow', limit_seconds: 1200 },
(b) => b.loop(() => b.state.index.search(nextQuery(b.state), K, 1)));

main();

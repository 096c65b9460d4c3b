/* Benchmarks in JavaScript: a host of assay's protocol (docs/protocol.md) in one small file.
 *
 *     #!/usr/bin/env node
 *     import { bench, main } from './assay.mjs';
 *
 *     bench('total', { sweep: 'n=10,1000' }, (b) => {
 *         const data = Array.from({ length: Number(b.params.n) }, () => b.random());
 *         b.items = data.length;
 *         b.loop(() => data.reduce((sum, x) => sum + x, 0));
 *     });
 *     main();
 *
 * Make the file executable, call it NAME_bench.mjs, then: assay run ./NAME_bench.mjs
 * Only b.loop(f) is timed, and `await b.loopAsync(f)` for an f that returns a promise.  What f
 * returns is kept, or V8 would drop work that nobody reads; work on constants it may still do once.
 * Once a launch: setup(b), then check(b), but for later launches of the quick profile; throw a Skip
 * to skip, anything else to fail. */
import { readSync, writeSync } from 'node:fs';

const COMMANDS = 3, ANSWERS = 4;
const benches = new Map();
/* Half of a pair of surrogates, which no URL may have, becomes a question mark. */
const encode = (text) => encodeURIComponent(Buffer.from(String(text)).toString());

/** Throw it with a reason: this benchmark cannot run here. */
export class Skip extends Error {}

/** What a body gets: params, state, random; bytes and items per iteration; and the loop. */
class Bench {
    iterations = 1; bytes = 0; items = 0; state = null; ns = null; kept = null; metrics = new Map();

    constructor(params, seed) {
        this.params = params;
        this.seed = seed;
        this.restart();
    }

    /* Every slot does the same work: its random numbers start anew. */
    restart() {
        this.ns = null;
        const mix = (hash, c) => Math.imul(hash ^ c.charCodeAt(0), 16777619);
        this.word = this.seed.split('').reduce(mix, 1);
    }

    /** A random number in [0, 1), a multiple of 2^-32 (mulberry32). */
    random() {
        this.word = (this.word + 0x6d2b79f5) | 0;
        let t = Math.imul(this.word ^ (this.word >>> 15), this.word | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    }

    /** A value of a metric of the benchmark's own; `quality`: how good results are. */
    metric(name, value, { unit = '', better = 'lower', quality = false } = {}) {
        this.metrics.set(name, `metric name=${name} unit=${encode(unit)} better=${better}` +
            ` quality=${Number(quality)} value=${value}`);
    }

    takeMetrics() {
        const lines = [...this.metrics.values()];
        this.metrics.clear();
        return lines;
    }

    loop(f) {
        const start = process.hrtime.bigint();
        for (let left = this.iterations; left > 0; left--) this.kept = f();
        this.ns = process.hrtime.bigint() - start;
    }

    async loopAsync(f) {
        const start = process.hrtime.bigint();
        for (let left = this.iterations; left > 0; left--) this.kept = await f();
        this.ns = process.hrtime.bigint() - start;
    }
}

/** Registers a body, with any of { setup, check } and of the fields of the protocol's `list`:
 * { sweep, suite, description, kind, tags, samples, limit_seconds }. */
export function bench(name, { setup, check, ...listed }, body) {
    benches.set(name, { setup, check, body, listed: { name, ...listed } });
}

let opened = null;

async function open([name], fields) {
    opened = null;
    const found = benches.get(name);
    if (!found) throw new Error(`no benchmark '${name}' in this module`);
    const params = fields.params ? fields.params.split(',').map((pair) => pair.split('=')) : [];
    const b = new Bench(Object.fromEntries(params), `${fields.seed} ${name} ${fields.params}`);
    await found.setup?.(b);
    if (fields.passed !== '1') await found.check?.(b);
    opened = { b, body: found.body };
    return [...b.takeMetrics(), `ok bytes=${b.bytes} items=${b.items}`];
}

async function run(_, fields) {
    if (!opened) throw new Error('no benchmark is open');
    const { b, body } = opened, lines = [];
    b.iterations = Number(fields.iterations);
    for (let slots = Number(fields.slots); slots > 0; slots--) {
        b.restart();
        const start = process.hrtime.bigint();
        await body(b);
        if (b.ns === null) throw new Error('the body never called b.loop()');
        const bodyNs = process.hrtime.bigint() - start;
        lines.push(`slot ns=${b.ns} body_ns=${bodyNs}`, ...b.takeMetrics());
    }
    return [...lines, `ok bytes=${b.bytes} items=${b.items}`];
}

function list() {
    const field = ([key, value]) => `${key}=${encode(value)}`;
    const line = ({ listed }) => `benchmark ${Object.entries(listed).map(field).join(' ')}`;
    return [...[...benches.values()].map(line), 'ok'];
}

const verbs = {
    hello: () => [`ok assay/1 compiler=${encode(`Node ${process.versions.node}`)}`],
    list, open, run,
    usage: () => [`ok rss_bytes_peak=${process.resourceUsage().maxRSS * 1024}`],
    close: () => ['ok'],
    quit: () => ['ok'],
};

async function answer(line) {
    const [verb, ...words] = line.split(' ');
    try {
        const values = words.filter((word) => !word.includes('=')).map(decodeURIComponent);
        const pairs = words.filter((word) => word.includes('='))
            .map((word) => word.split('=').map(decodeURIComponent));
        if (!Object.hasOwn(verbs, verb)) throw new Error('unknown command');
        return await verbs[verb](values, Object.fromEntries(pairs));
    } catch (problem) {
        return [problem instanceof Skip ? `skip ${encode(problem.message)}`
            : `error ${encode(problem)}`];
    }
}

/* The pipes are read and written without the event loop: between commands nothing else runs. */
function* commands(bytes = Buffer.alloc(65536), text = '') {
    for (let n; (n = readSync(COMMANDS, bytes)) > 0;) {
        const lines = (text + bytes.toString('latin1', 0, n)).split('\n');
        text = lines.pop();
        yield* lines;
    }
}

/** Serves commands on descriptor 3, answers on 4, until the input ends, and ends the process. */
export async function main() {
    for (const line of commands()) {
        const text = `${(await answer(line)).join('\n')}\n`;
        for (let at = 0; at < text.length;) at += writeSync(ANSWERS, text.slice(at));
        if (line === 'quit') break;
    }
    process.exit();
}

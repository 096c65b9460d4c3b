#!/usr/bin/env python3
"""The suite `patterns` in Python: the rows with engine=python and engine=numpy beside those of
patterns_bench.c."""

import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import assay
import python_patterns

try:
    import numpy
except ImportError:
    numpy = None

FOLDER = os.path.dirname(os.path.abspath(__file__))
LENGTH = 1024


def read_texts():
    path = os.path.join(FOLDER, "sequences.txt")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as lines:
        texts = [line.split() for line in lines]
    return {int(words[0]): words[1:] for words in texts if len(words) == LENGTH + 1}


TEXTS = read_texts()


def words_of(b):
    words = TEXTS.get(int(b.params["unique"]))
    if words is None:
        raise assay.Skip("the words are WordNet's: run 'npm ci' in suites/text and build")
    b.items = LENGTH
    return words


SEQUENCES = {unique: python_patterns.numbers_of(words) for unique, words in TEXTS.items()}


def function_of(b, name):
    """The function in the way of the row's engine, and its sequence."""
    words_of(b)
    sequence = SEQUENCES[int(b.params["unique"])]
    if b.params["engine"] == "python":
        return getattr(python_patterns, name), sequence
    if numpy is None:
        raise assay.Skip("no numpy for this python3: apt-get install python3-numpy")
    function = getattr(python_patterns, f"{name}_numpy")
    return lambda values: function(numpy, values), sequence


def expect(found, **wanted):
    for key, value in wanted.items():
        assert math.isclose(found[key], value, rel_tol=1e-9, abs_tol=1e-9), (key, found[key], value)


def check():
    """Values worked by hand, as in tests/unit/patterns_test.c; and numpy agrees with the rest."""
    period = python_patterns.numbers_of("abcabcabcabc")
    expect(python_patterns.frequency(period), lag=3, matches=9, score=3 * 2**0.5, peak=4, share=1)
    expect(python_patterns.statistics([0, 0, 0, 4]), variance=3, skewness=6 / 3**1.5, pairs=2)
    square = python_patterns.geometry([0, 1, 1, 0, 0, 1])
    expect(square, path=4, turns=3, turn_mean=-math.pi / 2, hull_area=1, hull_perimeter=4)
    if numpy is not None:
        sequence = [i * i * 7 % 31 % 11 for i in range(64)]
        expect(python_patterns.analysis_numpy(numpy, sequence), **python_patterns.analysis(sequence))


def time_of(b, name):
    function, sequence = function_of(b, name)
    b.loop(lambda: function(sequence))


BOTH = "unique=10,50,100,200 engine=python,numpy"


@assay.bench(suite="patterns", sweep=BOTH, check=check)
def analysis(b):
    """all features of 1024 words"""
    time_of(b, "analysis")


@assay.bench(suite="patterns", sweep=BOTH, check=check)
def frequency(b):
    """matches at each distance, periodicity and spectrum"""
    time_of(b, "frequency")


@assay.bench(suite="patterns", sweep=BOTH, check=check)
def statistics(b):
    """moments, entropies and transitions of 1024 words"""
    time_of(b, "statistics")


@assay.bench(suite="patterns", sweep=BOTH, check=check)
def geometry(b):
    """turns and convex hull of the trajectory of 1024 words"""
    time_of(b, "geometry")


@assay.bench(suite="patterns", sweep="n=1000,1009,1024,2048,4096,16384 engine=numpy")
def transform(b):
    """one transform of n real values"""
    if numpy is None:
        raise assay.Skip("no numpy for this python3: apt-get install python3-numpy")
    b.items = int(b.params["n"])
    values = numpy.random.default_rng(1).random(int(b.params["n"])) - 0.5
    b.loop(lambda: numpy.fft.rfft(values))


@assay.bench(suite="patterns", sweep="unique=10,50,100,200 keep=interned,copied engine=python")
def words(b):
    """1024 words of a text kept and forgotten again"""
    text = " ".join(words_of(b))
    b.bytes = len(text)
    interned = b.params["keep"] == "interned"
    b.loop(lambda: python_patterns.numbers_of(text.split()) if interned else text.split())


assay.main()
